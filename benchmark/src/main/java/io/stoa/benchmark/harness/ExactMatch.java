package io.stoa.benchmark.harness;

import io.stoa.benchmark.task.PythonPattern;
import java.util.List;
import java.util.Locale;

/**
 * {@code exact_match}: are two texts equal after some things are taken out of both? The expressions go first, in their
 * order, then case, punctuation, digits.
 */
record ExactMatch(List<PythonPattern> ignored, boolean ignoreCase, boolean ignorePunctuation, boolean ignoreNumbers) {
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    ExactMatch {
        ignored = List.copyOf(ignored);
    }

    /** What is compared of a text. */
    String reduced(String text) {
        String reduced = text;
        for (PythonPattern expression : ignored) {
            reduced = expression.removeFrom(reduced);
        }
        reduced = ignoreCase ? reduced.toLowerCase(Locale.ROOT) : reduced;
        if (ignorePunctuation || ignoreNumbers) {
            StringBuilder kept = new StringBuilder();
            reduced.chars()
                    .filter(c -> !(ignorePunctuation && PUNCTUATION.indexOf(c) >= 0)
                            && !(ignoreNumbers && c >= '0' && c <= '9'))
                    .forEach(c -> kept.append((char) c));
            reduced = kept.toString();
        }
        // The harness compares in arrays of fixed width, which lose NULs at their ends.
        int end = reduced.length();
        while (end > 0 && reduced.charAt(end - 1) == '\0') {
            end--;
        }
        return reduced.substring(0, end);
    }
}
