package io.stoa.license.clause;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/** A column in which licences are laid side by side. */
public enum Column {
    COMMERCIAL_USE("use and commercial use", Topic.USE, Topic.COMMERCIAL),
    REDISTRIBUTION("offering and passing on", Topic.HOST, Topic.REDISTRIBUTE),
    DERIVATIVES("changing", Topic.DERIVATIVE),
    ATTRIBUTION("attribution and notices", Topic.ATTRIBUTION),
    NAMING("names", Topic.NAMING),
    SCALE("limits of size", Topic.SCALE),
    ACCEPTABLE_USE("acceptable use", Topic.ACCEPTABLE_USE),
    OUTPUTS_TO_TRAIN("training on outputs", Topic.OUTPUTS_TO_TRAIN),
    OUTPUT_USE("other use of outputs", Topic.OUTPUT_USE),
    PATENTS("patents", Topic.PATENT),
    GEOGRAPHY("geography", Topic.GEOGRAPHY),
    FLOW_DOWN("what binds recipients", Topic.FLOW_DOWN),
    TERMINATION("how it ends", Topic.TERMINATION);

    private final String words;
    private final Set<Topic> topics;

    Column(String words, Topic... topics) {
        this.words = words;
        this.topics = Set.of(topics);
    }

    /** The column that a topic stands in. */
    static Column of(Topic topic) {
        return Arrays.stream(values())
                .filter(column -> column.topics.contains(topic))
                .findFirst()
                .orElseThrow();
    }

    /** What it is about, for a person. */
    public String words() {
        return words;
    }

    /** The name as it is written in files, such as {@code commercial-use}. */
    public String lowerCase() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
