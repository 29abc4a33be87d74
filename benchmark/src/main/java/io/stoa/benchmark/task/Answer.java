package io.stoa.benchmark.task;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * What a candidate answered to one item, as it lies in the ledger.
 *
 * @param id the item's id
 * @param score what it is worth, in [0, 1]: 1 where it is right, 0 where it is wrong
 * @param text the answer as it was given: the generated text, or the chosen choice; empty where there was none
 * @param logLikelihoods Σ ln p of each choice in nats, in the order of the choices; empty where nothing was scored
 * @param refusal why the item could not be asked, in the engine's words; such an item counts as wrong
 */
public record Answer(String id, double score, String text, List<Double> logLikelihoods, Optional<String> refusal) {
    public Answer {
        requireNonNull(text, "text");
        requireNonNull(refusal, "refusal");
        logLikelihoods = List.copyOf(logLikelihoods);
        if (id.isBlank()) {
            throw new IllegalArgumentException("an answer names its item");
        }
        if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException("a score lies in [0, 1]: " + score + " of " + id);
        }
        if (score > 0 && refusal.isPresent()) {
            throw new IllegalArgumentException("what was not asked cannot be right: " + id);
        }
    }

    /** An answer that is right or wrong. */
    public static Answer of(Item item, boolean right, String text, List<Double> logLikelihoods) {
        return new Answer(item.id(), right ? 1 : 0, text, logLikelihoods, Optional.empty());
    }

    /** Whether it is wholly right. */
    public boolean right() {
        return score == 1;
    }

    /** The answer to an item that the engine refused to read. */
    public static Answer refused(Item item, String why) {
        return new Answer(item.id(), 0, "", List.of(), Optional.of(why));
    }
}
