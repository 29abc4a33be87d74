package io.stoa.integration.pipeline;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a value between stages is. */
public enum ValueType {
    TEXT,
    NUMBER,
    BOOLEAN,
    /** Passages that were retrieved, best first. */
    PASSAGES,
    /** Any other JSON: an object, a list, or something of which only the run will tell. */
    JSON;

    /** As it is written in a file. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static List<String> words() {
        return Arrays.stream(values()).map(ValueType::word).toList();
    }

    static Optional<ValueType> of(String word) {
        return Arrays.stream(values()).filter(type -> type.word().equals(word)).findFirst();
    }
}
