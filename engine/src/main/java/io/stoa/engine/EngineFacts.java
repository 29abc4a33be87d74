package io.stoa.engine;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a loaded model is.
 *
 * @param name the model's own name, for people
 * @param engine what runs it, with its version, such as {@code llama.cpp 0.5.0}; part of every evidence key
 * @param architecture the architecture's name in the GGUF, when known
 * @param contextTokens the context that this engine was opened with
 * @param vocabulary the number of tokens, when known
 * @param chatTemplate the chat template's source, when the model carries one
 */
public record EngineFacts(
        String name,
        String engine,
        Optional<String> architecture,
        OptionalInt contextTokens,
        OptionalInt vocabulary,
        Optional<String> chatTemplate) {
    public EngineFacts {
        requireNonNull(name, "name");
        requireNonNull(engine, "engine");
        requireNonNull(architecture, "architecture");
        requireNonNull(contextTokens, "contextTokens");
        requireNonNull(vocabulary, "vocabulary");
        requireNonNull(chatTemplate, "chatTemplate");
    }
}
