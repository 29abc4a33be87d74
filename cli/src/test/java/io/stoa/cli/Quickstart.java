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
                  - {id: nano, file: SHIPPED/models/nano.gguf, card: SHIPPED/MODELS.md, quantize: [Q4_0]}
                  - {id: micro, file: SHIPPED/models/micro.gguf, card: SHIPPED/MODELS.md, quantize: [Q8_0]}
                workload:
                  tasks:
                    - {id: reading, kind: exact-match, items: SHIPPED/eval/reading.jsonl, gate: 0.6, limit: 60, max-tokens: 16}
                    - {id: choice, kind: multiple-choice, items: SHIPPED/eval/choice.jsonl, limit: 30}
                    - {id: tools, kind: tool-call, items: SHIPPED/eval/tools.jsonl, gate: 0.6, limit: 40}
                    - id: grounded
                      kind: grounded
                      corpus: SHIPPED/corpus
                      questions: SHIPPED/questions.jsonl
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
                  territories: [DE, US, FR]
                  modification: quantized
                  outputs-train-models: false
                """;
        return Files.writeString(folder.resolve("stoa.yaml"), yaml.replace("SHIPPED", SHIPPED.toString()));
    }
}
