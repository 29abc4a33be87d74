package io.stoa.benchmark.toolcall;

import io.stoa.benchmark.toolcall.ArgumentValue.Int;
import io.stoa.benchmark.toolcall.ArgumentValue.Items;
import io.stoa.benchmark.toolcall.ArgumentValue.Real;
import io.stoa.benchmark.toolcall.ArgumentValue.Table;
import io.stoa.benchmark.toolcall.ArgumentValue.Text;
import io.stoa.benchmark.toolcall.Judgement.Wrong;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Whether one argument has an allowed type and an allowed value.
 *
 * <p>Types come first. A value must be of the declared type, or of the type of the first allowed value that is not the
 * empty text: there a variable, or another type, was put where the declared one was expected, and such a value must
 * equal an allowed one exactly. Only Python's {@code float} takes whole numbers, and not within lists. Values are then
 * compared by declared type: texts without case, spaces and punctuation, lists element by element, dicts key by key.
 */
final class ArgumentChecker {
    private static final String IGNORED = " ,./-_*^";

    private final String name;
    private final Parameter parameter;
    private final List<ArgumentValue> allowed;

    ArgumentChecker(String name, Parameter parameter, List<ArgumentValue> allowed) {
        this.name = name;
        this.parameter = parameter;
        this.allowed = allowed;
    }

    /** What is wrong with the argument as it was read; empty when nothing is. */
    Optional<Wrong> check(ArgumentValue written) {
        if (parameter.language() != Language.PYTHON && !(written instanceof Text)) {
            Fault fault = parameter.language() == Language.JAVA ? Fault.TYPE_JAVA : Fault.TYPE_JAVASCRIPT;
            return wrong(fault, "must be source of " + parameter.language() + ", not " + written.shown());
        }
        ArgumentValue value = converted(written);
        Optional<Wrong> mistyped = checkType(value);
        if (mistyped.isPresent()) {
            return mistyped;
        }
        Optional<ValueType> first = firstType(allowed);
        boolean asDeclared =
                type(value) == parameter.expected() && (first.isEmpty() || first.get() == parameter.expected());
        return asDeclared ? checkDeclared(value) : checkEqual(value);
    }

    private ArgumentValue converted(ArgumentValue written) {
        return switch (parameter.language()) {
            case JAVA -> written instanceof Text(String source) ? JavaLiteral.convert(source, parameter) : written;
            case JAVASCRIPT ->
                written instanceof Text(String source) ? JavaScriptLiteral.convert(source, parameter) : written;
            case PYTHON -> {
                if (parameter.type().equals("tuple") && written instanceof Items items) {
                    yield ArgumentValue.listOf(items.values());
                }
                yield parameter.type().equals("float") && written instanceof Int number
                        ? new Real(number.value().doubleValue())
                        : written;
            }
        };
    }

    private Optional<Wrong> checkType(ArgumentValue value) {
        boolean declared = type(value) == parameter.expected();
        if (declared && elementsFit(value)) {
            return Optional.empty();
        }
        boolean likeAllowed = firstType(allowed).filter(type(value)::equals).isPresent();
        if (declared && likeAllowed) {
            return wrong(Fault.TYPE_NESTED, "must hold " + parameter.elements().orElse("") + ", not " + value.shown());
        }
        return likeAllowed
                ? Optional.empty()
                : wrong(
                        Fault.TYPE_SIMPLE,
                        "must be " + parameter.type() + ", not " + type(value).pythonName() + ": " + value.shown());
    }

    /** Whether the elements have their type, held against one allowed list; an allowed value that is none always fits. */
    private boolean elementsFit(ArgumentValue value) {
        Optional<ValueType> expected = parameter.expectedElements();
        if (expected.isEmpty()) {
            return true;
        }
        return allowed.stream()
                .anyMatch(candidate -> !(candidate instanceof Items)
                        || elements(value).stream()
                                .map(ArgumentChecker::type)
                                .allMatch(type -> type == expected.get()
                                        || firstType(elements(candidate))
                                                .filter(type::equals)
                                                .isPresent()));
    }

    private Optional<Wrong> checkDeclared(ArgumentValue value) {
        return switch (parameter.expected()) {
            case DICT -> checkTable((Table) value, allowed);
            case LIST ->
                parameter.expectedElements().filter(ValueType.DICT::equals).isPresent()
                        ? checkTables(elements(value))
                        : checkList(value);
            case STRING -> checkText(value);
            case NONE, BOOLEAN, INTEGER, FLOAT, TUPLE, SET -> checkEqual(value);
        };
    }

    private Optional<Wrong> checkEqual(ArgumentValue value) {
        return contains(allowed, value) ? Optional.empty() : wrong(Fault.VALUE_OTHER, unexpected(value));
    }

    private Optional<Wrong> checkText(ArgumentValue value) {
        ArgumentValue standard = standardized(value);
        boolean found = allowed.stream()
                .anyMatch(candidate ->
                        candidate instanceof Text && standardized(candidate).equals(standard));
        return found ? Optional.empty() : wrong(Fault.VALUE_STRING, unexpected(value));
    }

    private Optional<Wrong> checkList(ArgumentValue value) {
        List<ArgumentValue> standard = standardized(elements(value));
        boolean found = allowed.stream()
                .filter(candidate -> candidate instanceof Items || candidate instanceof Text)
                .anyMatch(candidate -> ArgumentValue.listOf(standardized(elements(candidate)))
                        .equalsInPython(ArgumentValue.listOf(standard)));
        return found ? Optional.empty() : wrong(Fault.VALUE_LIST, unexpected(value));
    }

