package io.stoa.engine.chat.jinja;

import io.stoa.engine.chat.jinja.Value.Arguments;
import io.stoa.engine.chat.jinja.Value.Text;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * What may follow a dot or stand in brackets: keys, elements, and the methods of Python's built-in types as Jinja2's
 * {@code ImmutableSandboxedEnvironment} lets them through. Methods that would change a list or a dict, and names such as
 * {@code __class__}, are found but unsafe: using one fails.
 */
final class Attributes {
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");
    private static final Set<String> INTERNAL = Set.of(
            "__class__",
            "__init__",
            "__new__",
            "__doc__",
            "__dir__",
            "__eq__",
            "__ne__",
            "__lt__",
            "__le__",
            "__gt__",
            "__ge__",
            "__hash__",
            "__str__",
            "__repr__",
            "__format__",
            "__sizeof__",
            "__reduce__",
            "__reduce_ex__",
            "__getattribute__",
            "__setattr__",
            "__delattr__",
            "__getstate__",
            "__subclasshook__",
            "__init_subclass__");

    private final Operations operations;

    Attributes(Operations operations) {
        this.operations = operations;
    }

    /** {@code target.name}: an attribute, otherwise an element. */
    Value attribute(Value target, String name) {
        operations.refuseUndefined(target);
        return found(target, name)
                .or(() -> operations.item(target, Value.text(name)))
                .orElseGet(() -> missing(target, Value.text(name)));
    }

    /** {@code target[index]}: an element, otherwise an attribute. */
    Value item(Value target, Value index) {
        return operations
                .item(target, index)
                .or(() -> index instanceof Text name ? found(target, name.value()) : Optional.empty())
                .orElseGet(() -> missing(target, index));
    }

    Value missing(Value target, Value index) {
        String owner = switch (target) {
            case Value.None _ -> "None";
            case Value.Namespace _ -> "jinja2.utils.Namespace object";
            case Value.Loop _ -> "jinja2.runtime.LoopContext object";
            case Text text when text.markup() -> "markupsafe.Markup object";
            case Value other -> other.type() + " object";
        };
        return new Value.Undefined(
                index instanceof Text name
                        ? "'" + owner + "' has no attribute " + PythonText.quoted(name.value())
                        : owner + " has no element " + operations.repr(index));
    }

    private static Value unsafe(Value target, String name) {
        return new Value.Undefined("access to attribute '" + name + "' of '" + target.type() + "' object is unsafe.");
    }

    private Optional<Value> found(Value target, String name) {
        if (INTERNAL.contains(name) && !(target instanceof Value.Namespace)) {
            return Optional.of(unsafe(target, name));
        }
        return switch (target) {
            case Text text ->
                method(text, name)
                        .map(body -> Value.method(name, arguments -> {
                            operations.budget().charge(text.value().length() >> 2);
                            operations.watched(text, arguments);
                            return body.call(arguments);
                        }));
            case Value.Dict dict -> of(dict, name);
            case Value.Sequence sequence -> of(sequence, name);
            case Value.Namespace namespace ->
                Optional.ofNullable(namespace.attributes().get(name));
            case Value.Loop loop -> of(loop, name);
            case Value.Cycler cycler -> of(cycler, name);
            case Value.Function function ->
                name.equals("name") && function.type().equals("Macro")
                        ? Optional.of(Value.text(function.name()))
                        : Optional.empty();
            case Value.Numeric number -> of(number, name);
            case Value.Undefined _, Value.None _, Value.View _, Value.Generator _ -> Optional.empty();
        };
    }

    private static Optional<Value> of(Value.Numeric number, String name) {
        return switch (name) {
            case "real" -> Optional.of(number);
            case "is_integer" ->
                number instanceof Value.Real real
                        ? Optional.of(
                                Value.method(name, arguments -> Value.truth(real.value() == Math.rint(real.value()))))
                        : Optional.empty();
            case "bit_length" ->
                number.whole()
                        .map(whole -> Value.method(
                                name, arguments -> Value.whole(whole.abs().bitLength())));
            default -> Optional.empty();
        };
    }

    private Optional<Value> of(Value.Dict dict, String name) {
        if (DICT_CHANGES.contains(name)) {
            return Optional.of(unsafe(dict, name));
        }
        Optional<Value.Function.Body> body = switch (name) {
            case "items" -> Optional.of(arguments -> items(dict));
            case "keys" ->
                Optional.of(arguments ->
                        Value.view("dict_keys", List.copyOf(dict.entries().keySet())));
            case "values" ->
                Optional.of(arguments ->
                        Value.view("dict_values", List.copyOf(dict.entries().values())));
            case "copy" -> Optional.of(arguments -> dict);
            case "get" ->
                Optional.of(arguments -> {
                    arguments.atMost("get", "key", "default");
                    Value key = operations.key(arguments.require("get", 0, "key"));
                    return operations
                            .item(dict, key)
                            .orElseGet(() -> arguments.get(1, "default").orElse(Value.None.NONE));
                });
            default -> Optional.empty();
        };
        return body.map(found -> Value.method(name, found));
    }

