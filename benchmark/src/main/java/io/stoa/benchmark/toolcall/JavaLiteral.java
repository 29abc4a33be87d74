package io.stoa.benchmark.toolcall;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Source of Java as a value of a declared type, by BFCL's rules. Source that is no literal of the type stays text, which
 * is how variables are recognized.
 *
 * <ul>
 *   <li>{@code long} needs the suffix {@code L}, {@code float} the suffix {@code f}; {@code double} takes whole numbers
 *   <li>{@code new ArrayList<>(Arrays.asList(…))} and {@code new ArrayList<>() {{ add(…); }}}; elements of type {@code
 *       String} and {@code char} lose their quotes
 *   <li>{@code new T[]{…}}; here elements of type {@code String} keep their quotes, so that no array of string literals
 *       ever equals an expected one
 *   <li>{@code new HashMap<>() {{ put("key", …); }}} up to the first closing brace
 *   <li>elements are parted at every comma, also within quotes
 *   <li>{@code Set}, {@code Hashtable}, {@code Queue} and {@code Stack} stay text (BFCL stops with an error)
 * </ul>
 */
final class JavaLiteral {
    private static final Pattern WHOLE = Pattern.compile("-?\\d++");
    private static final Pattern LONG = Pattern.compile("-?\\d++[lL]");
    private static final Pattern REAL = Pattern.compile("-?\\d++(?:\\.\\d++)?(?:[eE][+-]?\\d++)?");
    private static final Pattern FLOAT = Pattern.compile(REAL.pattern() + "[fF]");
    private static final Pattern NEW_LIST = Pattern.compile("new\\s++ArrayList<\\w*+>\\(");
    private static final Pattern NEW_ARRAY = Pattern.compile("new\\s++\\w++\\[\\]\\s*+\\{");
    private static final Pattern NEW_MAP = Pattern.compile("new\\s++HashMap<");
    private static final Pattern NO_ARGUMENTS = Pattern.compile(">\\s*+\\(\\)");
    private static final Pattern BODY = Pattern.compile("\\s*+\\{\\s*+\\{?\\s*+");
    private static final String AS_LIST = "Arrays.asList(";

    private JavaLiteral() {}

    static ArgumentValue convert(String source, Parameter parameter) {
        String elements = parameter.elements().orElse("");
        return switch (parameter.type()) {
            case "ArrayList" -> arrayList(source, elements).orElseGet(() -> ArgumentValue.of(source));
            case "Array" -> array(source, elements).orElseGet(() -> ArgumentValue.of(source));
            case "HashMap" -> hashMap(source).orElseGet(() -> ArgumentValue.of(source));
            default -> scalar(source, parameter.type());
        };
    }

    /** Also an element's; collections within collections stay text, for their commas are already lost. */
    private static ArgumentValue scalar(String source, String type) {
        boolean literal = switch (type) {
            case "byte", "short", "integer" -> WHOLE.matcher(source).matches();
            case "long" -> LONG.matcher(source).matches();
            case "float" -> FLOAT.matcher(source).matches();
            case "double" -> REAL.matcher(source).matches();
            case "boolean" -> source.equals("true") || source.equals("false");
            default -> false;
        };
        if (!literal) {
            return ArgumentValue.of(source);
        }
        return switch (type) {
            case "boolean" -> ArgumentValue.of(source.equals("true"));
            case "long" -> ScalarLiteral.whole(source.substring(0, source.length() - 1), source);
            case "float" -> ScalarLiteral.real(source.substring(0, source.length() - 1));
            case "double" -> ScalarLiteral.real(source);
            default -> ScalarLiteral.whole(source, source);
        };
    }

