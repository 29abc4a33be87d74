package io.stoa.license.compat;

import java.util.Locale;

/** How two licences meet. */
public enum Way {
    /** A work under the first is changed and published under the second alone. */
    REPUBLISH,
    /** Works under both become one work. */
    MERGE,
    /** Code under the first becomes part of a program under the second. */
    CODE,
    /** Data under the first train a model that is published under the second. */
    DATA,
    /** Outputs of a model under the first train a model that is published under the second. */
    OUTPUTS,
    /** Both are used in one product without becoming one work. */
    BESIDE;

    /** The name as it is written in files and on screens. */
    public String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }
}