    Value items(Value.Dict dict) {
        operations.budget().charge(2L * dict.entries().size());
        List<Value> items = new ArrayList<>();
        dict.entries().entrySet().forEach(entry -> items.add(Value.pair(entry)));
        return Value.view("dict_items", items);
    }

    private Optional<Value> of(Value.Sequence sequence, String name) {
        if (sequence instanceof Value.Listing && LIST_CHANGES.contains(name)) {
            return Optional.of(unsafe(sequence, name));
        }
        if (sequence instanceof Value.Tuple tuple && tuple.names().contains(name)) {
            return Optional.of(tuple.items().get(tuple.names().indexOf(name)));
        }
        Optional<Value.Function.Body> body = switch (name) {
            case "count" ->
                Optional.of(arguments -> {
                    Value wanted = arguments.require("count", 0, "value");
                    return Value.whole(sequence.items().stream()
                            .filter(item -> operations.same(item, wanted))
                            .count());
                });
            case "index" ->
                Optional.of(arguments -> {
                    Value wanted = arguments.require("index", 0, "value");
                    for (int at = 0; at < sequence.items().size(); at++) {
                        if (operations.same(sequence.items().get(at), wanted)) {
                            return Value.whole(at);
                        }
                    }
                    throw JinjaException.failed(operations.repr(wanted) + " is not in " + sequence.type());
                });
            case "copy" -> sequence instanceof Value.Listing ? Optional.of(arguments -> sequence) : Optional.empty();
            default -> Optional.empty();
        };
        return body.map(found -> Value.method(name, found));
    }

    private Optional<Value> of(Value.Loop loop, String name) {
        return switch (name) {
            case "index" -> Optional.of(Value.whole(loop.index0() + 1L));
            case "index0" -> Optional.of(Value.whole(loop.index0()));
            case "revindex" -> Optional.of(Value.whole(loop.length() - loop.index0()));
            case "revindex0" -> Optional.of(Value.whole(loop.length() - loop.index0() - 1L));
            case "first" -> Optional.of(Value.truth(loop.index0() == 0));
            case "last" -> Optional.of(Value.truth(loop.peek().isEmpty()));
            case "length" -> Optional.of(Value.whole(loop.length()));
            case "depth" -> Optional.of(Value.whole(loop.depth0() + 1L));
            case "depth0" -> Optional.of(Value.whole(loop.depth0()));
            case "previtem" -> Optional.of(loop.previous().orElse(new Value.Undefined("there is no previous item")));
            case "nextitem" -> Optional.of(loop.peek().orElse(new Value.Undefined("there is no next item")));
            case "cycle" ->
                Optional.of(Value.method(name, arguments -> {
                    if (arguments.positional().isEmpty()) {
                        throw JinjaException.failed("no items for cycling given");
                    }
                    return arguments
                            .positional()
                            .get(loop.index0() % arguments.positional().size());
                }));
            case "changed" ->
                Optional.of(Value.method(name, arguments -> {
                    Value now = Value.tuple(arguments.positional());
                    operations.budget().charge(now.extent().weight());
                    return Value.truth(loop.changed(now));
                }));
            default -> Optional.empty();
        };
    }

    private static Optional<Value> of(Value.Cycler cycler, String name) {
        return switch (name) {
            case "current" -> Optional.of(cycler.current());
            case "next" -> Optional.of(Value.method(name, arguments -> cycler.next()));
            case "reset" ->
                Optional.of(Value.method(name, arguments -> {
                    cycler.reset();
                    return Value.None.NONE;
                }));
            default -> Optional.empty();
        };
    }

