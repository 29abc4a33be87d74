package io.stoa.license.clause;

import java.util.Locale;

/** What a clause is about: the columns in which licences are compared. */
public enum Topic {
    /** Running the model at all. */
    USE,
    COMMERCIAL,
    /** Letting others use it as a service, without passing on the weights. */
    HOST,
    /** Passing on the weights, alone or inside a product. */
    REDISTRIBUTE,
    /** Fine-tuning, merging, quantizing. */
    DERIVATIVE,
    ATTRIBUTION,
    NAMING,
    SCALE,
    ACCEPTABLE_USE,
    /** Using outputs to train or improve other models. */
    OUTPUTS_TO_TRAIN,
    OUTPUT_USE,
    PATENT,
    GEOGRAPHY,
    FLOW_DOWN,
    TERMINATION;

    /** The name as it is written in files and on screens, such as {@code acceptable-use}. */
    public String lowerCase() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
