package io.stoa.engine.chat.jinja;

import io.stoa.engine.chat.jinja.Value.Arguments;
import io.stoa.engine.chat.jinja.Value.Text;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Jinja2's filters, with transformers' {@code tojson}. As in Jinja2, {@code map}, {@code select}, {@code unique}, {@code
 * batch} and their like are lazy: they give something that is always true and can be walked once.
 */
final class Filters {
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WORD_START = Pattern.compile("(?<=[-\\s({\\[<])(?![-\\s({\\[<])");

    private final Operations operations;
    private final Attributes attributes;
    private final Tests tests;
    private final Map<String, Dialect.TextFilter> added;

    Filters(Operations operations, Attributes attributes, Tests tests, Map<String, Dialect.TextFilter> added) {
        this.added = added;
        this.operations = operations;
        this.attributes = attributes;
        this.tests = tests;
    }

    static boolean known(String name) {
        return NAMES.contains(name);
    }

    private static final Set<String> NAMES = Set.of(
            "abs",
            "attr",
            "batch",
            "capitalize",
            "center",
            "count",
            "d",
            "default",
            "dictsort",
            "e",
            "escape",
            "filesizeformat",
            "first",
            "float",
            "forceescape",
            "format",
            "groupby",
            "indent",
            "int",
            "items",
            "join",
            "last",
            "length",
            "list",
            "lower",
            "map",
            "max",
            "min",
            "reject",
            "rejectattr",
            "replace",
            "reverse",
            "round",
            "safe",
            "select",
            "selectattr",
            "slice",
            "sort",
            "string",
            "sum",
            "title",
            "tojson",
            "trim",
            "truncate",
            "unique",
            "upper",
            "wordcount");

    Value apply(String name, Value value, Arguments arguments) {
        if (value instanceof Text text) {
            operations.budget().charge(text.value().length() >> 2);
        }
        return switch (name) {
            case "abs" -> absolute(value);
            case "attr" -> attribute(value, arguments);
            case "batch" -> batch(value, arguments);
            case "capitalize" -> text(value, PythonText::capitalized);
            case "center" -> attributes.justified(soft(value), arguments, name);
            case "count", "length" ->
                Value.whole(operations
                        .size(value)
                        .orElseThrow(
                                () -> JinjaException.failed("object of type '" + value.type() + "' has no len()")));
            case "d", "default" -> otherwise(value, arguments);
            case "dictsort" -> dictSorted(value, arguments);
            case "e", "escape" -> operations.escaped(soft(value));
            case "forceescape" -> operations.escaped(Value.text(operations.string(value)));
            case "filesizeformat" -> fileSize(value, arguments);
            case "first" -> first(operations.iterate(value), "No first item, sequence was empty.");
            case "last" -> first(reversed(value).iterator(), "No last item, sequence was empty.");
            case "float" ->
                real(value)
                        .map(number -> (Value) new Value.Real(number))
                        .orElseGet(() -> arguments.get(0, "default").orElse(new Value.Real(0)));
            case "int" -> whole(value, arguments);
            case "format" -> format(value, arguments);
            case "groupby" -> grouped(value, arguments);
            case "indent" -> indented(soft(value), arguments);
            case "items" -> items(value);
            case "join" -> joined(value, arguments);
            case "list" -> Value.list(operations.all(value));
            case "lower" -> text(value, all -> all.toLowerCase(Locale.ROOT));
            case "upper" -> text(value, all -> all.toUpperCase(Locale.ROOT));
            case "map" -> mapped(value, arguments);
            case "max" -> extreme(value, arguments, 1);
            case "min" -> extreme(value, arguments, -1);
            case "select" -> selected(value, arguments, false, true);
            case "reject" -> selected(value, arguments, false, false);
            case "selectattr" -> selected(value, arguments, true, true);
            case "rejectattr" -> selected(value, arguments, true, false);
            case "replace" -> replaced(value, arguments);
            case "reverse" ->
                value instanceof Text text
                        ? text(text, all -> new StringBuilder(all).reverse().toString())
                        : generator(reversed(value).iterator(), value);
            case "round" -> rounded(value, arguments);
            case "safe" -> new Text(operations.string(value), true);
            case "slice" -> sliced(value, arguments);
            case "sort" -> sorted(value, arguments);
            case "string" -> soft(value);
            case "sum" -> summed(value, arguments);
            case "title" -> text(value, Filters::titled);
            case "tojson" -> Value.text(json(arguments).text(value));
            case "trim" -> attributes.stripped(soft(value), arguments, true, true);
            case "truncate" -> truncated(soft(value), arguments);
            case "unique" -> unique(value, arguments);
            case "wordcount" ->
                Value.whole(WORD.matcher(soft(value).value()).results().count());
            default -> added(name, value, arguments);
        };
    }

