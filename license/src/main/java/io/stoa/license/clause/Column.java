package io.stoa.license.clause;

/** A column in which licences are laid side by side. */
public enum Column {
    COMMERCIAL_USE("use and commercial use"),
    REDISTRIBUTION("offering and passing on"),
    DERIVATIVES("changing"),
    ATTRIBUTION("attribution and notices"),
    NAMING("names"),
    SCALE("limits of size"),
    ACCEPTABLE_USE("acceptable use"),
    OUTPUTS_TO_TRAIN("training on outputs"),
    OUTPUT_USE("other use of outputs"),
    PATENTS("patents"),
    GEOGRAPHY("geography"),
    FLOW_DOWN("what binds recipients"),
    TERMINATION("how it ends");

    private final String words;

    Column(String words) {
        this.words = words;
    }

    /** The column that a topic stands in. */
    static Column of(Topic topic) {
        return switch (topic) {
            case USE, COMMERCIAL -> COMMERCIAL_USE;
            case HOST, REDISTRIBUTE -> REDISTRIBUTION;
            case DERIVATIVE -> DERIVATIVES;
            case ATTRIBUTION -> ATTRIBUTION;
            case NAMING -> NAMING;
            case SCALE -> SCALE;
            case ACCEPTABLE_USE -> ACCEPTABLE_USE;
            case OUTPUTS_TO_TRAIN -> OUTPUTS_TO_TRAIN;
            case OUTPUT_USE -> OUTPUT_USE;
            case PATENT -> PATENTS;
            case GEOGRAPHY -> GEOGRAPHY;
            case FLOW_DOWN -> FLOW_DOWN;
            case TERMINATION -> TERMINATION;
        };
    }

    /** What it is about, for a person. */
    public String words() {
        return words;
    }
}
