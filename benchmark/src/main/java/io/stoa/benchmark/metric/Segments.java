package io.stoa.benchmark.metric;

import java.util.List;

/** What the corpus measures take: hypotheses, each with its references. */
final class Segments {
    private Segments() {}

    static void check(List<String> hypotheses, List<List<String>> references) {
        if (hypotheses.isEmpty() || hypotheses.size() != references.size()) {
            throw new IllegalArgumentException(
                    "a corpus needs as many lists of references as hypotheses, at least one: " + hypotheses.size()
                            + " and " + references.size());
        }
        for (int i = 0; i < references.size(); i++) {
            if (references.get(i).isEmpty()) {
                throw new IllegalArgumentException("segment " + i + " has no reference");
            }
        }
    }
}
