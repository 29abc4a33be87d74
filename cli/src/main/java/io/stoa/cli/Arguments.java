package io.stoa.cli;

import io.stoa.model.StoaException;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what a value's constructor refuses into a sentence for the person who typed it. */
final class Arguments {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,3})?)(s|m|h)");

    private Arguments() {}

    /** A duration as people write it: 90s, 30m or 2h. */
    static Duration duration(String option, String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw StoaException.user(option + " " + text + ": write it as 90s, 30m or 2h");
        }
        double seconds = Double.parseDouble(matcher.group(1))
                * switch (matcher.group(2)) {
                    case "h" -> 3600;
                    case "m" -> 60;
                    default -> 1;
                };
        return Duration.ofMillis(Math.round(1000 * seconds));
    }

    static <T> T checked(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new StoaException(StoaException.Kind.USER, String.valueOf(e.getMessage()), e);
        }
    }
}
