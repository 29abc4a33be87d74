package io.stoa.benchmark.task;

import java.util.List;
import java.util.Optional;

/** What the filters find in an answer. */
final class Matches {
    private Matches() {}

    /**
     * Match number {@code select} of a text; empty where there is none. In it the first group that is not empty; empty
     * where all are.
     */
    static Optional<Optional<String>> select(PythonPattern pattern, String text, int select) {
        List<List<String>> matches = pattern.findAll(text);
        int at = select < 0 ? matches.size() + select : select;
        if (at < 0 || at >= matches.size()) {
            return Optional.empty();
        }
        List<String> groups = matches.get(at);
        if (groups.size() == 1) {
            return Optional.of(Optional.of(groups.getFirst()));
        }
        return Optional.of(groups.stream().filter(group -> !group.isEmpty()).findFirst());
    }
}
