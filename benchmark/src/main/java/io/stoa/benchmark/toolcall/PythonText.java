package io.stoa.benchmark.toolcall;

import io.stoa.benchmark.toolcall.ArgumentValue.Bool;
import io.stoa.benchmark.toolcall.ArgumentValue.Int;
import io.stoa.benchmark.toolcall.ArgumentValue.Items;
import io.stoa.benchmark.toolcall.ArgumentValue.None;
import io.stoa.benchmark.toolcall.ArgumentValue.Real;
import io.stoa.benchmark.toolcall.ArgumentValue.Table;
import io.stoa.benchmark.toolcall.ArgumentValue.Text;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Values as Python's {@code repr} writes them. */
final class PythonText {
    private PythonText() {}

    static String repr(ArgumentValue value) {
        return switch (value) {
            case None _ -> "None";
            case Bool(boolean truth) -> truth ? "True" : "False";
            case Int(BigInteger number) -> number.toString();
            case Real(double number) -> repr(number);
            case Text(String text) -> repr(text);
            case Items(boolean tuple, List<ArgumentValue> values) -> {
                String all = values.stream().map(PythonText::repr).collect(Collectors.joining(", "));
                yield tuple ? "(" + all + (values.size() == 1 ? ",)" : ")") : "[" + all + "]";
            }
            case Table(Map<ArgumentValue, ArgumentValue> entries) ->
                entries.entrySet().stream()
                        .map(entry -> repr(entry.getKey()) + ": " + repr(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
        };
    }

    /** The shortest digits that read back as the number; an exponent below 1e-4 and from 1e16 on. */
    static String repr(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = shortest.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String digits = shortest.unscaledValue().abs().toString();
        String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
        return (number < 0 ? "-" : "")
                + digits.charAt(0)
                + fraction
                + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    /** In single quotes, or in double quotes where the text has single and no double ones. */
    static String repr(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder repr = new StringBuilder(text.length() + 2).append(quote);
        text.codePoints().forEach(point -> {
            switch (point) {
                case '\n' -> repr.append("\\n");
                case '\r' -> repr.append("\\r");
                case '\t' -> repr.append("\\t");
                case '\\' -> repr.append("\\\\");
                default -> append(repr, point, quote);
            }
        });
        return repr.append(quote).toString();
    }

    private static void append(StringBuilder repr, int point, char quote) {
        if (point == quote) {
            repr.append('\\').append(quote);
        } else if (isPrintable(point)) {
            repr.appendCodePoint(point);
        } else if (point < 0x100) {
            repr.append(String.format(Locale.ROOT, "\\x%02x", point));
        } else if (point < 0x10000) {
            repr.append(String.format(Locale.ROOT, "\\u%04x", point));
        } else {
            repr.append(String.format(Locale.ROOT, "\\U%08x", point));
        }
    }

    private static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }
}