    private static Optional<ArgumentValue> arrayList(String source, String type) {
        Matcher creation = NEW_LIST.matcher(source);
        if (!creation.find()) {
            return Optional.empty();
        }
        int inside = creation.end();
        if (source.startsWith(AS_LIST, inside)) {
            int start = inside + AS_LIST.length();
            int end = source.indexOf("))", Math.min(source.length(), start + 1));
            return end < 0 || source.substring(start, end).contains("\n")
                    ? Optional.empty()
                    : Optional.of(listElements(ScalarLiteral.pieces(source.substring(start, end)), type));
        }
        if (!source.startsWith(")", inside)) {
            return Optional.empty();
        }
        Matcher body = BODY.matcher(source).region(inside + 1, source.length());
        boolean filled =
                body.lookingAt() && body.group().contains("{{") && source.indexOf("}}", body.end()) > body.end();
        return Optional.of(listElements(
                filled ? added(source.substring(body.end(), source.indexOf("}}", body.end()))) : List.of(), type));
    }

    /** The arguments of {@code add(…)}, each up to the first closing bracket. */
    private static List<String> added(String body) {
        List<String> added = new ArrayList<>();
        int at = body.indexOf("add(");
        while (at >= 0) {
            int start = at + "add(".length();
            int end = body.indexOf(')', Math.min(body.length(), start + 1));
            if (end < 0) {
                break;
            }
            added.add(body.substring(start, end).strip());
            at = body.indexOf("add(", end);
        }
        return added;
    }

    private static ArgumentValue listElements(List<String> elements, String type) {
        boolean quoted = type.equals("String") || type.equals("char");
        return ArgumentValue.listOf(elements.stream()
                .map(element -> quoted ? ArgumentValue.of(ScalarLiteral.trimmed(element)) : scalar(element, type))
                .toList());
    }

    private static Optional<ArgumentValue> array(String source, String type) {
        Matcher creation = NEW_ARRAY.matcher(source);
        if (!creation.find()) {
            return Optional.empty();
        }
        int end = source.indexOf('}', creation.end());
        if (end < 0 || source.substring(creation.end(), end).contains("\n")) {
            return Optional.empty();
        }
        return Optional.of(ArgumentValue.listOf(ScalarLiteral.pieces(source.substring(creation.end(), end)).stream()
                .filter(element -> !element.isEmpty())
                .map(element -> scalar(element, type))
                .toList()));
    }

    private static Optional<ArgumentValue> hashMap(String source) {
        Matcher creation = NEW_MAP.matcher(source);
        Matcher arguments = NO_ARGUMENTS.matcher(source);
        if (!creation.find() || !arguments.find(creation.end())) {
            return Optional.empty();
        }
        Matcher body = BODY.matcher(source).region(arguments.end(), source.length());
        int end = body.lookingAt() ? source.indexOf('}', body.end()) : -1;
        return Optional.of(new ArgumentValue.Table(end < 0 ? Map.of() : put(source.substring(body.end(), end))));
    }

    /** The entries of {@code put("key", value)}, each value up to the first closing bracket. */
    private static Map<ArgumentValue, ArgumentValue> put(String body) {
        Map<ArgumentValue, ArgumentValue> entries = new LinkedHashMap<>();
        int at = body.indexOf("put(\"");
        while (at >= 0) {
            int key = at + "put(\"".length();
            int comma = body.indexOf("\",", key);
            int end = comma < 0 ? -1 : body.indexOf(')', comma + 2);
            if (end < 0) {
                break;
            }
            entries.put(
                    ArgumentValue.of(body.substring(key, comma)),
                    untyped(body.substring(comma + 2, end).strip()));
            at = body.indexOf("put(\"", end);
        }
        return entries;
    }

    /** A literal whose type is not declared. */
    private static ArgumentValue untyped(String source) {
        if (source.equals("true") || source.equals("false")) {
            return ArgumentValue.of(source.equals("true"));
        }
        if (source.startsWith("\"") && source.endsWith("\"")) {
            return ArgumentValue.of(ScalarLiteral.trimmed(source));
        }
        if (LONG.matcher(source).matches()) {
            return scalar(source, "long");
        }
        if (FLOAT.matcher(source).matches()) {
            return scalar(source, "float");
        }
        return ScalarLiteral.number(source).orElseGet(() -> ArgumentValue.of(source));
    }
}
