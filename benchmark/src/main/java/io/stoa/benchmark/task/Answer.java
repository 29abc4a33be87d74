package io.stoa.benchmark.task;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * What a candidate answered to one item, as it lies in the ledger.
 *
 * @param id the item's id
 * @param right whether it counts as right
 * @param text the answer as it was given: the generated text, or the chosen choice; empty where there was none
 * @param logLikelihoods Σ ln p of each choice in nats, in the order of the choices; empty where nothing was scored
 * @param refusal why the item could not be asked, in the engine's words; such an item counts as wrong
 */
public record Answer(String id, boolean right, String text, List<Double> logLikelihoods, Optional<String> refusal) {
    public Answer {
        requireNonNull(text, "text");
        requireNonNull(refusal, "refusal");
        logLikelihoods = List.copyOf(logLikelihoods);
        if (id.isBlank()) {
            throw new IllegalArgumentException("an answer names its item");
        }
        if (right && refusal.isPresent()) {
            throw new IllegalArgumentException("what was not asked cannot be right: " + id);
        }
    }

    /** The answer to an item that the engine refused to read. */
    public static Answer refused(Item item, String why) {
        return new Answer(item.id(), false, "", List.of(), Optional.of(why));
    }
}