    /** Markup as it is, anything else as text. */
    private Text soft(Value value) {
        return value instanceof Text text ? text : Value.text(operations.string(value));
    }

    private Text text(Value value, UnaryOperator<String> change) {
        Text text = soft(value);
        operations.budget().charge(text.value().length());
        return new Text(change.apply(text.value()), text.markup());
    }

    private static String titled(String text) {
        StringBuilder title = new StringBuilder(text.length());
        for (String word : WORD_START.split(text, -1)) {
            if (!word.isEmpty()) {
                int first = Character.charCount(word.codePointAt(0));
                title.append(word.substring(0, first).toUpperCase(Locale.ROOT))
                        .append(word.substring(first).toLowerCase(Locale.ROOT));
            }
        }
        return title.toString();
    }

    private Value absolute(Value value) {
        operations.refuseUndefined(value);
        return switch (value) {
            case Value.Real real -> new Value.Real(Math.abs(real.value()));
            case Value.Numeric number ->
                new Value.Whole(number.whole().orElse(BigInteger.ZERO).abs());
            case Value other -> throw JinjaException.failed("bad operand type for abs(): '" + other.type() + "'");
        };
    }

    private Value attribute(Value value, Arguments arguments) {
        String name = operations.string(arguments.require("attr", 0, "name"));
        return value instanceof Value.Dict dict
                        && dict.entries().containsKey(Value.text(name))
                        && !Set.of("items", "keys", "values", "get", "copy").contains(name)
                ? attributes.missing(value, Value.text(name))
                : attributes.attribute(value, name);
    }

    private static Value otherwise(Value value, Arguments arguments, boolean absent) {
        return absent ? arguments.get(0, "default_value").orElse(Value.Text.EMPTY) : value;
    }

    private Value otherwise(Value value, Arguments arguments) {
        arguments.atMost("default", "default_value", "boolean");
        boolean falseToo = arguments.get(1, "boolean").filter(operations::truth).isPresent();
        return otherwise(value, arguments, value instanceof Value.Undefined || (falseToo && !operations.truth(value)));
    }

    private static Value.Generator generator(Iterator<Value> iterator, Value source) {
        return new Value.Generator(iterator, source);
    }

    private List<Value> reversed(Value value) {
        if (value instanceof Value.Generator) {
            return operations.all(value).reversed();
        }
        operations.refuseUndefined(value);
        return operations.all(value).reversed();
    }

    private Value first(Iterator<Value> iterator, String message) {
        return iterator.hasNext() ? iterator.next() : new Value.Undefined(message);
    }

    private Value batch(Value value, Arguments arguments) {
        int size = Attributes.number(arguments, 0, "linecount", 0);
        Optional<Value> fill = arguments.unlessNone(1, "fill_with");
        List<Value> batches = new ArrayList<>();
        List<Value> batch = new ArrayList<>();
        for (Value item : operations.all(value)) {
            if (batch.size() == size) {
                batches.add(Value.list(batch));
                batch = new ArrayList<>();
            }
            batch.add(item);
        }
        if (!batch.isEmpty()) {
            if (fill.isPresent()) {
                operations.budget().charge(Math.max(0, size - batch.size()));
                while (batch.size() < size) {
                    batch.add(fill.get());
                }
            }
            batches.add(Value.list(batch));
        }
        return generator(batches.iterator(), Value.list(batches));
    }

