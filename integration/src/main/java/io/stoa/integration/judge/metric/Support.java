package io.stoa.integration.judge.metric;

import java.util.List;

/** Tells how well passages support a sentence: the higher, the better. What is high enough, a calibration finds. */
@FunctionalInterface
public interface Support {
    /**
     * How well the passages say what the sentence says.
     *
     * @param question what was asked, which a short answer needs to be a claim
     */
    double of(String question, String sentence, List<String> passages);
}
