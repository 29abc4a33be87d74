package io.stoa.benchmark.toolcall;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What the converters of both languages share: numbers, and lists whose elements are parted by plain commas. */
final class ScalarLiteral {
    private static final Pattern WHOLE = Pattern.compile("[+-]?\\d(?:_?\\d)*+");
    private static final Pattern REAL = Pattern.compile(
            "[+-]?(?:\\d(?:_?\\d)*+\\.?(?:\\d(?:_?\\d)*+)?|\\.\\d(?:_?\\d)*+)(?:[eE][+-]?\\d(?:_?\\d)*+)?");

    private ScalarLiteral() {}

    /** A whole number of at most {@link Bounds#MOST_DIGITS} digits; longer ones stay text. */
    static ArgumentValue whole(String digits, String source) {
        return digits.length() > Bounds.MOST_DIGITS
                ? ArgumentValue.of(source)
                : new ArgumentValue.Int(new BigInteger(digits));
    }

    static ArgumentValue real(String digits) {
        return new ArgumentValue.Real(Double.parseDouble(digits));
    }

    /** What Python's {@code int} or, failing that, {@code float} makes of a text. */
    static Optional<ArgumentValue> number(String text) {
        String stripped = text.strip();
        if (WHOLE.matcher(stripped).matches()) {
            return Optional.of(whole(stripped.replace("_", ""), text));
        }
        if (REAL.matcher(stripped).matches()) {
            return Optional.of(real(stripped.replace("_", "")));
        }
        return switch (stripped.toLowerCase(Locale.ROOT)) {
            case "nan", "+nan", "-nan" -> Optional.of(ArgumentValue.of(Double.NaN));
            case "inf", "+inf", "infinity", "+infinity" -> Optional.of(ArgumentValue.of(Double.POSITIVE_INFINITY));
            case "-inf", "-infinity" -> Optional.of(ArgumentValue.of(Double.NEGATIVE_INFINITY));
            default -> Optional.empty();
        };
    }

    /** The stripped pieces between all commas, also those within quotes, as BFCL parts elements. */
    static List<String> pieces(String elements) {
        List<String> pieces = new ArrayList<>();
        for (String piece : elements.split(",", -1)) {
            pieces.add(piece.strip());
        }
        return pieces;
    }

    /** Without its first and last character. */
    static String trimmed(String text) {
        return text.length() < 2 ? "" : text.substring(1, text.length() - 1);
    }
}
