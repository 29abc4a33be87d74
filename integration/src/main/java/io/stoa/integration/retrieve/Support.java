package io.stoa.integration.retrieve;

import java.util.List;

/** How far passages say what a sentence says. */
public interface Support {
    /** Which way, for people and for evidence. */
    String name();

    /** From 0, not at all, to 1, wholly, by all the passages together. */
    double of(String sentence, List<String> passages);

    /** From which value on a sentence counts as supported. */
    double enough();
}
