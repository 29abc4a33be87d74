package io.stoa.gateway.policy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How often a budget begins anew. Windows begin and end in UTC, so that all gateways mean the same. */
public enum Period {
    /** Never. */
    TOTAL,
    /** At the first of the month. */
    MONTH,
    /** At midnight. */
    DAY;

    /** The word that people write, such as {@code month}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The period of a word. Throws {@link IllegalArgumentException} for any other. */
    public static Period of(String word) {
        return Arrays.stream(values())
                .filter(period -> period.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a period is one of "
                        + Arrays.stream(values()).map(Period::word).collect(Collectors.joining(", ")) + ": " + word));
    }

    /** The name of the window that an instant lies in, such as {@code total}, {@code 2026-11} or {@code 2026-11-26}. */
    public String window(Instant instant) {
        LocalDate day = LocalDate.ofInstant(instant, ZoneOffset.UTC);
        return switch (this) {
            case TOTAL -> "total";
            case MONTH -> day.format(DateTimeFormatter.ofPattern("uuuu-MM", Locale.ROOT));
            case DAY -> day.toString();
        };
    }

    /** When the window of an instant ends; empty when it never does. */
    public Optional<Instant> end(Instant instant) {
        LocalDate day = LocalDate.ofInstant(instant, ZoneOffset.UTC);
        return switch (this) {
            case TOTAL -> Optional.empty();
            case MONTH -> Optional.of(midnight(day.withDayOfMonth(1).plusMonths(1)));
            case DAY -> Optional.of(midnight(day.plusDays(1)));
        };
    }

    private static Instant midnight(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
