package io.stoa.benchmark.dataset;

import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/** Where readers put what they find: rows, and rows that are broken. */
final class RowSink {
    private static final int LISTED = 10;

    private final Limits limits;
    private final BrokenRows policy;
    private final Consumer<Row> rows;
    private final List<String> listed = new ArrayList<>();
    private long good;
    private long broken;

    RowSink(Limits limits, BrokenRows policy, Consumer<Row> rows) {
        this.limits = limits;
        this.policy = policy;
        this.rows = rows;
    }

    Limits limits() {
        return limits;
    }

    void row(Place place, ObjectNode values) {
        count(place);
        good++;
        if (policy == BrokenRows.SKIP || broken == 0) {
            rows.accept(new Row(place, values));
        }
    }

    void broken(Place place, String what, String next) {
        count(place);
        broken++;
        if (listed.size() < LISTED) {
            listed.add(place + ": " + what + "; " + next);
        }
    }

    private void count(Place place) {
        if (good + broken == limits.rows()) {
            throw StoaException.user(place + ": more than " + limits.rows() + " rows; read fewer files at once");
        }
    }

    /** What a reader throws that cannot go on behind a place. */
    static StoaException unreadable(Object place, String what, String next) {
        return StoaException.user(place + ": " + what + "; " + next);
    }

    /** Ends the reading: how many rows were skipped. */
    long finish() {
        if (broken > 0 && policy == BrokenRows.REFUSE) {
            throw StoaException.user(String.join("\n", listed) + "\n" + broken + " of " + (good + broken)
                    + " rows are broken, so none is used; mend or delete them");
        }
        if (good == 0 && broken > 0) {
            throw StoaException.user(
                    String.join("\n", listed) + "\nall of " + broken + " rows are broken; is it the right format?");
        }
        return broken;
    }
}
