package io.stoa.gateway.policy;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How fast a key may ask. Absent is without limit.
 *
 * @param requests requests a minute
 * @param tokens tokens of prompts and answers a minute
 * @param concurrency requests at once
 */
public record Limits(OptionalLong requests, OptionalLong tokens, OptionalInt concurrency) {
    public static final Limits NONE = new Limits(OptionalLong.empty(), OptionalLong.empty(), OptionalInt.empty());

    /** A limit above it is none: a thousand billion a minute. */
    private static final long GREATEST = 1_000_000_000_000L;

    public Limits {
        check("requests a minute", requests.orElse(1));
        check("tokens a minute", tokens.orElse(1));
        check("requests at once", concurrency.orElse(1));
    }

    private static void check(String what, long value) {
        if (value < 1 || value > GREATEST) {
            throw new IllegalArgumentException("a limit is between 1 and " + GREATEST + " " + what + ": " + value);
        }
    }
}
