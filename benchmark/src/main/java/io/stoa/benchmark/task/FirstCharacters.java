package io.stoa.benchmark.task;

import java.util.BitSet;
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

    private final BitSet possible;

    private FirstCharacters(BitSet possible) {
        this.possible = possible;
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
        BitSet possible = new BitSet(ASCII);
        for (char c = 0; c < ASCII; c++) {
            possible.set(c, mayBegin(pattern, String.valueOf(c)));
        }
        return possible.cardinality() > MOST ? Optional.empty() : Optional.of(new FirstCharacters(possible));
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
        int at = from;
        while (at < text.length() && !mayBeginAt(text, at)) {
            at++;
        }
        return at;
    }

    private boolean mayBeginAt(String text, int at) {
        char c = text.charAt(at);
        return c < ASCII ? possible.get(c) : !PythonPattern.isInside(text, at);
    }
}
