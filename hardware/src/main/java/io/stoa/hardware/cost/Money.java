package io.stoa.hardware.cost;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Currency;

/**
 * An amount of a currency, possibly a small part of its smallest coin: a token costs millionths. Calculated in 16
 * significant digits, which is what the rates it meets have; nothing is rounded to coins before it is shown.
 */
public record Money(BigDecimal amount, Currency currency) implements Comparable<Money> {
    private static final MathContext DIGITS = MathContext.DECIMAL64;

    public Money {
        requireNonNull(amount, "amount");
        requireNonNull(currency, "currency");
    }

    public static Money of(String amount, String currency) {
        return new Money(new BigDecimal(amount), Currency.getInstance(currency));
    }

    public static Money zero(Currency currency) {
        return new Money(BigDecimal.ZERO, currency);
    }

    public Money plus(Money other) {
        return new Money(amount.add(same(other), DIGITS), currency);
    }

    public Money minus(Money other) {
        return new Money(amount.subtract(same(other), DIGITS), currency);
    }

    /**
     * The amount, so many times.
     *
     * @throws IllegalArgumentException when the factor is not finite
     */
    public Money times(double factor) {
        if (!Double.isFinite(factor)) {
            throw new IllegalArgumentException("an amount cannot be multiplied with " + factor);
        }
        return new Money(amount.multiply(BigDecimal.valueOf(factor), DIGITS), currency);
    }

    /** How many times another amount goes into this one. */
    public double dividedBy(Money other) {
        return amount.doubleValue() / same(other).doubleValue();
    }

    public boolean isPositive() {
        return amount.signum() > 0;
    }

    public double toDouble() {
        return amount.doubleValue();
    }

    @Override
    public int compareTo(Money other) {
        return amount.compareTo(same(other));
    }

    private BigDecimal same(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("amounts of " + currency + " and " + other.currency
                    + " cannot be set against each other; give all prices in one currency");
        }
        return other.amount;
    }

    /** Two digits after the point, or four significant ones where those are finer: {@code 1.667 USD}. */
    @Override
    public String toString() {
        BigDecimal significant = amount.round(new MathContext(4, RoundingMode.HALF_EVEN));
        boolean small = amount.abs().compareTo(BigDecimal.valueOf(100)) < 0 && significant.scale() > 2;
        BigDecimal shown = small ? significant : amount.setScale(2, RoundingMode.HALF_EVEN);
        return shown.toPlainString() + " " + currency;
    }
}
