package io.stoa.engine.gguf;

import io.stoa.model.StoaException;
import java.nio.file.Path;

/**
 * Refuses a file: which, what is wrong with it, what to do next.
 *
 * @param file its path or address
 */
record Refusal(String file) {
    /** What to do about a file whose own numbers contradict each other. */
    static final String COPY = "get a sound copy of the file";

    private static final int LONGEST = 60;

    Refusal(Path path) {
        this(path.toString());
    }

    StoaException because(String wrong, String next) {
        return StoaException.user(file + ": " + wrong + "; " + next);
    }

    /** A refusal for which there is nothing to do but to get another copy of the file. */
    StoaException because(String wrong) {
        return because(wrong, COPY);
    }

    /** A text from the file, fit for one line of a message. */
    static String shortened(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", "\uFFFD");
        return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST) + "…";
    }

    /** A value from the file, fit for one line of a message. */
    static String shown(GgufValue value) {
        return switch (value) {
            case GgufValue.Whole(long whole) -> Long.toString(whole);
            case GgufValue.Real(double real) -> Double.toString(real);
            case GgufValue.Truth(boolean truth) -> Boolean.toString(truth);
            case GgufValue.Text(String text) -> "\"" + shortened(text) + "\"";
            case GgufValue.Array array -> "an array of " + array.values().size();
        };
    }
}