    private Value sliced(Value value, Arguments arguments) {
        int slices = Attributes.number(arguments, 0, "slices", 0);
        Optional<Value> fill = arguments.unlessNone(1, "fill_with");
        List<Value> items = operations.all(value);
        if (slices == 0) {
            throw JinjaException.failed("integer division or modulo by zero");
        }
        operations.budget().charge(Math.max(0, slices));
        List<Value> parts = new ArrayList<>();
        int from = 0;
        for (int slice = 0; slice < slices; slice++) {
            boolean longer = slice < items.size() % slices;
            int to = from + items.size() / slices + (longer ? 1 : 0);
            List<Value> part = new ArrayList<>(items.subList(from, to));
            if (fill.isPresent() && !longer) {
                part.add(fill.get());
            }
            parts.add(Value.list(part));
            from = to;
        }
        return generator(parts.iterator(), Value.list(parts));
    }

    private List<Value> sortedBy(List<Value> items, UnaryOperator<Value> key, boolean descending) {
        List<Map.Entry<Value, Value>> keyed = new ArrayList<>();
        items.forEach(item -> keyed.add(Map.entry(key.apply(item), item)));
        operations.budget().charge(items.size() * 16L);
        keyed.sort((a, b) -> {
            int order = operations.order(a.getKey(), b.getKey());
            return descending ? -order : order;
        });
        List<Value> sorted = new ArrayList<>();
        keyed.forEach(entry -> sorted.add(entry.getValue()));
        return sorted;
    }

    private Value dictSorted(Value value, Arguments arguments) {
        operations.refuseUndefined(value);
        if (!(value instanceof Value.Dict dict)) {
            throw JinjaException.failed("'" + value.type() + "' object has no attribute 'items'");
        }
        boolean caseSensitive =
                arguments.get(0, "case_sensitive").filter(operations::truth).isPresent();
        String by = arguments.get(1, "by").map(operations::string).orElse("key");
        boolean descending =
                arguments.get(2, "reverse").filter(operations::truth).isPresent();
        if (!by.equals("key") && !by.equals("value")) {
            throw JinjaException.failed("You can only sort by either \"key\" or \"value\"");
        }
        int position = by.equals("key") ? 0 : 1;
        List<Value> pairs = new ArrayList<>();
        dict.entries().entrySet().forEach(entry -> pairs.add(Value.pair(entry)));
        UnaryOperator<Value> key = pair -> {
            Value part = ((Value.Tuple) pair).items().get(position);
            return caseSensitive ? part : withoutCase(part);
        };
        return Value.list(sortedBy(pairs, key, descending));
    }

    private static Value withoutCase(Value value) {
        return value instanceof Text text ? Value.text(text.value().toLowerCase(Locale.ROOT)) : value;
    }

    /** What {@code attribute="a.b.0"} picks out of an item. */
    private UnaryOperator<Value> picker(Optional<Value> attribute, Optional<Value> otherwise) {
        if (attribute.isEmpty() || attribute.get() == Value.None.NONE) {
            return item -> item;
        }
        List<Value> parts = new ArrayList<>();
        if (attribute.get() instanceof Text path) {
            for (String part : path.value().split("\\.", -1)) {
                parts.add(part.matches("\\d{1,9}") ? Value.whole(Integer.parseInt(part)) : Value.text(part));
            }
        } else {
            parts.add(attribute.get());
        }
        return item -> {
            Value picked = item;
            for (Value part : parts) {
                picked = attributes.item(picked, part);
                if (picked instanceof Value.Undefined && otherwise.isPresent()) {
                    picked = otherwise.get();
                }
            }
            return picked;
        };
    }

    private UnaryOperator<Value> key(Arguments arguments, int casePosition, int attributePosition) {
        boolean caseSensitive = arguments
                .get(casePosition, "case_sensitive")
                .filter(operations::truth)
                .isPresent();
        UnaryOperator<Value> picker = picker(arguments.get(attributePosition, "attribute"), Optional.empty());
        return item -> caseSensitive ? picker.apply(item) : withoutCase(picker.apply(item));
    }

