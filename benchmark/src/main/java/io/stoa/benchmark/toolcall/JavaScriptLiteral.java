package io.stoa.benchmark.toolcall;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Source of JavaScript as a value of a declared type, by BFCL's rules. Source that is no literal of the type stays text,
 * which is how variables are recognized.
 *
 * <ul>
 *   <li>{@code Bigint} needs the suffix {@code n}; {@code float} takes whole numbers, but no exponent
 *   <li>{@code […]} and {@code new Array(…)}, one or two deep, on one line, parted at every comma, also within quotes
 *   <li>{@code {key: value}} on one line, up to the first closing brace, so that no object within an object is read;
 *       quotes around keys and values go
 * </ul>
 */
final class JavaScriptLiteral {
    private static final Pattern WHOLE = Pattern.compile("-?\\d++");
    private static final Pattern BIG = Pattern.compile("-?\\d++n");
    private static final Pattern REAL = Pattern.compile("-?\\d++(?:\\.\\d++)?");
    private static final Pattern LIST_START = Pattern.compile("\\[|new\\s++Array\\(");
    private static final Pattern SPACE = Pattern.compile("\\s*+");

    private JavaScriptLiteral() {}

    static ArgumentValue convert(String source, Parameter parameter) {
        return convert(source, parameter.type(), parameter.elements());
    }

    private static ArgumentValue convert(String source, String type, Optional<String> elements) {
        return switch (type) {
            case "String" -> ArgumentValue.of(isQuoted(source) ? ScalarLiteral.trimmed(source) : source);
            case "integer" ->
                WHOLE.matcher(source).matches() ? ScalarLiteral.whole(source, source) : ArgumentValue.of(source);
            case "float" -> REAL.matcher(source).matches() ? ScalarLiteral.real(source) : ArgumentValue.of(source);
            case "Bigint" ->
                BIG.matcher(source).matches()
                        ? ScalarLiteral.whole(source.substring(0, source.length() - 1), source)
                        : ArgumentValue.of(source);
            case "Boolean" ->
                source.equals("true") || source.equals("false")
                        ? ArgumentValue.of(source.equals("true"))
                        : ArgumentValue.of(source);
            case "array" -> array(source.strip(), elements);
            case "dict" -> object(source.strip());
            default -> ArgumentValue.of(source);
        };
    }

    private static ArgumentValue array(String source, Optional<String> type) {
        Matcher start = LIST_START.matcher(source);
        if (!start.lookingAt()) {
            return ArgumentValue.of(source);
        }
        char closing = source.charAt(start.end() - 1) == '[' ? ']' : ')';
        Optional<List<String>> rows = rows(source, start.end(), closing);
        if (rows.isPresent()) {
            return ArgumentValue.listOf(rows.get().stream()
                    .map(row -> ArgumentValue.listOf(ScalarLiteral.pieces(row).stream()
                            .map(JavaScriptLiteral::untyped)
                            .toList()))
                    .toList());
        }
        int end = source.indexOf(closing, start.end());
        if (end < 0 || source.substring(start.end(), end).contains("\n")) {
            return ArgumentValue.of(source);
        }
        String inside = source.substring(start.end(), end).strip();
        return ArgumentValue.listOf(
                inside.isEmpty()
                        ? List.of()
                        : ScalarLiteral.pieces(inside).stream()
                                .map(element -> type.map(name -> convert(element, name, Optional.empty()))
                                        .orElseGet(() -> untyped(element)))
                                .toList());
    }

    /** The insides of the inner arrays where the elements are arrays; empty where they are not. */
    private static Optional<List<String>> rows(String source, int start, char closing) {
        List<String> rows = new ArrayList<>();
        int at = behindSpace(source, start);
        while (source.startsWith("[", at)) {
            int end = source.indexOf(']', at);
            if (end < 0 || source.substring(at, end).contains("\n")) {
                return Optional.empty();
            }
            rows.add(source.substring(source.lastIndexOf('[', end) + 1, end).strip());
            at = behindSpace(source, end + 1);
            if (at < source.length() && source.charAt(at) == closing) {
                return Optional.of(rows);
            }
            at = source.startsWith(",", at) ? behindSpace(source, at + 1) : source.length();
        }
        return Optional.empty();
    }

    private static int behindSpace(String source, int at) {
        Matcher space = SPACE.matcher(source).region(at, source.length());
        return space.lookingAt() ? space.end() : at;
    }

    private static ArgumentValue object(String source) {
        int end = source.indexOf('}');
        if (!source.startsWith("{") || end < 0 || source.substring(0, end).contains("\n")) {
            return ArgumentValue.of(source);
        }
        String inside = source.substring(1, end);
        Map<ArgumentValue, ArgumentValue> entries = new LinkedHashMap<>();
        int at = 0;
        int colon = inside.indexOf(':', at + 1);
        while (colon > at) {
            int value = behindSpace(inside, colon + 1);
            int next = entryEnd(inside, value);
            String key = unquoted(inside.substring(at, colon).strip());
            entries.put(
                    ArgumentValue.of(key), member(inside.substring(value, next).strip()));
            at = next < inside.length() ? behindSpace(inside, next + 1) : inside.length();
            colon = inside.indexOf(':', at + 1);
        }
        return new ArgumentValue.Table(entries);
    }

    /** The first comma with a colon between it and the next comma: behind others the same value goes on. */
    private static int entryEnd(String inside, int start) {
        int comma = inside.indexOf(',', start);
        int colon = inside.indexOf(':', start);
        while (comma >= 0 && colon >= 0) {
            int next = inside.indexOf(',', comma + 1);
            if (colon < comma + 2) {
                colon = inside.indexOf(':', comma + 2);
            }
            if (colon >= 0 && (next < 0 || colon < next)) {
                return comma;
            }
            comma = next;
        }
        return inside.length();
    }

    private static ArgumentValue member(String value) {
        return value.startsWith("[") && value.endsWith("]") ? array(value, Optional.empty()) : untyped(unquoted(value));
    }

    /** Without any quotes at the ends. */
    private static String unquoted(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isQuote(text.charAt(start))) {
            start++;
        }
        while (end > start && isQuote(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'';
    }

    private static boolean isQuoted(String source) {
        return !source.isEmpty() && isQuote(source.charAt(0)) && source.endsWith(source.substring(0, 1));
    }

    /** A literal whose type is not declared. */
    private static ArgumentValue untyped(String source) {
        if (source.equals("true") || source.equals("false")) {
            return ArgumentValue.of(source.equals("true"));
        }
        return isQuoted(source)
                ? ArgumentValue.of(ScalarLiteral.trimmed(source))
                : ScalarLiteral.number(source).orElseGet(() -> ArgumentValue.of(source));
    }
}
