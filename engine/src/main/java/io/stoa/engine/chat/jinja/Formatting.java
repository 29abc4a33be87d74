package io.stoa.engine.chat.jinja;

import io.stoa.engine.chat.jinja.Value.Arguments;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Python's two ways to format: {@code "%s" % value} and {@code "{}".format(value)}. Sources: the library reference,
 * "printf-style String Formatting" and "Format String Syntax".
 */
final class Formatting {
    private static final Pattern PERCENT =
            Pattern.compile("%(?:\\(([^)]*)\\))?([-+ 0#]*)(\\*|\\d*)(?:\\.(\\*|\\d*))?[hlL]?(.)?", Pattern.DOTALL);
    private static final Pattern SPECIFICATION =
            Pattern.compile("(?:(.)?([<>=^]))?([-+ ]?)#?(0?)(\\d*)([,_]?)(?:\\.(\\d+))?([a-zA-Z%]?)", Pattern.DOTALL);
    private static final int WIDEST = 100_000;

    private final Operations operations;

    Formatting(Operations operations) {
        this.operations = operations;
    }

    /** {@code format % value}, where the value is a tuple of arguments, a dict of them, or the only one. */
    String percent(String format, Value value) {
        List<Value> arguments = value instanceof Value.Tuple tuple ? tuple.items() : List.of(value);
        operations.budget().charge(format.length());
        StringBuilder text = new StringBuilder();
        Matcher matcher = PERCENT.matcher(format);
        int used = 0;
        int from = 0;
        boolean byName = false;
        while (matcher.find()) {
            text.append(format, from, matcher.start());
            from = matcher.end();
            Optional<String> conversion = Optional.ofNullable(matcher.group(5));
            if (conversion.isEmpty()) {
                throw JinjaException.failed("incomplete format");
            }
            if (conversion.get().equals("%")) {
                text.append('%');
                continue;
            }
            Value argument;
            Optional<String> name = Optional.ofNullable(matcher.group(1));
            if (name.isPresent()) {
                byName = true;
                if (!(value instanceof Value.Dict dict)) {
                    throw JinjaException.failed("format requires a mapping");
                }
                argument = operations
                        .item(dict, Value.text(name.get()))
                        .orElseThrow(() -> JinjaException.failed(PythonText.quoted(name.get())));
            } else {
                if (used >= arguments.size()) {
                    throw JinjaException.failed("not enough arguments for format string");
                }
                argument = arguments.get(used++);
            }
            String flags = matcher.group(2);
            Optional<Integer> precision = Optional.ofNullable(matcher.group(4)).map(Formatting::count);
            String piece = converted(conversion.get(), argument, flags, precision);
            text.append(padded(piece, count(matcher.group(3)), flags, conversion.get()));
            operations.budget().charge(piece.length());
        }
        if (used < arguments.size() && !byName && !(value instanceof Value.Dict)) {
            throw JinjaException.failed("not all arguments converted during string formatting");
        }
        return text.append(format, from, format.length()).toString();
    }

    private static int count(String digits) {
        if (digits.isEmpty()) {
            return 0;
        }
        if (digits.equals("*")) {
            throw JinjaException.failed("a width or precision of * is not supported in templates");
        }
        int count = digits.length() > 6 ? WIDEST + 1 : Integer.parseInt(digits);
        if (count > WIDEST) {
            throw JinjaException.limit("a format wider than " + WIDEST + " characters");
        }
        return count;
    }

    private String converted(String conversion, Value argument, String flags, Optional<Integer> precision) {
        return switch (conversion) {
            case "s" -> cut(operations.string(argument), precision);
            case "r", "a" -> cut(operations.repr(argument), precision);
            case "c" ->
                argument instanceof Value.Text text
                        ? text.value()
                        : Character.toString(wholeOf(conversion, argument).intValue());
            case "d", "i", "u" -> plus(flags, wholeOf(conversion, argument).toString());
            case "x" -> plus(flags, radix(wholeOf(conversion, argument), 16, flags.contains("#") ? "0x" : ""));
            case "X" ->
                plus(flags, radix(wholeOf(conversion, argument), 16, flags.contains("#") ? "0x" : ""))
                        .toUpperCase(Locale.ROOT);
            case "o" -> plus(flags, radix(wholeOf(conversion, argument), 8, flags.contains("#") ? "0o" : ""));
            case "f", "F", "e", "E", "g", "G" ->
                plus(flags, real(conversion.charAt(0), numberOf(conversion, argument), precision.orElse(6)));
            default -> throw JinjaException.failed("unsupported format character '" + conversion + "'");
        };
    }

    private static String cut(String text, Optional<Integer> precision) {
        return precision
                .filter(most -> most < PythonText.length(text))
                .map(most -> text.substring(0, text.offsetByCodePoints(0, most)))
                .orElse(text);
    }

