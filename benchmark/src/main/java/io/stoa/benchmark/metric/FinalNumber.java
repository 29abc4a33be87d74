package io.stoa.benchmark.metric;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The number that an answer ends with. Thousands may be set off by commas; the value counts, not how it is written. */
public final class FinalNumber {
    private static final Pattern NUMBER =
            Pattern.compile("(?<![\\p{L}\\p{N}.])-?(?:\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.\\d+)?(?![\\p{L}\\p{N}])");

    private FinalNumber() {}

    /** The last number in a text. */
    public static Optional<BigDecimal> in(String text) {
        return NUMBER.matcher(text)
                .results()
                .reduce((_, last) -> last)
                .map(MatchResult::group)
                .map(number -> new BigDecimal(number.replace(",", "")).stripTrailingZeros());
    }

    /** Whether both texts end with the same number. */
    public static boolean same(String reference, String answer) {
        Optional<BigDecimal> wanted = in(reference);
        return wanted.isPresent() && wanted.equals(in(answer));
    }
}
