package io.stoa.engine.grammar;

import java.util.List;

/** A part of a rule. */
sealed interface Node {
    /**
     * One character of some ranges.
     *
     * @param ranges pairs of the first and last code point of each, sorted, not overlapping
     */
    record Characters(List<Range> ranges) implements Node {
        boolean has(int codePoint) {
            return meets(codePoint, codePoint);
        }

        boolean meets(int first, int last) {
            for (Range range : ranges) {
                if (range.first <= last && first <= range.last) {
                    return true;
                }
            }
            return false;
        }

        /** The fewest bytes of UTF-8 that one of the characters takes. */
        int shortest() {
            return ranges.isEmpty() ? Grammar.NEVER : Utf8.length(ranges.getFirst().first);
        }
    }

    /** Code points from the first to the last. */
    record Range(int first, int last) {}

    record Sequence(List<Node> parts) implements Node {}

    record Choice(List<Node> branches) implements Node {}

    /**
     * A part several times.
     *
     * @param most {@link Integer#MAX_VALUE} for any number
     */
    record Repeat(Node part, int least, int most) implements Node {}

    record Rule(int index) implements Node {}
}
