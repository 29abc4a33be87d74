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

    /** With more of them, most of a text's characters would be tried all the same, each at a higher price. */
    private static final int MOST = 24;

    private final BitSet possible;

    private FirstCharacters(BitSet possible) {
        this.possible = possible;
    }

    /** Nothing where they are many, where a match may be empty at the end of a text, or depends on what stands before it. */
    static Optional<FirstCharacters> of(Pattern pattern) {
        boolean looksBehind =
                pattern.pattern().contains("(?<=") || pattern.pattern().contains("(?<!");
        if (looksBehind || pattern.matcher("").lookingAt()) {
            return Optional.empty();
        }
        BitSet possible = new BitSet(ASCII);
        for (char c = 0; c < ASCII; c++) {
            Matcher matcher = pattern.matcher(String.valueOf(c));
            possible.set(c, matcher.lookingAt() || matcher.hitEnd());
        }
        return possible.cardinality() > MOST ? Optional.empty() : Optional.of(new FirstCharacters(possible));
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