    private static String plus(String flags, String number) {
        boolean negative = number.startsWith("-");
        return negative ? number : flags.contains("+") ? "+" + number : flags.contains(" ") ? " " + number : number;
    }

    private static String radix(BigInteger whole, int radix, String prefix) {
        return (whole.signum() < 0 ? "-" : "") + prefix + whole.abs().toString(radix);
    }

    private BigInteger wholeOf(String conversion, Value argument) {
        operations.refuseUndefined(argument);
        return switch (argument) {
            case Value.Real real when Double.isFinite(real.value()) -> new BigDecimal(real.value()).toBigInteger();
            case Value.Numeric number
            when number.whole().isPresent() -> number.whole().orElseThrow();
            case Value other ->
                throw JinjaException.failed(
                        "%" + conversion + " format: a real number is required, not " + other.type());
        };
    }

    private double numberOf(String conversion, Value argument) {
        operations.refuseUndefined(argument);
        if (argument instanceof Value.Numeric number) {
            return number.toDouble();
        }
        throw JinjaException.failed("%" + conversion + " format: a real number is required, not " + argument.type());
    }

    private static String real(char conversion, double value, int precision) {
        if (!Double.isFinite(value)) {
            return Character.isUpperCase(conversion)
                    ? PythonText.number(value).toUpperCase(Locale.ROOT)
                    : PythonText.number(value);
        }
        String minus = value < 0 || (value == 0 && 1 / value < 0) ? "-" : "";
        BigDecimal exact = new BigDecimal(Math.abs(value));
        String digits = switch (Character.toLowerCase(conversion)) {
            case 'f' -> exact.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
            case 'e' -> scientific(exact, precision);
            default -> general(exact, Math.max(1, precision));
        };
        return minus + (Character.isUpperCase(conversion) ? digits.toUpperCase(Locale.ROOT) : digits);
    }

