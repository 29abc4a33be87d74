package io.stoa.model;

import java.util.List;

/** One of the four columns: plans what must be asked about a candidate. */
public interface Pillar {
    PillarName name();

    /** The checks that this pillar needs for a verdict on the subject, in the order in which they should run. */
    List<Check> plan(Subject subject);
}
