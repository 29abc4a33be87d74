package io.stoa.benchmark.task;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which ASCII characters a match may begin with; any other character may. Java's search tries an expression at each
 * character of a text, which for {@code (-?[$0-9.,]{2,})|(-?[0-9]+)} is most of the time that scoring takes.
 *
 * <p>Asked of the expression itself: where it neither matches a lone character nor wanted to see more behind it ({@link
 * Matcher#hitEnd}), no text that begins with it matches.
 */
final class FirstCharacters {
    private static final int ASCII = 128;

    /** A group in one of these may keep in Java's search what a try further ahead left there, and in Python's it does not. */
    private static final Pattern LEAKS = Pattern.compile("\\(\\?[=!>]|[*+?}]\\+");

    private static final Pattern LOOKS_BEHIND = Pattern.compile("\\(\\?<[=!]");

    /** With more of them, most of a text's characters would be tried all the same, each at a higher price. */
    private static final int MOST = 24;

    /** A bit for each of the characters 0 to 63, and for each of 64 to 127. */
    private final long low;

    private final long high;

    private FirstCharacters(long low, long high) {
        this.low = low;
        this.high = high;
    }

    /**
     * Nothing where they are many, where a match may be empty at the end of a text or depends on what stands before it, or
     * where Java's own search would find other groups.
     */
    static Optional<FirstCharacters> of(Pattern pattern) {
        String expression = pattern.pattern();
        boolean leaks = pattern.matcher("").groupCount() > 0
                && LEAKS.matcher(expression).find();
        if (leaks || LOOKS_BEHIND.matcher(expression).find() || mayBegin(pattern, "")) {
            return Optional.empty();
        }
        long low = possible(pattern, 0);
        long high = possible(pattern, Long.SIZE);
        return Long.bitCount(low) + Long.bitCount(high) > MOST
                ? Optional.empty()
                : Optional.of(new FirstCharacters(low, high));
    }

    private static long possible(Pattern pattern, int from) {
        long possible = 0;
        for (int i = 0; i < Long.SIZE; i++) {
            if (mayBegin(pattern, String.valueOf((char) (from + i)))) {
                possible |= 1L << i;
            }
        }
        return possible;
    }

    /** Whether a match may begin with a text of one character, or be empty: at the start of a text, and further on. */
    private static boolean mayBegin(Pattern pattern, String text) {
        return mayBegin(pattern.matcher(text), text) || mayBegin(within(pattern, "\n" + text), text);
    }

    // Whether more text could change the answer is what is asked here, as by a scanner.
    @SuppressWarnings("JdkObsolete")
    private static boolean mayBegin(Matcher matcher, String text) {
        return matcher.lookingAt() || (!text.isEmpty() && matcher.hitEnd());
    }

    private static Matcher within(Pattern pattern, String text) {
        return pattern.matcher(text)
                .useAnchoringBounds(false)
                .useTransparentBounds(true)
                .region(1, text.length());
    }

    /** The next place in a text, from one on, where a match may begin; the text's length when there is none. */
    int next(String text, int from) {
        int length = text.length();
        int at = from;
        while (at < length) {
            char c = text.charAt(at);
            // A shift by c is one by c modulo 64.
            boolean possible =
                    c < ASCII ? ((c < Long.SIZE ? low : high) >>> c & 1) != 0 : !PythonPattern.isInside(text, at);
            if (possible) {
                return at;
            }
            at++;
        }
        return length;
    }
}
