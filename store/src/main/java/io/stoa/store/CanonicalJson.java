package io.stoa.store;

import io.stoa.model.StoaException;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The one way in which a JSON value is written when it is hashed: the JSON Canonicalization Scheme of RFC 8785. No white
 * space; members sorted by the UTF-16 code units of their names; the shortest escapes, with lower-case hexadecimal
 * digits; numbers as ECMAScript's {@code Number::toString} writes them (ECMA-262, 6.1.6.1.20), which reads back to
 * exactly the same double.
 *
 * <p>Where RFC 8785 gives up, evidence must still survive, so two cases are decided here: an integer beyond ±2⁵³ is
 * written with all its digits, and half of a surrogate pair is written as an escape, as {@code JSON.stringify} does. A
 * number that is not finite, and a decimal that is no double, are refused.
 */
public final class CanonicalJson {
    private CanonicalJson() {}

    /** The canonical text of a value. */
    public static String write(JsonNode value) {
        StringBuilder text = new StringBuilder(256);
        append(text, value);
        return text.toString();
    }

    private static void append(StringBuilder text, JsonNode value) {
        switch (value.getNodeType()) {
            case OBJECT -> appendObject(text, value);
            case ARRAY -> appendArray(text, value);
            case STRING -> appendString(text, value.stringValue());
            case NUMBER -> appendNumber(text, value);
            case BOOLEAN -> text.append(value.booleanValue());
            case NULL -> text.append("null");
            case BINARY, POJO, MISSING ->
                throw StoaException.bug(
                        "a value of type " + value.getNodeType() + " has no canonical JSON; record it as a string");
        }
    }

    private static void appendObject(StringBuilder text, JsonNode object) {
        Stream<Map.Entry<String, JsonNode>> members = object.propertyStream().sorted(Map.Entry.comparingByKey());
        text.append('{');
        String separator = "";
        for (Iterator<Map.Entry<String, JsonNode>> each = members.iterator(); each.hasNext(); ) {
            Map.Entry<String, JsonNode> member = each.next();
            text.append(separator);
            appendString(text, member.getKey());
            text.append(':');
            append(text, member.getValue());
            separator = ",";
        }
        text.append('}');
    }

    private static void appendArray(StringBuilder text, JsonNode array) {
        text.append('[');
        String separator = "";
        for (JsonNode element : array) {
            text.append(separator);
            append(text, element);
            separator = ",";
        }
        text.append(']');
    }

    static void appendString(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char unit = value.charAt(i);
            switch (unit) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\t' -> text.append("\\t");
                case '\n' -> text.append("\\n");
                case '\f' -> text.append("\\f");
                case '\r' -> text.append("\\r");
                default -> {
                    if (Character.isHighSurrogate(unit)
                            && i + 1 < value.length()
                            && Character.isLowSurrogate(value.charAt(i + 1))) {
                        text.append(unit).append(value.charAt(++i));
                    } else if (unit < 0x20 || Character.isSurrogate(unit)) {
                        text.append(String.format("\\u%04x", (int) unit));
                    } else {
                        text.append(unit);
                    }
                }
            }
        }
        text.append('"');
    }

    private static void appendNumber(StringBuilder text, JsonNode number) {
        switch (number.numberType()) {
            case INT, LONG, BIG_INTEGER -> text.append(number.bigIntegerValue());
            case FLOAT, DOUBLE -> text.append(number(number.doubleValue()));
            case BIG_DECIMAL ->
                throw StoaException.bug(
                        "a decimal such as " + number + " has no canonical JSON; record it as a double or as a string");
        }
    }

    /** A finite double in ECMAScript's form, such as {@code 1e+21}, {@code 0.001} or {@code 5e-324}. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            throw StoaException.bug("JSON has no number " + value + "; record it as absent");
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        // the value is 0.digits × 10^point
        int point = digits.length() - shortest.scale();
        String sign = value < 0 ? "-" : "";
        if (point > 21 || point <= -6) {
            String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
            return sign + digits.charAt(0) + fraction + (point > 0 ? "e+" : "e-") + Math.abs(point - 1);
        }
        if (point <= 0) {
            return sign + "0." + "0".repeat(-point) + digits;
        }
        if (point >= digits.length()) {
            return sign + digits + "0".repeat(point - digits.length());
        }
        return sign + digits.substring(0, point) + "." + digits.substring(point);
    }

    /**
     * The decimal with the fewest digits that reads back as the double, and the closest such one. {@code
     * Double.toString} yields it since JDK 19, except that it prefers two digits to one ({@code 4.9E-324}).
     */
    private static BigDecimal shortest(double value) {
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (decimal.precision() != 2) {
            return decimal;
        }
        BigDecimal exact = new BigDecimal(value);
        BigDecimal tens = BigDecimal.TEN.scaleByPowerOfTen(-decimal.scale());
        BigDecimal below = decimal.subtract(decimal.remainder(tens));
        return Stream.of(below, below.add(tens))
                .filter(candidate -> candidate.doubleValue() == value)
                .min(Comparator.comparing(
                        (BigDecimal candidate) -> candidate.subtract(exact).abs()))
                .orElse(decimal)
                .stripTrailingZeros();
    }
}
