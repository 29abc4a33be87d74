package io.stoa.store.yaml;

import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;

/** Everything that is wrong with a file, each with its place, so that the user can mend it in one go. */
public final class Problems {
    /** More than a screenful helps nobody. */
    private static final int SHOWN = 20;

    private record Problem(int line, int column, String sentence) {}

    private final Path file;
    private final List<Problem> found = new ArrayList<>();

    Problems(Path file) {
        this.file = file;
    }

    /** Notes a problem at a node; lines and columns count from 1, as editors do. */
    public void at(Node node, String sentence) {
        int line = node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
        int column = node.getStartMark().map(mark -> mark.getColumn() + 1).orElse(1);
        found.add(new Problem(line, column, sentence));
    }

    /** Refuses the file if anything was noted. */
    public void refuseIfAny() {
        if (found.isEmpty()) {
            return;
        }
        found.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        List<String> lines = new ArrayList<>();
        for (Problem problem : found.subList(0, Math.min(SHOWN, found.size()))) {
            lines.add(file + ":" + problem.line() + ":" + problem.column() + ": " + problem.sentence());
        }
        if (found.size() > SHOWN) {
            lines.add("… and " + (found.size() - SHOWN) + " more");
        }
        throw StoaException.user(String.join("\n", lines));
    }
}