    private Value sorted(Value value, Arguments arguments) {
        arguments.atMost("sort", "reverse", "case_sensitive", "attribute");
        boolean descending =
                arguments.get(0, "reverse").filter(operations::truth).isPresent();
        boolean caseSensitive =
                arguments.get(1, "case_sensitive").filter(operations::truth).isPresent();
        List<UnaryOperator<Value>> pickers = new ArrayList<>();
        if (arguments.get(2, "attribute").orElse(Value.None.NONE) instanceof Text several) {
            for (String path : several.value().split(",", -1)) {
                pickers.add(picker(Optional.of(Value.text(path)), Optional.empty()));
            }
        } else {
            pickers.add(picker(arguments.get(2, "attribute"), Optional.empty()));
        }
        UnaryOperator<Value> key = item -> {
            List<Value> keys = new ArrayList<>();
            pickers.forEach(picker -> keys.add(caseSensitive ? picker.apply(item) : withoutCase(picker.apply(item))));
            return Value.list(keys);
        };
        return Value.list(sortedBy(operations.all(value), key, descending));
    }

    private Value unique(Value value, Arguments arguments) {
        UnaryOperator<Value> key = key(arguments, 0, 1);
        Set<Value> seen = new HashSet<>();
        return generator(filtered(operations.iterate(value), item -> seen.add(operations.key(key.apply(item)))), value);
    }

    private Value extreme(Value value, Arguments arguments, int sign) {
        UnaryOperator<Value> key = key(arguments, 0, 1);
        Iterator<Value> items = operations.iterate(value);
        if (!items.hasNext()) {
            return new Value.Undefined("No aggregated item, sequence was empty.");
        }
        Value best = items.next();
        while (items.hasNext()) {
            Value item = items.next();
            if (sign * operations.order(key.apply(item), key.apply(best)) > 0) {
                best = item;
            }
        }
        return best;
    }

    private Value grouped(Value value, Arguments arguments) {
        Optional<Value> attribute = Optional.of(arguments.require("groupby", 0, "attribute"));
        Optional<Value> otherwise = arguments.unlessNone(1, "default");
        boolean caseSensitive =
                arguments.get(2, "case_sensitive").filter(operations::truth).isPresent();
        UnaryOperator<Value> picker = picker(attribute, otherwise);
        UnaryOperator<Value> key = item -> caseSensitive ? picker.apply(item) : withoutCase(picker.apply(item));
        List<Value> groups = new ArrayList<>();
        List<Value> group = new ArrayList<>();
        for (Value item : sortedBy(operations.all(value), key, false)) {
            if (!group.isEmpty() && !operations.same(key.apply(group.getFirst()), key.apply(item))) {
                groups.add(group(picker.apply(group.getFirst()), group));
                group = new ArrayList<>();
            }
            group.add(item);
        }
        if (!group.isEmpty()) {
            groups.add(group(picker.apply(group.getFirst()), group));
        }
        return Value.list(groups);
    }

    private static Value group(Value grouper, List<Value> members) {
        List<Value> pair = List.of(grouper, Value.list(members));
        return new Value.Tuple(pair, List.of("grouper", "list"), Value.Extent.of(pair));
    }

    private Value indented(Text text, Arguments arguments) {
        arguments.atMost("indent", "width", "first", "blank");
        String indentation = arguments.get(0, "width").orElse(Value.whole(4)) instanceof Text given
                ? given.value()
                : spaces(Attributes.number(arguments, 0, "width", 4));
        boolean first = arguments.get(1, "first").filter(operations::truth).isPresent();
        boolean blank = arguments.get(2, "blank").filter(operations::truth).isPresent();
        List<String> lines = PythonText.lines(text.value() + "\n", false);
        StringBuilder indented = new StringBuilder();
        for (int at = 0; at < lines.size(); at++) {
            String line = lines.get(at);
            boolean wanted = at == 0 ? first : blank || !line.isEmpty();
            operations.budget().charge(line.length() + (wanted ? indentation.length() : 0));
            indented.append(at == 0 ? "" : "\n")
                    .append(wanted ? indentation : "")
                    .append(line);
        }
        return new Text(indented.toString(), text.markup());
    }

