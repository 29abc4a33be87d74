package io.stoa.cli;

import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what a value's constructor refuses into a sentence for the person who typed it. */
final class Arguments {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,3})?)(s|m|h)");

    private static final Pattern SIZE = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(Ki|Mi|Gi|Ti|k|M|G|T)B");

    private Arguments() {}

    /** A number of bytes as people write it: 512MiB, 24GiB (powers of two) or 24GB (powers of ten). */
    static Bytes bytes(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw StoaException.user(text + ": is no size; write it as 512MiB, 24GiB or 24GB");
        }
        boolean binary = matcher.group(2).length() == 2;
        int step = "kMGT".indexOf(Character.toString(matcher.group(2).charAt(0)).replace('K', 'k')) + 1;
        BigDecimal unit = BigDecimal.valueOf(binary ? 1024 : 1000).pow(step);
        return new Bytes(new BigDecimal(matcher.group(1))
                .multiply(unit)
                .setScale(0, RoundingMode.FLOOR)
                .longValueExact());
    }

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
