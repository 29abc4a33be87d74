package io.stoa.model;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Currency;

/**
 * What an hour of a machine costs. Prices change monthly: one without a date and a source is none.
 *
 * @param amount of the currency, not negative
 * @param currency by ISO 4217
 * @param date when it was asked
 * @param source where it was read
 */
public record HourlyPrice(BigDecimal amount, Currency currency, LocalDate date, String source) {
    /** More than any machine costs; beyond it a unit is wrong. */
    public static final BigDecimal MOST = new BigDecimal(10_000);

    public HourlyPrice {
        requireNonNull(amount, "amount");
        requireNonNull(currency, "currency");
        requireNonNull(date, "date");
        if (amount.signum() < 0 || amount.compareTo(MOST) > 0) {
            throw new IllegalArgumentException(
                    amount + " " + currency + " is not believed as the price of an hour: 0 to " + MOST + " is");
        }
        if (source.isBlank()) {
            throw new IllegalArgumentException("a price needs a source");
        }
    }

    @Override
    public String toString() {
        return amount.toPlainString() + " " + currency + " an hour (" + date + ", " + source + ")";
    }
}
