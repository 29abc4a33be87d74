package io.stoa.license.text;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * One wording of a licence, as the hashes of its runs of words in their order: enough to hold a copy against, word for
 * word, not enough to read.
 */
final class Form {
    private final List<Integer> licenses;
    private final short[] runs;
    private final List<Span> spans;

    /**
     * Takes the parts.
     *
     * @param licenses indices of the licences that have this wording, the best known name first
     * @param runs the {@linkplain Runs#runs runs}
     * @param spans the places where copies may differ, in order, without overlap
     */
    Form(List<Integer> licenses, short[] runs, List<Span> spans) {
        if (licenses.isEmpty() || runs.length < 2) {
            throw new IllegalArgumentException("a wording needs a licence and two runs, not " + runs.length);
        }
        this.licenses = List.copyOf(licenses);
        this.runs = runs.clone();
        this.spans = List.copyOf(spans);
    }

    List<Integer> licenses() {
        return licenses;
    }

    List<Span> spans() {
        return spans;
    }

    /** The run that starts at a word. */
    short run(int at) {
        return runs[at];
    }

    int runCount() {
        return runs.length;
    }

    /** Whether these are the form's runs, from an index on. */
    boolean isAt(short[] others, int from) {
        return Arrays.equals(others, from, from + runs.length, runs, 0, runs.length);
    }

    enum Leeway {
        /** A copy may lack these words: a title, a copyright line, an appendix. */
        MAY_LACK,
        /** A copy has a name of its own here, or none. */
        NAME
    }

    /** The words from one index to before another. */
    record Span(int from, int to, Leeway leeway) {
        Span {
            if (from < 0 || to <= from) {
                throw new IllegalArgumentException("not a span: %d to %d".formatted(from, to));
            }
        }
    }

    /** How many words it has. */
    int size() {
        return runs.length + Runs.LENGTH - 1;
    }

    int pairs() {
        return runs.length - 1;
    }

    int pair(int at) {
        return Runs.pair(runs, at);
    }

    /** The words that every copy has. */
    BitSet required() {
        BitSet required = new BitSet(size());
        required.set(0, size());
        spans.forEach(span -> required.clear(span.from(), Math.min(size(), span.to())));
        return required;
    }

    /** Whether a name stands here, or directly beside these words. */
    boolean hasName(int from, int to) {
        return spans.stream().anyMatch(span -> span.leeway() == Leeway.NAME && span.from() <= to && from <= span.to());
    }
}
