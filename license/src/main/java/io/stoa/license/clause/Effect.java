package io.stoa.license.clause;

/** What a clause does to a use, from the weakest to the strongest. */
public enum Effect {
    /** Good to know; decides nothing. */
    NOTES,
    /** Grants what its topic names. What no clause grants is unknown, not allowed. */
    ALLOWS,
    /** Asks something of whoever does this. */
    DUTY,
    /** The text, or our reading of it, does not settle the point. */
    UNCLEAR,
    FORBIDS
}
