package io.stoa.gateway.cascade;

import java.util.List;

/**
 * Which tier of a two-tier route answers. Both decisions rest on a certificate; without one everything goes to the upper
 * tier. Called on event loops: microseconds, nothing blocks.
 */
public interface Cascade {
    /** Before generation. */
    Choice before(String prompt);

    /** After the lower tier has answered. */
    Choice after(String prompt, LocalAnswer answer);

    /**
     * A decision and why.
     *
     * @param local whether the lower tier's answer is to be used (or asked for)
     * @param reason one sentence for the record
     */
    record Choice(boolean local, String reason) {}

    /**
     * What the lower tier answered.
     *
     * @param text its answer
     * @param finish its finish reason, such as {@code stop}
     * @param tokenLogProbabilities ln p of each generated token, in nats; empty when it did not tell
     * @param margins for each token how much likelier it was than the next, in nats; empty when it did not tell
     */
    record LocalAnswer(String text, String finish, List<Double> tokenLogProbabilities, List<Double> margins) {
        public LocalAnswer {
            tokenLogProbabilities = List.copyOf(tokenLogProbabilities);
            margins = List.copyOf(margins);
        }
    }
}
