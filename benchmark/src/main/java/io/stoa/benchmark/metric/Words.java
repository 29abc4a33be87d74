package io.stoa.benchmark.metric;

import io.stoa.engine.chat.jinja.PythonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Texts cut at white space, and their n-grams. */
public final class Words {
    private Words() {}

    /** The parts between runs of white space, as Python's {@code str.split()} gives them. */
    public static List<String> of(String text) {
        List<String> words = new ArrayList<>();
        int start = -1;
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            if (isSpace(codePoint)) {
                if (start >= 0) {
                    words.add(text.substring(start, at));
                    start = -1;
                }
            } else if (start < 0) {
                start = at;
            }
            at += Character.charCount(codePoint);
        }
        if (start >= 0) {
            words.add(text.substring(start));
        }
        return words;
    }

    /** The text without white space at both ends, as Python's {@code str.strip()} gives it. */
    public static String strip(String text) {
        int start = 0;
        int end = text.length();
        // No white space lies outside of the basic plane, so that chars do.
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    /** Whether Python's {@code str.isspace()} holds: it counts no-break spaces, which {@link String#strip} does not. */
    public static boolean isSpace(int codePoint) {
        return PythonText.isSpace(codePoint);
    }

    /** The text's code points, each as a text of its own. */
    static List<String> characters(String text) {
        return text.codePoints().mapToObj(Character::toString).toList();
    }

    /** How often each run of n elements occurs. */
    static Map<List<String>, Integer> ngrams(List<String> elements, int n) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int i = 0; i + n <= elements.size(); i++) {
            counts.merge(elements.subList(i, i + n), 1, Integer::sum);
        }
        return counts;
    }

    static int total(Map<?, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Σ min of both counts. */
    static int common(Map<List<String>, Integer> one, Map<List<String>, Integer> other) {
        int common = 0;
        for (Map.Entry<List<String>, Integer> entry : one.entrySet()) {
            common += Math.min(entry.getValue(), other.getOrDefault(entry.getKey(), 0));
        }
        return common;
    }

    /** 2pr / (p + r), and 0 where both are. */
    public static double harmonicMean(double precision, double recall) {
        return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
    }
}