    private static String scientific(BigDecimal value, int precision) {
        if (value.signum() == 0) {
            return BigDecimal.ZERO.setScale(precision).toPlainString() + "e+00";
        }
        BigDecimal rounded = value.round(new java.math.MathContext(precision + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        String mantissa = rounded.movePointLeft(exponent)
                .setScale(precision, RoundingMode.HALF_EVEN)
                .toPlainString();
        return mantissa + (exponent < 0 ? "e-" : "e+") + String.format(Locale.ROOT, "%02d", Math.abs(exponent));
    }

    private static String general(BigDecimal value, int precision) {
        if (value.signum() == 0) {
            return "0";
        }
        BigDecimal rounded = value.round(new java.math.MathContext(precision, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent >= precision) {
            String text =
                    scientific(rounded, Math.max(0, rounded.stripTrailingZeros().precision() - 1));
            return text;
        }
        return rounded.stripTrailingZeros().toPlainString();
    }

    private static String padded(String piece, int width, String flags, String conversion) {
        int missing = width - PythonText.length(piece);
        if (missing <= 0) {
            return piece;
        }
        if (flags.contains("-")) {
            return piece + " ".repeat(missing);
        }
        boolean zeros = flags.contains("0") && !conversion.equals("s") && !conversion.equals("r");
        return zeros ? zeroPadded(piece, missing) : " ".repeat(missing) + piece;
    }

    private static String zeroPadded(String number, int missing) {
        int sign = number.startsWith("-") || number.startsWith("+") || number.startsWith(" ") ? 1 : 0;
        return number.substring(0, sign) + "0".repeat(missing) + number.substring(sign);
    }

    /** {@code format.format(…)}; fields may go on with {@code .name} and {@code [key]}, under the sandbox's rules. */
    String braces(String format, Arguments arguments, Attributes attributes) {
        operations.budget().charge(format.length());
        StringBuilder text = new StringBuilder();
        int automatic = 0;
        int at = 0;
        while (at < format.length()) {
            char character = format.charAt(at++);
            if (character != '{' && character != '}') {
                text.append(character);
                continue;
            }
            if (at < format.length() && format.charAt(at) == character) {
                text.append(character);
                at++;
                continue;
            }
            if (character == '}') {
                throw JinjaException.failed("Single '}' encountered in format string");
            }
            int end = format.indexOf('}', at);
            if (end < 0) {
                throw JinjaException.failed("expected '}' before end of string");
            }
            String field = format.substring(at, end);
            at = end + 1;
            if (field.contains("{")) {
                throw JinjaException.failed("nested format fields are not supported in templates");
            }
            int colon = field.indexOf(':');
            String specification = colon < 0 ? "" : field.substring(colon + 1);
            String name = colon < 0 ? field : field.substring(0, colon);
            String conversion = "";
            if (name.length() > 1 && name.charAt(name.length() - 2) == '!') {
                conversion = name.substring(name.length() - 1);
                name = name.substring(0, name.length() - 2);
            }
            if (name.isEmpty() || name.startsWith(".") || name.startsWith("[")) {
                name = automatic++ + name;
            }
            Value value = field(name, arguments, attributes);
            String piece = switch (conversion) {
                case "" -> specified(value, specification);
                case "s" -> specified(Value.text(operations.string(value)), specification);
                case "r", "a" -> specified(Value.text(operations.repr(value)), specification);
                default -> throw JinjaException.failed("Unknown conversion specifier '" + conversion + "'");
            };
            operations.budget().charge(piece.length());
            text.append(piece);
        }
        return text.toString();
    }

    private static Value field(String name, Arguments arguments, Attributes attributes) {
        Matcher parts =
                Pattern.compile("([^.\\[]+)|\\.([^.\\[]+)|\\[([^\\]]+)\\]").matcher(name);
        Optional<Value> value = Optional.empty();
        while (parts.find()) {
            if (value.isEmpty()) {
                String first = parts.group();
                boolean position = first.matches("\\d{1,9}");
                value = position
                        ? arguments.positional().stream()
                                .skip(Integer.parseInt(first))
                                .findFirst()
                        : Optional.ofNullable(arguments.named().get(first));
                if (value.isEmpty()) {
                    throw JinjaException.failed(
                            position
                                    ? "Replacement index " + first + " out of range for positional args tuple"
                                    : PythonText.quoted(first));
                }
            } else if (parts.group(2) != null) {
                value = Optional.of(attributes.attribute(value.get(), parts.group(2)));
            } else {
                String key = parts.group(3) == null ? "" : parts.group(3);
                Value index = key.matches("\\d{1,9}") ? Value.whole(Integer.parseInt(key)) : Value.text(key);
                value = Optional.of(attributes.item(value.get(), index));
            }
        }
        return value.orElseThrow(() -> JinjaException.failed("Empty attribute in format string"));
    }

    private String specified(Value value, String specification) {
        if (specification.isEmpty()) {
            return operations.string(value);
        }
        Matcher matcher = SPECIFICATION.matcher(specification);
        if (!matcher.matches()) {
            throw JinjaException.failed("Invalid format specifier '" + specification + "'");
        }
        boolean numeric = value instanceof Value.Numeric;
        boolean zeros = !matcher.group(4).isEmpty();
        String fill = Optional.ofNullable(matcher.group(1)).orElse(zeros ? "0" : " ");
        String align = Optional.ofNullable(matcher.group(2)).orElse(numeric ? zeros ? "=" : ">" : "<");
        Optional<Integer> precision = Optional.ofNullable(matcher.group(7)).map(Formatting::count);
        String body = numeric
                ? plus(matcher.group(3), grouped(number(value, matcher.group(8), precision), matcher.group(6)))
                : cut(operations.string(value), precision);
        int missing = Math.max(0, count(matcher.group(5)) - PythonText.length(body));
        return switch (align) {
            case "<" -> body + fill.repeat(missing);
            case "^" -> fill.repeat(missing / 2) + body + fill.repeat(missing - missing / 2);
            case "=" -> {
                int sign = body.startsWith("-") || body.startsWith("+") || body.startsWith(" ") ? 1 : 0;
                yield body.substring(0, sign) + fill.repeat(missing) + body.substring(sign);
            }
            default -> fill.repeat(missing) + body;
        };
    }

    private String number(Value value, String type, Optional<Integer> precision) {
        return switch (type) {
            case "" ->
                precision.isPresent() && value instanceof Value.Real real
                        ? real('g', real.value(), precision.get())
                        : operations.string(
                                value instanceof Value.Truth truth ? operations.signed(false, truth) : value);
            case "d" -> wholeOf(type, value).toString();
            case "x" -> radix(wholeOf(type, value), 16, "");
            case "X" -> radix(wholeOf(type, value), 16, "").toUpperCase(Locale.ROOT);
            case "o" -> radix(wholeOf(type, value), 8, "");
            case "b" -> radix(wholeOf(type, value), 2, "");
            case "e", "E", "f", "F", "g", "G" -> real(type.charAt(0), numberOf(type, value), precision.orElse(6));
            case "%" -> real('f', 100 * numberOf(type, value), precision.orElse(6)) + "%";
            default ->
                throw JinjaException.failed(
                        "Unknown format code '" + type + "' for object of type '" + value.type() + "'");
        };
    }

    private static String grouped(String number, String separator) {
        if (separator.isEmpty()) {
            return number;
        }
        int point = number.indexOf('.');
        int end = point < 0 ? number.length() : point;
        StringBuilder grouped = new StringBuilder(number);
        for (int at = end - 3; at > (number.startsWith("-") ? 1 : 0); at -= 3) {
            grouped.insert(at, separator);
        }
        return grouped.toString();
    }
}
