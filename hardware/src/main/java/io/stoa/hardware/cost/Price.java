package io.stoa.hardware.cost;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.input.YamlPart;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Currency;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What somebody asked for something on some day. Prices of machines and tokens change monthly, so a price without a
 * date and a source is none.
 *
 * @param amount what was asked
 * @param date when
 * @param source where it was read
 */
public record Price(Money amount, LocalDate date, String source) {
    private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?) ([A-Z]{3})");

    public Price {
        requireNonNull(amount, "amount");
        requireNonNull(date, "date");
        if (source.isBlank()) {
            throw new IllegalArgumentException("a price needs a source");
        }
        if (amount.amount().signum() < 0) {
            throw new IllegalArgumentException("a price cannot be negative: " + amount);
        }
    }

    /**
     * Reads {@code {amount: 2.99 USD, date: 2026-11-01, source: …}}.
     *
     * @param most the most that is believed, in any currency
     * @param what it is the price of, for a message
     */
    public static Price read(YamlPart part, double most, String what) {
        part.only("amount", "date", "source");
        String text = part.text("amount");
        Matcher matcher = AMOUNT.matcher(text);
        if (!matcher.matches()) {
            throw part.wrong("amount", "'" + text + "' is not an amount such as 2.99 USD");
        }
        Currency currency;
        try {
            currency = Currency.getInstance(matcher.group(2));
        } catch (IllegalArgumentException e) {
            throw part.wrong("amount", matcher.group(2) + " is not a currency of ISO 4217");
        }
        BigDecimal amount = new BigDecimal(matcher.group(1));
        if (amount.doubleValue() > most) {
            throw part.wrong(
                    "amount",
                    String.format(
                            Locale.ROOT, "%s is not believed as the price of %s: at most %,.0f is", text, what, most));
        }
        return new Price(new Money(amount, currency), date(part), part.text("source"));
    }

    private static LocalDate date(YamlPart part) {
        String text = part.text("date");
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw part.wrong("date", text + " is not a date such as 2026-11-01");
        }
    }

    /** How many days old it is; negative for a price of the future. */
    public long daysOld(LocalDate today) {
        return ChronoUnit.DAYS.between(date, today);
    }

    @Override
    public String toString() {
        return amount + " (" + date + ", " + source + ")";
    }
}
