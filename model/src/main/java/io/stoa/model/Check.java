package io.stoa.model;

import java.time.Duration;
import java.util.List;

/**
 * One question that a pillar asks about one candidate, planned before anything runs.
 *
 * <p>A check that cannot answer (the file is gone, the endpoint is silent) throws {@link StoaException}; the assessment
 * turns that into an {@code UNKNOWN} finding and goes on with the others.
 */
public interface Check {
    /** Stable and unique within a candidate: the pillar, a slash and a name, such as {@code benchmark/reading}. */
    String id();

    PillarName pillar();

    /** What is asked, for the plan and the progress line, such as "reading: 200 items, exact match". */
    String title();

    /** How expensive it is: cheap blockers come first. */
    Stage stage();

    /** A rough guess of the time it takes when nothing of it is in the ledger yet. */
    Duration estimate();

    /** Asks it. Returns at least one finding. */
    List<Finding> run(Recorder recorder, Progress progress);

    /** In which order checks run. */
    enum Stage {
        /** Reads headers, cards and licence texts; loads no model. */
        EXAMINE,
        /** Runs the model. */
        RUN
    }
}
