package io.stoa.engine;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.OptionalDouble;

/**
 * One token, and how likely the model held it to be.
 *
 * @param token its id
 * @param logProbability ln p(token | everything before it), in nats, before any sampler; absent for the first token of a
 *     text, which nothing precedes
 * @param top the likeliest tokens of that position, likeliest first, as many as were asked for
 */
public record ScoredToken(int token, OptionalDouble logProbability, List<Alternative> top) {
    public ScoredToken {
        requireNonNull(logProbability, "logProbability");
        top = List.copyOf(top);
    }

    /** A token that might have come. */
    public record Alternative(int token, double logProbability) {}
}
