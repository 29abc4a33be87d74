package io.stoa.assess.yaml;

import io.stoa.model.Machine;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Writes a commented {@code stoa.yaml} to start from. */
public final class Starter {
    private Starter() {}

    /** Three items in the format of the starter's task, to be replaced by the user's own. */
    public static String items() {
        return """
            {"id": "1", "prompt": "What is 2 + 3? Answer with the number only.", "answer": "5"}
            {"id": "2", "prompt": "Repeat: blue house", "answer": "blue house"}
            {"id": "3", "prompt": "First word of: rice duck rabbit", "answer": "rice"}
            """;
    }

    /**
     * The text of the file.
     *
     * @param models GGUF files, relative to the folder that the file will lie in; when empty, an endpoint is shown
     * @param card a model card beside them
     * @param items the items file, relative to the same folder
     * @param machine the machine at hand
     */
    public static String yaml(List<Path> models, Optional<Path> card, Path items, Machine machine) {
        StringBuilder yaml = new StringBuilder("""
            # What to assess, and for what. `stoa assess` answers with one verdict per model.
            # Every key is explained by `stoa schema`; editors that know JSON Schema complete and check this file.

            models:
            """);
        Set<String> ids = new HashSet<>();
        for (Path model : models) {
            yaml.append("  - id: ").append(id(model, ids)).append('\n');
            yaml.append("    file: ").append(quoted(model)).append('\n');
            card.ifPresent(path -> yaml.append("    card: ")
                    .append(quoted(path))
                    .append(" # its front matter says which licence it claims\n"));
            yaml.append("    # quantize: [F16, Q8_0, Q4_0] # judge it at these, each its own candidate\n");
            yaml.append(
                    "    # teachers: [org/bigger-model] # models whose outputs trained it, where you know of some\n");
        }
        if (models.isEmpty()) {
            yaml.append("""
                  # No GGUF file was found here. A model behind an OpenAI-compatible endpoint works as well:
                  - id: remote
                    endpoint: http://127.0.0.1:8000/v1
                    model: my-model
                    # revision: 0123abc # what is served there, pinned
                    # key-env: MY_API_KEY # the environment variable that holds the key
                """);
        }
        yaml.append("""

            workload:
              tasks:
                - id: my-task
                  kind: exact-match # or multiple-choice, tool-call, grounded, harness (task: gsm8k)
                  items: %s # one JSON object a line: id, prompt, answer
                  gate: 0.8 # the score that it must reach, judged on its interval
                  # early-stop: false # ask all items, also when fewer decide the gate
                  max-tokens: 32
              prompt-tokens: 200 # a typical prompt
              answer-tokens: 32 # a typical answer
              # context: 4096 # the longest that must fit; more needs more memory
              concurrency: 1
              # latency:
              #   time-to-first-token: 500ms
              #   time-per-output-token: 50ms

            # Found here: %s, %d cores, %s.
            hardware: this-machine
            # hardware: {name: small-server, memory: 8GiB, cores: 4} # of a name that `stoa fit machines` lists, speed is estimated
            # price-per-hour: {amount: 0.69 USD, date: 2026-11-01, source: the provider's price list}

            use: # licences are answered against this; what is left out is unknown, never assumed
              purpose: answering questions inside our company
              commercial: true
              distribution: internal # or hosted, product, weights
              # monthly-active-users: 10000
              # annual-revenue: 5000000 # US dollars
              # territories: [DE]
              modification: none # or quantized, fine-tuned, merged
              outputs-train-models: false
              domains: [] # fields of use that licences restrict, such as medical-advice; [] for none
              # guardrails-weakened: false

            report:
              html: stoa-report.html
            """.formatted(quoted(items), machine.memory(), machine.cores(), machine.processor()));
        return yaml.toString();
    }

    private static String id(Path model, Set<String> taken) {
        String name = String.valueOf(model.getFileName()).replaceFirst("(?i)\\.gguf$", "");
        String base = name.replaceAll("[^A-Za-z0-9._-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
        base = base.isEmpty() ? "model" : base.substring(0, Math.min(40, base.length()));
        String id = base;
        for (int i = 2; !taken.add(id); i++) {
            id = base + "-" + i;
        }
        return id;
    }

    /** A YAML double-quoted scalar: file names may hold anything. */
    private static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[A-Za-z0-9][A-Za-z0-9._/-]*")
                ? text
                : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }
}
