package io.stoa.gateway.policy;

import io.stoa.gateway.wire.TokenUsage;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * An amount of money in millionths of the gateway's one currency: whole numbers, so that sums are exact. Prices round up,
 * so that nothing costs less than it does.
 */
public record Micros(long value) implements Comparable<Micros> {
    public static final Micros ZERO = new Micros(0);

    public Micros {
        if (value < 0) {
            throw new IllegalArgumentException("an amount is not negative: " + value);
        }
    }

    /** An amount in whole units, such as 12.5 dollars. */
    public static Micros of(BigDecimal units) {
        return new Micros(
                units.movePointRight(6).setScale(0, RoundingMode.CEILING).longValueExact());
    }

    public Micros plus(Micros more) {
        return new Micros(Math.addExact(value, more.value));
    }

    @Override
    public int compareTo(Micros other) {
        return Long.compare(value, other.value);
    }

    /**
     * What tokens cost.
     *
     * @param promptPerMillion micros for a million prompt tokens
     * @param completionPerMillion micros for a million completion tokens
     */
    public record TokenPrice(long promptPerMillion, long completionPerMillion) {
        public static final TokenPrice FREE = new TokenPrice(0, 0);

        public TokenPrice {
            if (promptPerMillion < 0 || completionPerMillion < 0) {
                throw new IllegalArgumentException("a price is not negative");
            }
        }

        public Micros of(TokenUsage usage) {
            long sum = Math.addExact(
                    Math.multiplyExact(usage.prompt(), promptPerMillion),
                    Math.multiplyExact(usage.completion(), completionPerMillion));
            return new Micros(Math.ceilDiv(sum, 1_000_000));
        }
    }
}
