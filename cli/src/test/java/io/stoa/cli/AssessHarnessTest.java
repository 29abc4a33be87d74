package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Task files of lm-evaluation-harness in a stoa.yaml, asked of a shipped model. */
class AssessHarnessTest {
    private static final String TASKS = Quickstart.SHIPPED + "/tasks/";
    private static final String ITEMS = Quickstart.SHIPPED + "/eval/";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        House house = new House(
                Map.of("HF_HUB_OFFLINE", "1", "XDG_CACHE_HOME", folder.toString()),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC());
        return Main.commandLine(house)
                .execute(List.of(arguments).stream().map(Object::toString).toArray(String[]::new));
    }

    private Path stoa(String tasks) throws IOException {
        return Files.writeString(
                folder.resolve("stoa.yaml"), """
                models:
                  - {id: micro, file: %s/models/micro.gguf, card: %s/MODELS.md}
                workload:
                  tasks:
                %s
                  prompt-tokens: 100
                  answer-tokens: 24
                  context: 512
                use: {purpose: tests}
                """.formatted(Quickstart.SHIPPED, Quickstart.SHIPPED, tasks));
    }

    private record Measured(double score, int n, String sentence) {}

    private Map<String, Measured> scores() {
        Map<String, Measured> scores = new HashMap<>();
        for (JsonNode finding : JsonMapper.shared()
                .readTree(out.toString(StandardCharsets.UTF_8))
                .path("results")
                .path(0)
                .path("findings")) {
            for (JsonNode quantity : finding.path("quantities")) {
                if (quantity.path("name").asString("").equals("score")) {
                    scores.putIfAbsent(
                            finding.path("check").stringValue(),
                            new Measured(
                                    quantity.path("value").doubleValue(),
                                    quantity.path("n").intValue(),
                                    finding.path("sentence").stringValue()));
                }
            }
        }
        return scores;
    }

    /** The same items, as our own file and as a task file with the chat template: the same prompts, so the same score. */
    @Test
    void aTaskFileGivesTheScoreOfTheSameItems() throws IOException {
        Path file = stoa("""
                    - {id: facts, kind: exact-match, items: %sfacts.jsonl, max-tokens: 24}
                    - {id: choice, kind: multiple-choice, items: %schoice.jsonl}
                    - {id: facts-file, kind: harness, task: %sfacts.yaml, chat: true}
                    - {id: choice-file, kind: harness, task: %schoice.yaml, chat: true, metric: acc}
                    - {id: gated, kind: harness, task: %sarith.yaml, chat: true, gate: 0.99}
                """.formatted(ITEMS, ITEMS, TASKS, TASKS, TASKS));
        assertThat(run("assess", file, "--json", "--quiet"))
                .as(err.toString(StandardCharsets.UTF_8))
                .isNotEqualTo(ExitCode.USER.code());
        String first = out.toString(StandardCharsets.UTF_8);
        Map<String, Measured> scores = scores();
        assertThat(scores.keySet()).contains("benchmark/facts", "benchmark/facts-file", "benchmark/choice-file");
        for (String task : List.of("facts", "choice")) {
            Measured items = scores.getOrDefault("benchmark/" + task, new Measured(-1, 0, ""));
            Measured taskFile = scores.getOrDefault("benchmark/" + task + "-file", new Measured(-2, 0, ""));
            assertThat(taskFile.score()).as(task).isEqualTo(items.score()).isPositive();
            assertThat(taskFile.n()).isEqualTo(items.n()).isGreaterThan(100);
        }
        assertThat(scores.getOrDefault("benchmark/gated", new Measured(0, 0, ""))
                        .sentence())
                .contains("gated fails", "decided early");
        JsonNode task = JsonMapper.shared()
                .readTree(first)
                .path("workload")
                .path("tasks")
                .path(3);
        assertThat(task.path("type").asString("")).isEqualTo("harness");
        assertThat(task.path("metric").asString("")).isEqualTo("acc");

        assertThat(run("ledger", "verify", "--home", folder.resolve(".stoa"))).isZero();
        assertThat(run("assess", file, "--json", "--quiet")).isNotEqualTo(ExitCode.USER.code());
        assertThat(scores()).as("everything is found in the ledger").isEqualTo(scores);
    }

    @Test
    void theExampleIsPlanned() {
        assertThat(run("assess", "--plan", Quickstart.SHIPPED.resolve("task-files.yaml"), "--home", folder))
                .isZero();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("micro-Q4_0: ", "facts: 120 items, exact_match of quickstart_facts")
                .contains("acc_norm of quickstart_choice", "exact_match of quickstart");
    }

    @Test
    void whatIsWrongIsNamedBeforeAnythingIsAsked() throws IOException {
        assertThat(run("assess", stoa("    - {id: a, kind: harness, task: mmlu_abstract_algebr}\n")))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("task a: unknown task mmlu_abstract_algebr; did you mean mmlu_abstract_algebra?");
        assertThat(run("assess", stoa("    - {id: a, kind: harness, task: mmlu_abstract_algebra}\n")))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("task a: ", "cais/mmlu", "HF_HUB_OFFLINE");
        String choice = "    - {id: a, kind: harness, task: " + TASKS + "choice.yaml, metric: acc_norn}\n";
        assertThat(run("assess", stoa(choice))).isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("has no metric acc_norn; did you mean acc_norm?");
        assertThat(run("assess", stoa("    - {id: a, kind: harness, task: none.yaml}\n")))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(":5:36: ", "task: none.yaml does not exist");
    }
}