    private Optional<Value.Function.Body> method(Text text, String name) {
        String value = text.value();
        return switch (name) {
            case "strip" -> Optional.of(arguments -> stripped(text, arguments, true, true));
            case "lstrip" -> Optional.of(arguments -> stripped(text, arguments, true, false));
            case "rstrip" -> Optional.of(arguments -> stripped(text, arguments, false, true));
            case "split" -> Optional.of(arguments -> split(text, arguments, false));
            case "rsplit" -> Optional.of(arguments -> split(text, arguments, true));
            case "splitlines" ->
                Optional.of(arguments -> texts(
                        text,
                        PythonText.lines(
                                value,
                                arguments
                                        .get(0, "keepends")
                                        .filter(operations::truth)
                                        .isPresent())));
            case "startswith" -> Optional.of(arguments -> affix(text, arguments, name, String::startsWith));
            case "endswith" -> Optional.of(arguments -> affix(text, arguments, name, String::endsWith));
            case "upper" -> changed(text, all -> all.toUpperCase(Locale.ROOT));
            case "lower", "casefold" -> changed(text, all -> all.toLowerCase(Locale.ROOT));
            case "title" -> changed(text, PythonText::title);
            case "capitalize" -> changed(text, PythonText::capitalized);
            case "swapcase" -> changed(text, Attributes::swapped);
            case "replace" ->
                Optional.of(arguments -> {
                    String old = text(arguments, name, 0, "old");
                    Value with = arguments.require(name, 1, "new");
                    String replacement = text.markup() && with instanceof Text plain
                            ? operations.escaped(plain).value()
                            : text(arguments, name, 1, "new");
                    return new Text(
                            replaced(value, old, replacement, number(arguments, 2, "count", -1)), text.markup());
                });
            case "find" -> Optional.of(arguments -> Value.whole(found(text, arguments, name, false)));
            case "rfind" -> Optional.of(arguments -> Value.whole(found(text, arguments, name, true)));
            case "index", "rindex" ->
                Optional.of(arguments -> {
                    int at = found(text, arguments, name, name.equals("rindex"));
                    if (at < 0) {
                        throw JinjaException.failed("substring not found");
                    }
                    return Value.whole(at);
                });
            case "count" -> Optional.of(arguments -> Value.whole(counted(value, text(arguments, name, 0, "sub"))));
            case "join" ->
                Optional.of(arguments -> {
                    List<Value> parts = operations.all(arguments.require(name, 0, "iterable"));
                    for (int at = 0; at < parts.size(); at++) {
                        if (!(parts.get(at) instanceof Text)) {
                            throw JinjaException.failed("sequence item " + at + ": expected str instance, "
                                    + parts.get(at).type() + " found");
                        }
                    }
                    return joined(text, parts);
                });
            case "format" ->
                Optional.of(arguments ->
                        new Text(new Formatting(operations).braces(value, arguments, this), text.markup()));
            case "center", "ljust", "rjust" -> Optional.of(arguments -> justified(text, arguments, name));
            case "zfill" ->
                Optional.of(arguments -> {
                    int missing = padding(value, number(arguments, 0, "width", 0));
                    int sign = value.startsWith("-") || value.startsWith("+") ? 1 : 0;
                    return Value.text(value.substring(0, sign) + "0".repeat(missing) + value.substring(sign));
                });
            case "partition", "rpartition" ->
                Optional.of(arguments -> partitioned(text, text(arguments, name, 0, "sep"), name.equals("rpartition")));
            case "removeprefix" ->
                Optional.of(arguments -> {
                    String prefix = text(arguments, name, 0, "prefix");
                    return new Text(value.startsWith(prefix) ? value.substring(prefix.length()) : value, text.markup());
                });
            case "removesuffix" ->
                Optional.of(arguments -> {
                    String suffix = text(arguments, name, 0, "suffix");
                    return new Text(
                            value.endsWith(suffix) ? value.substring(0, value.length() - suffix.length()) : value,
                            text.markup());
                });
            case "isspace" -> tested(value, PythonText::isSpace);
            case "isdigit", "isdecimal", "isnumeric" -> every(value, Character::isDigit);
            case "isalpha" -> every(value, Character::isLetter);
            case "isalnum" -> every(value, Character::isLetterOrDigit);
            case "islower" -> tested(value, PythonText::isLower);
            case "isupper" -> tested(value, PythonText::isUpper);
            case "isascii" -> tested(value, all -> all.chars().allMatch(character -> character < 0x80));
            default -> Optional.empty();
        };
    }

    private static Optional<Value.Function.Body> changed(Text text, Function<String, String> change) {
        return Optional.of(arguments -> new Text(change.apply(text.value()), text.markup()));
    }

    private static Optional<Value.Function.Body> tested(String text, Predicate<String> test) {
        return Optional.of(arguments -> Value.truth(test.test(text)));
    }

    private static Optional<Value.Function.Body> every(String text, IntPredicate test) {
        return tested(text, all -> !all.isEmpty() && all.codePoints().allMatch(test));
    }

