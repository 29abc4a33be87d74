package io.stoa.engine.chat.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/**
 * Python's view of text, where it differs from Java's: characters are code points, white space is Unicode's, and {@code
 * repr} has its own escapes. Source: the Python 3 library reference, "Text Sequence Type" and "String literals".
 */
public final class PythonText {
    private PythonText() {}

    /** {@code str.isspace} of one character: bidirectional type WS, B or S, or category Zs. */
    public static boolean isSpace(int character) {
        return (character >= 0x09 && character <= 0x0d)
                || (character >= 0x1c && character <= 0x20)
                || character == 0x85
                || character == 0xa0
                || character == 0x1680
                || (character >= 0x2000 && character <= 0x200a)
                || character == 0x2028
                || character == 0x2029
                || character == 0x202f
                || character == 0x205f
                || character == 0x3000;
    }

    /** Whether a text is white space only, and at least one character of it. */
    static boolean isSpace(String text) {
        return !text.isEmpty() && text.codePoints().allMatch(PythonText::isSpace);
    }

    /** As {@code str.rstrip()}. */
    public static String stripRight(String text) {
        return strip(text, PythonText::isSpace, false, true);
    }

    static String strip(String text, IntPredicate stripped, boolean left, boolean right) {
        int from = 0;
        int to = text.length();
        while (left && from < to && stripped.test(text.codePointAt(from))) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (right && from < to && stripped.test(text.codePointBefore(to))) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(from, to);
    }

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The order of code points, which is not that of UTF-16. */
    static int compare(String left, String right) {
        int shared = Math.min(left.length(), right.length());
        for (int at = 0; at < shared; at++) {
            char a = left.charAt(at);
            char b = right.charAt(at);
            if (a != b) {
                // A surrogate stands for a character above all others.
                int order = Boolean.compare(Character.isSurrogate(a), Character.isSurrogate(b));
                return order == 0 ? Character.compare(a, b) : order;
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /** {@code repr} of a string. */
    public static String quoted(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder quoted = new StringBuilder(text.length() + 2).append(quote);
        text.codePoints().forEach(character -> {
            switch (character) {
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (character == quote) {
                        quoted.append('\\').append(quote);
                    } else if (printable(character)) {
                        quoted.appendCodePoint(character);
                    } else if (character < 0x100) {
                        quoted.append(String.format(Locale.ROOT, "\\x%02x", character));
                    } else if (character < 0x10000) {
                        quoted.append(String.format(Locale.ROOT, "\\u%04x", character));
                    } else {
                        quoted.append(String.format(Locale.ROOT, "\\U%08x", character));
                    }
                }
            }
        });
        return quoted.append(quote).toString();
    }

    private static boolean printable(int character) {
        return switch ((byte) Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> character == ' ';
            default -> true;
        };
    }

    /**
     * {@code repr} of a float: the shortest digits that read back as the same number, written plainly from 1e-4 to below
     * 1e16.
     */
    public static String number(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        BigDecimal oneDigit = shortest.round(new MathContext(1));
        if (oneDigit.doubleValue() == value) {
            // Java writes at least two digits: 4.9E-324, where Python says 5e-324.
            shortest = oneDigit.stripTrailingZeros();
        }
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = shortest.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String digits = shortest.unscaledValue().abs().toString();
        return (value < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + (exponent < 0 ? "e-" : "e+")
                + String.format(Locale.ROOT, "%02d", Math.abs(exponent));
    }

    /** The inside of a string literal with its escapes resolved; unknown escapes stay as they are. */
    static String unescaped(String literal, int line) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder text = new StringBuilder(literal.length());
        int at = 0;
        while (at < literal.length()) {
            char character = literal.charAt(at++);
            if (character != '\\' || at >= literal.length()) {
                text.append(character);
                continue;
            }
            char escape = literal.charAt(at++);
            switch (escape) {
                case '\n' -> {
                    // A line continued.
                }
                case '\\', '\'', '"' -> text.append(escape);
                case 'a' -> text.append('\u0007');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'v' -> text.append('\u000b');
                case 'x' -> at = hexadecimal(literal, at, 2, text, line);
                case 'u' -> at = hexadecimal(literal, at, 4, text, line);
                case 'U' -> at = hexadecimal(literal, at, 8, text, line);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                    int end = at;
                    while (end < literal.length() && end < at + 2 && "01234567".indexOf(literal.charAt(end)) >= 0) {
                        end++;
                    }
                    text.append((char) Integer.parseInt(literal.substring(at - 1, end), 8));
                    at = end;
                }
                default -> text.append('\\').append(escape);
            }
        }
        return text.toString();
    }

    private static int hexadecimal(String literal, int at, int digits, StringBuilder text, int line) {
        int end = at + digits;
        if (end > literal.length() || !literal.substring(at, end).matches("[0-9a-fA-F]+")) {
            throw JinjaException.syntax("truncated escape of " + digits + " hexadecimal digits in a string", line);
        }
        long character = Long.parseLong(literal.substring(at, end), 16);
        if (character > Character.MAX_CODE_POINT) {
            throw JinjaException.syntax("illegal Unicode character in a string", line);
        }
        text.appendCodePoint((int) character);
        return end;
    }

    /** {@code str.splitlines}. */
    static List<String> lines(String text, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        int at = 0;
        while (at < text.length()) {
            char character = text.charAt(at);
            boolean ends = (character >= '\n' && character <= '\r')
                    || (character >= 0x1c && character <= 0x1e)
                    || character == 0x85
                    || character == 0x2028
                    || character == 0x2029;
            int after = character == '\r' && text.startsWith("\n", at + 1) ? at + 2 : at + 1;
            if (ends) {
                lines.add(text.substring(from, keepEnds ? after : at));
                from = after;
            }
            at = after;
        }
        if (from < text.length()) {
            lines.add(text.substring(from));
        }
        return lines;
    }

    /** {@code str.capitalize}. */
    static String capitalized(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.codePointAt(0));
        return titled(text.substring(0, first)) + text.substring(first).toLowerCase(Locale.ROOT);
    }

    private static String titled(String character) {
        int title = Character.toTitleCase(character.codePointAt(0));
        return title == character.codePointAt(0) ? character.toUpperCase(Locale.ROOT) : Character.toString(title);
    }

    /** {@code str.title}: a capital after anything that has no case. */
    static String title(String text) {
        StringBuilder title = new StringBuilder(text.length());
        boolean inWord = false;
        for (int character : text.codePoints().toArray()) {
            String one = Character.toString(character);
            title.append(inWord ? one.toLowerCase(Locale.ROOT) : titled(one));
            inWord = Character.isUpperCase(character)
                    || Character.isLowerCase(character)
                    || Character.isTitleCase(character);
        }
        return title.toString();
    }

    static boolean isLower(String text) {
        return text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c))
                && text.codePoints().anyMatch(Character::isLowerCase);
    }

    static boolean isUpper(String text) {
        return text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c))
                && text.codePoints().anyMatch(Character::isUpperCase);
    }

    /** MarkupSafe's {@code escape}. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }
}
