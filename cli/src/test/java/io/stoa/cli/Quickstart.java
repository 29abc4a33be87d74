package io.stoa.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small assessment over the shipped models, for tests: few items, so that a run takes seconds. */
final class Quickstart {
    static final Path SHIPPED =
            Path.of("..", "examples", "quickstart").toAbsolutePath().normalize();

    private Quickstart() {}

    /** Writes a stoa.yaml into the folder: nano and micro at two quantizations, every kind of task, some items of each. */
    static Path small(Path folder) throws IOException {
        String yaml = """
                name: small
                models:
                  - {id: nano, file: %1$s/models/nano.gguf, card: %1$s/MODELS.md, quantize: [F16, Q4_0]}
                  - {id: micro, file: %1$s/models/micro.gguf, card: %1$s/MODELS.md, quantize: [Q8_0]}
                workload:
                  tasks:
                    - {id: reading, kind: exact-match, items: %1$s/eval/reading.jsonl, gate: 0.6, limit: 40, max-tokens: 16}
                    - {id: choice, kind: multiple-choice, items: %1$s/eval/choice.jsonl, limit: 30}
                    - {id: tools, kind: tool-call, items: %1$s/eval/tools.jsonl, gate: 0.6, limit: 40}
                    - id: grounded
                      kind: grounded
                      corpus: %1$s/corpus
                      questions: %1$s/questions.jsonl
                      limit: 60
                      gate: 0.5
                      max-tokens: 16
                  prompt-tokens: 100
                  answer-tokens: 16
                  context: 512
                use:
                  purpose: tests
                  commercial: true
                  distribution: internal
                  monthly-active-users: 10
                  annual-revenue: 10
                  territories: [DE]
                  modification: quantized
                  outputs-train-models: false
                """;
        return Files.writeString(folder.resolve("stoa.yaml"), yaml.formatted(SHIPPED));
    }
}