    private String spaces(int count) {
        operations.budget().charge(Math.max(0, count));
        return " ".repeat(Math.max(0, count));
    }

    private Value items(Value value) {
        return switch (value) {
            case Value.Undefined _ -> generator(List.<Value>of().iterator(), value);
            case Value.Dict dict -> generator(operations.iterate(attributes.items(dict)), dict);
            case Value _ -> throw JinjaException.failed("Can only get item pairs from a mapping.");
        };
    }

    private Value joined(Value value, Arguments arguments) {
        arguments.atMost("join", "d", "attribute");
        UnaryOperator<Value> picker = picker(arguments.get(1, "attribute"), Optional.empty());
        String separator = arguments.get(0, "d").map(operations::string).orElse("");
        List<Value> parts = new ArrayList<>();
        operations.all(value).forEach(item -> parts.add(Value.text(operations.string(picker.apply(item)))));
        return attributes.joined(Value.text(separator), parts);
    }

    private Value mapped(Value value, Arguments arguments) {
        if (!operations.truth(value)) {
            return generator(List.<Value>of().iterator(), value);
        }
        UnaryOperator<Value> change;
        if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
            change =
                    picker(Optional.ofNullable(arguments.named().get("attribute")), arguments.unlessNone(9, "default"));
        } else if (arguments.positional().isEmpty()) {
            throw JinjaException.failed("map requires a filter argument");
        } else {
            String filter = operations.string(arguments.positional().getFirst());
            Arguments rest = arguments.rest();
            change = item -> apply(filter, item, rest);
        }
        Iterator<Value> items = operations.iterate(value);
        return generator(
                new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return items.hasNext();
                    }

