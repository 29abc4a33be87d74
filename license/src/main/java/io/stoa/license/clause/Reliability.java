package io.stoa.license.clause;

/** How a clause is known. */
public enum Reliability {
    /** Read in the licence itself. */
    READ("read in the text"),
    /** Read in a page about it; to be verified before anything rests on it. */
    SECONDARY("from a secondary page");

    private final String words;

    Reliability(String words) {
        this.words = words;
    }

    /** In words, for a person. */
    public String words() {
        return words;
    }
}
