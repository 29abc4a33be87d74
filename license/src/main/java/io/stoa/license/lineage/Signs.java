package io.stoa.license.lineage;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a model's files tell about its family without naming it.
 *
 * @param source the file
 * @param architecture {@code general.architecture} of a GGUF file, or {@code model_type} of a config.json
 * @param vocabulary how many tokens it knows, in tokens
 * @param pretokenizer {@code tokenizer.ggml.pre}, the rule by which text is cut before it is tokenized
 */
public record Signs(
        String source, Optional<String> architecture, OptionalLong vocabulary, Optional<String> pretokenizer) {
    public Signs {
        requireNonNull(source, "source");
        requireNonNull(architecture, "architecture");
        requireNonNull(vocabulary, "vocabulary");
        requireNonNull(pretokenizer, "pretokenizer");
    }

    /** In words, for a person. */
    String words() {
        return "architecture %s, %s tokens%s"
                .formatted(
                        architecture.orElse("unknown"),
                        vocabulary.isPresent() ? vocabulary.getAsLong() : "an unknown number of",
                        pretokenizer.map(rule -> " split as " + rule).orElse(""));
    }
}