                    @Override
                    public Value next() {
                        operations.budget().charge(1);
                        return change.apply(items.next());
                    }
                },
                value);
    }

    private Value selected(Value value, Arguments arguments, boolean byAttribute, boolean keep) {
        if (!operations.truth(value)) {
            return generator(List.<Value>of().iterator(), value);
        }
        if (byAttribute && arguments.positional().isEmpty()) {
            throw JinjaException.failed("Missing parameter for attribute name");
        }
        UnaryOperator<Value> picker =
                byAttribute ? picker(Optional.of(arguments.positional().getFirst()), Optional.empty()) : item -> item;
        Arguments test = byAttribute ? arguments.rest() : arguments;
        Predicate<Value> holds;
        if (test.positional().isEmpty()) {
            holds = operations::truth;
        } else {
            String name = operations.string(test.positional().getFirst());
            Arguments rest = test.rest();
            holds = item -> tests.holds(name, item, rest);
        }
        return generator(filtered(operations.iterate(value), item -> holds.test(picker.apply(item)) == keep), value);
    }

    private Iterator<Value> filtered(Iterator<Value> items, Predicate<Value> wanted) {
        return new Iterator<>() {
            private Optional<Value> ahead = Optional.empty();

            @Override
            public boolean hasNext() {
                while (ahead.isEmpty() && items.hasNext()) {
                    operations.budget().charge(1);
                    ahead = Optional.of(items.next()).filter(wanted);
                }
                return ahead.isPresent();
            }

            @Override
            public Value next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Value item = ahead.orElseThrow();
                ahead = Optional.empty();
                return item;
            }
        };
    }

    private Value added(String name, Value value, Arguments arguments) {
        Dialect.TextFilter filter = Optional.ofNullable(added.get(name))
                .orElseThrow(() -> JinjaException.failed("No filter named " + PythonText.quoted(name) + " found."));
        try {
            String text = filter.apply(
                    operations.string(value),
                    arguments.positional().stream().map(operations::string).toList());
            operations.budget().charge(text.length());
            return Value.text(text);
        } catch (IllegalArgumentException e) {
            throw JinjaException.failed(name + ": " + e.getMessage());
        }
    }

    private Value replaced(Value value, Arguments arguments) {
        arguments.atMost("replace", "s", "old", "count");
        String old = operations.string(arguments.require("replace", 0, "old"));
        String replacement = operations.string(arguments.require("replace", 1, "new"));
        int most = arguments.unlessNone(2, "count").isEmpty() ? -1 : Attributes.number(arguments, 2, "count", -1);
        return Value.text(attributes.replaced(operations.string(value), old, replacement, most));
    }

    /** {@code float(value)}, absent where Python raises a {@code TypeError} or {@code ValueError}. */
    private Optional<Double> real(Value value) {
        operations.refuseUndefined(value);
        return switch (value) {
            case Value.Numeric number -> Optional.of(number.toDouble());
            case Text text -> parsed(PythonText.strip(text.value(), PythonText::isSpace, true, true));
            case Value _ -> Optional.empty();
        };
    }

    private static Optional<Double> parsed(String text) {
        String plain = text.toLowerCase(Locale.ROOT);
        if (plain.matches("[+-]?(inf|infinity)")) {
            return Optional.of(plain.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
        }
        if (plain.matches("[+-]?nan")) {
            return Optional.of(Double.NaN);
        }
        boolean number = plain.matches("[+-]?(\\d++(_\\d++)*+\\.?(\\d++(_\\d++)*+)?|\\.\\d++(_\\d++)*+)(e[+-]?\\d++)?");
        return number ? Optional.of(Double.parseDouble(plain.replace("_", ""))) : Optional.empty();
    }

    private Value whole(Value value, Arguments arguments) {
        arguments.atMost("int", "default", "base");
        int base = Attributes.number(arguments, 1, "base", 10);
        Optional<BigInteger> whole = value instanceof Text text
                ? whole(PythonText.strip(text.value(), PythonText::isSpace, true, true), base)
                : value instanceof Value.Numeric number ? number.whole() : Optional.empty();
        return whole.or(() -> real(value).filter(Double::isFinite).map(real -> new BigDecimal(real).toBigInteger()))
                .map(found -> (Value) new Value.Whole(found))
                .orElseGet(() -> arguments.get(0, "default").orElse(Value.whole(0)));
    }

    private static Optional<BigInteger> whole(String text, int base) {
        String digits = text.replaceAll("(?<=[0-9a-zA-Z])_(?=[0-9a-zA-Z])", "").toLowerCase(Locale.ROOT);
        Map<Integer, String> prefixes = Map.of(2, "0b", 8, "0o", 16, "0x");
        if (prefixes.containsKey(base)) {
            digits = digits.replaceFirst("^([+-]?)" + prefixes.get(base), "$1");
        }
        if (base < 2 || base > 36 || digits.length() > 4300 || !digits.matches("[+-]?[0-9a-z]+")) {
            return Optional.empty();
        }
        boolean valid = digits.chars()
                .filter(character -> character != '+' && character != '-')
                .allMatch(character -> Character.digit(character, base) >= 0);
        return valid ? Optional.of(new BigInteger(digits, base)) : Optional.empty();
    }

    private Value format(Value value, Arguments arguments) {
        if (!arguments.positional().isEmpty() && !arguments.named().isEmpty()) {
            throw JinjaException.failed("can't handle positional and keyword arguments at the same time");
        }
        Value given;
        if (arguments.named().isEmpty()) {
            given = Value.tuple(arguments.positional());
        } else {
            Map<Value, Value> named = new java.util.LinkedHashMap<>();
            arguments.named().forEach((name, argument) -> named.put(Value.text(name), argument));
            given = Value.dict(named);
        }
        return operations.apply(soft(value), Expression.Operator.MODULO, given);
    }

    private Value rounded(Value value, Arguments arguments) {
        operations.refuseUndefined(value);
        int precision = Math.clamp(Attributes.number(arguments, 0, "precision", 0), -400, 400);
        String method = arguments.get(1, "method").map(operations::string).orElse("common");
        if (!(value instanceof Value.Numeric number)) {
            throw JinjaException.failed("type " + value.type() + " doesn't define __round__ method");
        }
        return switch (method) {
            case "common" -> {
                if (number.whole().isPresent()) {
                    BigDecimal exact = new BigDecimal(number.whole().orElseThrow());
                    yield new Value.Whole(
                            (precision < 0 ? exact.setScale(precision, RoundingMode.HALF_EVEN) : exact).toBigInteger());
                }
                double real = number.toDouble();
                yield new Value.Real(
                        Double.isFinite(real)
                                ? Math.copySign(
                                        new BigDecimal(real)
                                                .setScale(precision, RoundingMode.HALF_EVEN)
                                                .doubleValue(),
                                        real)
                                : real);
            }
            case "ceil", "floor" -> {
                double scale = Math.pow(10, precision);
                double scaled = number.toDouble() * scale;
                yield new Value.Real((method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) / scale);
            }
            default -> throw JinjaException.failed("method must be common, ceil or floor");
        };
    }

    private Value summed(Value value, Arguments arguments) {
        UnaryOperator<Value> picker = picker(arguments.get(0, "attribute"), Optional.empty());
        Value sum = arguments.get(1, "start").orElse(Value.whole(0));
        if (sum instanceof Text) {
            throw JinjaException.failed("sum() can't sum strings [use ''.join(seq) instead]");
        }
        for (Value item : operations.all(value)) {
            sum = operations.apply(sum, Expression.Operator.ADD, picker.apply(item));
        }
        return sum;
    }

    private Json json(Arguments arguments) {
        arguments.atMost("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        boolean ascii =
                arguments.get(0, "ensure_ascii").filter(operations::truth).isPresent();
        boolean sorted = arguments.get(3, "sort_keys").filter(operations::truth).isPresent();
        Optional<String> indent = arguments
                .unlessNone(1, "indent")
                .map(given -> given instanceof Text text
                        ? text.value()
                        : spaces(Attributes.number(arguments, 1, "indent", 0)));
        if (arguments.unlessNone(2, "separators").isPresent()) {
            List<Value> separators = operations.all(arguments.require("tojson", 2, "separators"));
            if (separators.size() != 2) {
                throw JinjaException.failed("separators are a pair: between items, and between key and value");
            }
            return new Json(
                    operations,
                    ascii,
                    indent,
                    operations.string(separators.get(0)),
                    operations.string(separators.get(1)),
                    sorted);
        }
        return new Json(operations, ascii, indent, indent.isPresent() ? "," : ", ", ": ", sorted);
    }

    private Value truncated(Text text, Arguments arguments) {
        int length = Attributes.number(arguments, 0, "length", 255);
        boolean killWords =
                arguments.get(1, "killwords").filter(operations::truth).isPresent();
        String end = arguments.get(2, "end").map(operations::string).orElse("...");
        int leeway = arguments.unlessNone(3, "leeway").isEmpty() ? 5 : Attributes.number(arguments, 3, "leeway", 5);
        int kept = length - PythonText.length(end);
        if (kept < 0) {
            throw JinjaException.failed("expected length >= " + PythonText.length(end) + ", got " + length);
        }
        if (PythonText.length(text.value()) <= (long) length + leeway) {
            return text;
        }
        String start = text.value().substring(0, text.value().offsetByCodePoints(0, kept));
        int space = killWords ? -1 : start.lastIndexOf(' ');
        return new Text((space < 0 ? start : start.substring(0, space)) + end, text.markup());
    }

    private Value fileSize(Value value, Arguments arguments) {
        double bytes = real(value)
                .orElseThrow(() -> JinjaException.failed("could not convert " + operations.repr(value) + " to float"));
        boolean binary = arguments.get(0, "binary").filter(operations::truth).isPresent();
        double base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return Value.text("1 Byte");
        }
        if (bytes < base) {
            return Value.text((long) bytes + " Bytes");
        }
        String prefixes = "kMGTPEZY";
        int power = 0;
        double unit = base * base;
        while (bytes >= unit && power < prefixes.length() - 1) {
            unit *= base;
            power++;
        }
        String prefix = prefixes.substring(power, power + 1);
        Text number = Value.text(new Formatting(operations).percent("%.1f", new Value.Real(base * bytes / unit)));
        return Value.text(number.value() + " " + (binary ? prefix.toUpperCase(Locale.ROOT) + "iB" : prefix + "B"));
    }
}