    /** In order, one dict beside the other. The last mismatch is told. */
    private Optional<Wrong> checkTables(List<ArgumentValue> values) {
        Optional<Wrong> last = wrong(Fault.DICT_LIST_UNCLEAR, "has no allowed value");
        for (ArgumentValue candidate : allowed) {
            List<ArgumentValue> tables = elements(candidate);
            last = tables.size() == values.size()
                    ? checkTables(values, tables)
                    : wrong(Fault.VALUE_DICT_COUNT, "holds " + values.size() + " dicts, not " + tables.size());
            if (last.isEmpty()) {
                return last;
            }
        }
        return last;
    }

    private Optional<Wrong> checkTables(List<ArgumentValue> values, List<ArgumentValue> tables) {
        for (int i = 0; i < values.size(); i++) {
            if (!(values.get(i) instanceof Table table)) {
                return wrong(
                        Fault.TYPE_NESTED,
                        "must hold dicts, not " + values.get(i).shown());
            }
            Optional<Wrong> wrong = checkTable(table, List.of(tables.get(i)));
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        return Optional.empty();
    }

    /** Against each allowed dict, which holds a list of allowed values for each key. The last mismatch is told. */
    private Optional<Wrong> checkTable(Table value, List<ArgumentValue> candidates) {
        Optional<Wrong> last = wrong(Fault.DICT_UNCLEAR, "has no allowed value");
        for (ArgumentValue candidate : candidates) {
            if (candidate instanceof Table table) {
                last = checkMissing(value, table).or(() -> checkEntries(value, table));
                if (last.isEmpty()) {
                    return last;
                }
            }
        }
        return last;
    }

    private Optional<Wrong> checkEntries(Table value, Table candidate) {
        for (Map.Entry<ArgumentValue, ArgumentValue> entry : value.entries().entrySet()) {
            ArgumentValue key = entry.getKey();
            ArgumentValue values = candidate.entries().get(key);
            if (values == null) {
                return wrong(Fault.VALUE_DICT_KEY, "has an unexpected key " + key.shown());
            }
            if (!contains(standardized(elements(values)), standardized(entry.getValue()))) {
                return wrong(
                        Fault.VALUE_DICT_VALUE,
                        "has at " + key.shown() + " " + entry.getValue().shown() + ", not one of " + values.shown());
            }
        }
        return Optional.empty();
    }

    private Optional<Wrong> checkMissing(Table value, Table candidate) {
        return candidate.entries().entrySet().stream()
                .filter(entry -> !value.entries().containsKey(entry.getKey()) && !mayBeAbsent(entry.getValue()))
                .findFirst()
                .flatMap(entry -> wrong(
                        Fault.VALUE_DICT_KEY, "lacks the key " + entry.getKey().shown()));
    }

    /** In Python the empty text is within every text. */
    private static boolean mayBeAbsent(ArgumentValue values) {
        return values instanceof Text || elements(values).contains(ExpectedCall.ABSENT);
    }

    private String unexpected(ArgumentValue value) {
        return "is " + value.shown() + ", not one of "
                + ArgumentValue.listOf(allowed).shown();
    }

    private Optional<Wrong> wrong(Fault fault, String what) {
        return Optional.of(new Wrong(fault, "parameter \"" + name + "\" " + what));
    }

    private static boolean contains(List<ArgumentValue> values, ArgumentValue value) {
        return values.stream().anyMatch(value::equalsInPython);
    }

    /** A text alone is standardized, never one within a list or a dict. */
    private static ArgumentValue standardized(ArgumentValue value) {
        return value instanceof Text(String text) ? new Text(standardized(text)) : value;
    }

    private static List<ArgumentValue> standardized(List<ArgumentValue> values) {
        return values.stream().map(ArgumentChecker::standardized).toList();
    }

    static String standardized(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (IGNORED.indexOf(text.charAt(i)) < 0) {
                kept.append(text.charAt(i));
            }
        }
        return kept.toString().toLowerCase(Locale.ROOT).replace('\'', '"');
    }

    /** As Python iterates: a text is its characters. Where BFCL's data has a text for a list, this is what it means. */
    private static List<ArgumentValue> elements(ArgumentValue value) {
        return switch (value) {
            case Items(boolean _, List<ArgumentValue> values) -> values;
            case Text(String text) ->
                text.codePoints()
                        .mapToObj(point -> ArgumentValue.of(Character.toString(point)))
                        .toList();
            case ArgumentValue.None _, ArgumentValue.Bool _, Int _, Real _, Table _ -> List.of();
        };
    }

    private static Optional<ValueType> firstType(List<ArgumentValue> values) {
        return values.stream()
                .filter(value -> !value.equals(ExpectedCall.ABSENT))
                .map(ArgumentChecker::type)
                .findFirst();
    }

    private static ValueType type(ArgumentValue value) {
        return switch (value) {
            case ArgumentValue.None _ -> ValueType.NONE;
            case ArgumentValue.Bool _ -> ValueType.BOOLEAN;
            case Int _ -> ValueType.INTEGER;
            case Real _ -> ValueType.FLOAT;
            case Text _ -> ValueType.STRING;
            case Items items -> items.tuple() ? ValueType.TUPLE : ValueType.LIST;
            case Table _ -> ValueType.DICT;
        };
    }
}