    private static String swapped(String text) {
        StringBuilder swapped = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            String one = Character.toString(character);
            swapped.append(
                    Character.isUpperCase(character) ? one.toLowerCase(Locale.ROOT) : one.toUpperCase(Locale.ROOT));
        });
        return swapped.toString();
    }

    Text stripped(Text text, Arguments arguments, boolean left, boolean right) {
        Optional<Value> given = arguments.unlessNone(0, "chars");
        IntPredicate which = PythonText::isSpace;
        if (given.isPresent()) {
            if (!(given.get() instanceof Text characters)) {
                throw JinjaException.failed("strip arg must be None or str");
            }
            which = character -> characters.value().indexOf(character) >= 0;
        }
        return new Text(PythonText.strip(text.value(), which, left, right), text.markup());
    }

    private static Value texts(Text like, List<String> parts) {
        List<Value> texts = new ArrayList<>(parts.size());
        parts.forEach(part -> texts.add(new Text(part, like.markup())));
        return Value.list(texts);
    }

    private Value split(Text text, Arguments arguments, boolean fromRight) {
        arguments.atMost("split", "sep", "maxsplit");
        int most = number(arguments, 1, "maxsplit", -1);
        Optional<Value> separator = arguments.unlessNone(0, "sep");
        operations.budget().charge(text.value().length());
        if (separator.isEmpty()) {
            return texts(text, words(text.value(), most, fromRight));
        }
        if (!(separator.get() instanceof Text by)) {
            throw JinjaException.failed(
                    "must be str or None, not " + separator.get().type());
        }
        if (by.value().isEmpty()) {
            throw JinjaException.failed("empty separator");
        }
        return texts(text, pieces(text.value(), by.value(), most, fromRight));
    }

    private static List<String> pieces(String text, String separator, int most, boolean fromRight) {
        List<String> pieces = new ArrayList<>();
        int limit = most < 0 ? Integer.MAX_VALUE : most;
        if (fromRight) {
            int to = text.length();
            while (pieces.size() < limit && to >= separator.length()) {
                int at = text.lastIndexOf(separator, to - separator.length());
                if (at < 0) {
                    break;
                }
                pieces.addFirst(text.substring(at + separator.length(), to));
                to = at;
            }
            pieces.addFirst(text.substring(0, to));
            return pieces;
        }
        int from = 0;
        while (pieces.size() < limit) {
            int at = text.indexOf(separator, from);
            if (at < 0) {
                break;
            }
            pieces.add(text.substring(from, at));
            from = at + separator.length();
        }
        pieces.add(text.substring(from));
        return pieces;
    }

    private static List<String> words(String text, int most, boolean fromRight) {
        List<String> words = new ArrayList<>();
        int limit = most < 0 ? Integer.MAX_VALUE : most;
        String rest = PythonText.strip(text, PythonText::isSpace, !fromRight, fromRight);
        while (!rest.isEmpty() && words.size() < limit) {
            int at = fromRight ? lastSpace(rest) : firstSpace(rest);
            if (at < 0) {
                break;
            }
            words.add(fromRight ? rest.substring(at + 1) : rest.substring(0, at));
            rest = PythonText.strip(
                    fromRight ? rest.substring(0, at) : rest.substring(at), PythonText::isSpace, !fromRight, fromRight);
        }
        String last = PythonText.strip(rest, PythonText::isSpace, fromRight, !fromRight && most < 0);
        if (!rest.isEmpty() && !last.isEmpty()) {
            words.add(fromRight && most >= 0 ? rest : last);
        }
        return fromRight ? words.reversed() : words;
    }

    private static int firstSpace(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (PythonText.isSpace(text.charAt(at))) {
                return at;
            }
        }
        return -1;
    }

    private static int lastSpace(String text) {
        for (int at = text.length() - 1; at >= 0; at--) {
            if (PythonText.isSpace(text.charAt(at))) {
                return at;
            }
        }
        return -1;
    }

    @FunctionalInterface
    private interface AffixTest {
        boolean holds(String text, String affix);
    }

    private static Value affix(Text text, Arguments arguments, String name, AffixTest test) {
        Value given = arguments.require(name, 0, "affix");
        List<Value> affixes = given instanceof Value.Tuple tuple ? tuple.items() : List.of(given);
        for (Value affix : affixes) {
            if (!(affix instanceof Text wanted)) {
                throw JinjaException.failed(name + " first arg must be str or a tuple of str, not " + affix.type());
            }
            if (test.holds(text.value(), wanted.value())) {
                return Value.Truth.TRUE;
            }
        }
        return Value.Truth.FALSE;
    }

    private String text(Arguments arguments, String method, int position, String name) {
        Value value = arguments.require(method, position, name);
        operations.refuseUndefined(value);
        if (value instanceof Text text) {
            return text.value();
        }
        throw JinjaException.failed(method + "() argument " + (position + 1) + " must be str, not " + value.type());
    }

    static int number(Arguments arguments, int position, String name, int otherwise) {
        Optional<Value> given = arguments.get(position, name);
        if (given.isEmpty()) {
            return otherwise;
        }
        if (given.get() instanceof Value.Undefined undefined) {
            throw JinjaException.failed(undefined.message());
        }
        return (given.get() instanceof Value.Numeric number ? number.whole() : Optional.<BigInteger>empty())
                .map(whole -> whole.bitLength() < 31 ? whole.intValue() : whole.signum() * (1 << 30))
                .orElseThrow(() -> JinjaException.failed(
                        "'" + given.get().type() + "' object cannot be interpreted as an integer"));
    }

    String replaced(String text, String old, String replacement, int most) {
        int limit = most < 0 ? Integer.MAX_VALUE : most;
        StringBuilder replaced = new StringBuilder(text.length());
        int from = 0;
        int done = 0;
        operations.budget().charge(text.length());
        while (done < limit) {
            int at = old.isEmpty() ? emptyMatch(text, from, done) : text.indexOf(old, from);
            if (at < 0) {
                break;
            }
            operations.budget().charge(replacement.length());
            replaced.append(text, from, at).append(replacement);
            from = at + old.length();
            done++;
        }
        return replaced.append(text, from, text.length()).toString();
    }

    /** The empty string is found before each character and at the end. */
    private static int emptyMatch(String text, int from, int done) {
        if (done == 0) {
            return 0;
        }
        return from >= text.length() ? -1 : text.offsetByCodePoints(from, 1);
    }

    private int found(Text text, Arguments arguments, String name, boolean last) {
        String wanted = text(arguments, name, 0, "sub");
        String value = text.value();
        int length = operations.size(text).orElse(0);
        int start = Math.clamp(index(number(arguments, 1, "start", 0), length), 0, length);
        int end = Math.clamp(index(number(arguments, 2, "end", length), length), 0, length);
        if (start > end) {
            return -1;
        }
        int from = value.offsetByCodePoints(0, start);
        String part = value.substring(from, value.offsetByCodePoints(0, end));
        int at = last ? part.lastIndexOf(wanted) : part.indexOf(wanted);
        return at < 0 ? -1 : value.codePointCount(0, from + at);
    }

    private static int index(int at, int length) {
        return at < 0 ? at + length : at;
    }

    private static int counted(String text, String part) {
        if (part.isEmpty()) {
            return PythonText.length(text) + 1;
        }
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    Text joined(Text separator, List<Value> parts) {
        StringBuilder joined = new StringBuilder();
        String between = "";
        for (Value part : parts) {
            Text written = part instanceof Text already ? already : Value.text(operations.string(part));
            String piece = separator.markup() ? operations.escaped(written).value() : written.value();
            operations.budget().charge((long) between.length() + piece.length());
            joined.append(between).append(piece);
            between = separator.value();
        }
        return new Text(joined.toString(), separator.markup());
    }

    private int padding(String text, int width) {
        int missing = Math.max(0, width - PythonText.length(text));
        operations.budget().charge(missing);
        return missing;
    }

    Text justified(Text text, Arguments arguments, String name) {
        int width = number(arguments, 0, "width", 80);
        int missing = padding(text.value(), width);
        String fill = arguments.get(1, "fillchar").map(operations::string).orElse(" ");
        if (PythonText.length(fill) != 1) {
            throw JinjaException.failed("The fill character must be exactly one character long");
        }
        // CPython gives the odd space to the left when the width is odd, too.
        int left = switch (name) {
            case "ljust" -> 0;
            case "rjust" -> missing;
            default -> missing / 2 + (missing & width & 1);
        };
        return new Text(fill.repeat(left) + text.value() + fill.repeat(missing - left), text.markup());
    }

    private static Value partitioned(Text text, String separator, boolean last) {
        if (separator.isEmpty()) {
            throw JinjaException.failed("empty separator");
        }
        String value = text.value();
        int at = last ? value.lastIndexOf(separator) : value.indexOf(separator);
        List<String> parts = at >= 0
                ? List.of(value.substring(0, at), separator, value.substring(at + separator.length()))
                : last ? List.of("", "", value) : List.of(value, "", "");
        return Value.tuple(parts.stream()
                .map(part -> (Value) new Text(part, text.markup()))
                .toList());
    }
}
