package io.stoa.benchmark.dataset;

/** What happens to a file of which some rows cannot be read. */
public enum BrokenRows {
    /** Nothing is returned; the first ten broken rows are listed. A dropped item changes a score that nobody doubts. */
    REFUSE,
    /** They are passed over and counted. */
    SKIP
}
