package io.stoa.engine.chat.jinja;

import io.stoa.engine.chat.jinja.Expression.Operator;
import io.stoa.engine.chat.jinja.Expression.Relation;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Python's operators on values, with its error messages. Whatever may grow a value pays the budget first.
 */
final class Operations {
    private static final MathContext QUOTIENT = new MathContext(60);

    private final Budget budget;
    private final boolean strict;
    private final Watch watch;
    private final boolean watching;

    /**
     * @param strict whether what is undefined is refused wherever it is used for more than being passed on
     * @param watch hears which texts are compared
     */
    Operations(Budget budget, boolean strict, Watch watch) {
        this.budget = budget;
        this.strict = strict;
        this.watch = watch;
        this.watching = !watch.equals(Watch.NONE);
    }

    /** Tells the watch, where both are texts. */
    private void watched(Value left, Value right) {
        if (watching && left instanceof Value.Text a && right instanceof Value.Text b) {
            watch.compared(a.value(), b.value());
        }
    }

    /** Tells the watch of a text and the texts that a method or a filter is given. */
    void watched(Value target, Value.Arguments arguments) {
        if (!watching) {
            return;
        }
        Stream.concat(arguments.positional().stream(), arguments.named().values().stream())
                .forEach(argument -> {
                    watched(target, argument);
                    if (argument instanceof Value.Tuple tuple) {
                        tuple.items().forEach(item -> watched(target, item));
                    }
                });
    }

    /** Tells the watch of a text that is looked up among keys. */
    private void watched(Value.Dict dict, Value item) {
        if (watching) {
            dict.entries().keySet().forEach(key -> watched(key, item));
        }
    }

    Budget budget() {
        return budget;
    }

    boolean truth(Value value) {
        refuseIfStrict(value);
        return switch (value) {
            case Value.Undefined _, Value.None _ -> false;
            case Value.Text text -> !text.value().isEmpty();
            case Value.Whole whole -> whole.value().signum() != 0;
            case Value.Real real -> real.value() != 0;
            case Value.Truth truth -> truth.value();
            case Value.Sequence sequence -> !sequence.items().isEmpty();
            case Value.Dict dict -> !dict.entries().isEmpty();
            case Value.View view -> !view.items().isEmpty();
            case Value.Loop loop -> loop.length() > 0;
            case Value.Generator _, Value.Function _, Value.Namespace _, Value.Cycler _ -> true;
        };
    }

    /** {@code len}, absent where Python has none. */
    Optional<Integer> size(Value value) {
        refuseIfStrict(value);
        return switch (value) {
            case Value.Undefined _ -> Optional.of(0);
            case Value.Text text -> {
                budget.charge(text.value().length() >> 6);
                yield Optional.of(PythonText.length(text.value()));
            }
            case Value.Sequence sequence -> Optional.of(sequence.items().size());
            case Value.Dict dict -> Optional.of(dict.entries().size());
            case Value.View view -> Optional.of(view.items().size());
            case Value.Loop loop -> Optional.of(loop.length());
            case Value.None _,
                    Value.Numeric _,
                    Value.Generator _,
                    Value.Function _,
                    Value.Namespace _,
                    Value.Cycler _ -> Optional.empty();
        };
    }

    /** The elements of what Python can iterate over, absent for the rest. */
    Optional<Iterator<Value>> elements(Value value) {
        refuseIfStrict(value);
        return switch (value) {
            case Value.Undefined _ -> Optional.of(Collections.emptyIterator());
            case Value.Text text -> {
                budget.charge(text.value().length());
                yield Optional.of(text.value()
                        .codePoints()
                        .mapToObj(character -> (Value) Value.text(Character.toString(character)))
                        .iterator());
            }
            case Value.Sequence sequence -> Optional.of(sequence.items().iterator());
            case Value.Dict dict -> Optional.of(dict.entries().keySet().iterator());
            case Value.View view -> Optional.of(view.items().iterator());
            case Value.Generator generator -> Optional.of(generator.iterator());
            case Value.None _, Value.Numeric _, Value.Function _, Value.Namespace _, Value.Loop _, Value.Cycler _ ->
                Optional.empty();
        };
    }

    Iterator<Value> iterate(Value value) {
        return elements(value)
                .orElseThrow(() -> JinjaException.failed("'" + value.type() + "' object is not iterable"));
    }

    List<Value> all(Value value) {
        List<Value> items = new ArrayList<>();
        Iterator<Value> iterator = iterate(value);
        while (iterator.hasNext()) {
            budget.charge(1);
            items.add(iterator.next());
        }
        return items;
    }

    boolean same(Value left, Value right) {
        budget.charge(Math.min(left.extent().weight(), right.extent().weight()));
        watched(left, right);
        return left.equals(right);
    }

    boolean related(Value left, Relation relation, Value right) {
        refuseIfStrict(left);
        refuseIfStrict(right);
        return switch (relation) {
            case EQUAL -> same(left, right);
            case UNEQUAL -> !same(left, right);
            case IN -> contains(right, left);
            case NOT_IN -> !contains(right, left);
            case LESS ->
                ordered(left, relation, right).filter(order -> order < 0).isPresent();
            case LESS_OR_EQUAL ->
                ordered(left, relation, right).filter(order -> order <= 0).isPresent();
            case GREATER ->
                ordered(left, relation, right).filter(order -> order > 0).isPresent();
            case GREATER_OR_EQUAL ->
                ordered(left, relation, right).filter(order -> order >= 0).isPresent();
        };
    }

    /** The order of two values, absent where a float is not a number. */
    private Optional<Integer> ordered(Value left, Relation relation, Value right) {
        refuseUndefined(left, right);
        if (left instanceof Value.Numeric a && right instanceof Value.Numeric b) {
            return Value.Numeric.compare(a, b);
        }
        if (left instanceof Value.Text a && right instanceof Value.Text b) {
            budget.charge(Math.min(a.value().length(), b.value().length()) >> 3);
            watched(left, right);
            return Optional.of(PythonText.compare(a.value(), b.value()));
        }
        if ((left instanceof Value.Listing && right instanceof Value.Listing)
                || (left instanceof Value.Tuple && right instanceof Value.Tuple)) {
            List<Value> a = ((Value.Sequence) left).items();
            List<Value> b = ((Value.Sequence) right).items();
            for (int at = 0; at < Math.min(a.size(), b.size()); at++) {
                if (!same(a.get(at), b.get(at))) {
                    return ordered(a.get(at), relation, b.get(at));
                }
            }
            return Optional.of(Integer.compare(a.size(), b.size()));
        }
        throw JinjaException.failed("'" + relation.symbol() + "' not supported between instances of '" + left.type()
                + "' and '" + right.type() + "'");
    }

    /** The order that {@code sorted} needs. */
    int order(Value left, Value right) {
        return ordered(left, Relation.LESS, right).orElse(0);
    }

    boolean contains(Value container, Value item) {
        return switch (container) {
            case Value.Text text -> {
                if (!(item instanceof Value.Text part)) {
                    throw JinjaException.failed("'in <string>' requires string as left operand, not " + item.type());
                }
                budget.charge(text.value().length() >> 3);
                watched(text, part);
                yield text.value().contains(part.value());
            }
            case Value.Dict dict -> {
                watched(dict, item);
                yield dict.entries().containsKey(key(item));
            }
            case Value.Undefined _, Value.Sequence _, Value.View _, Value.Generator _ -> {
                Iterator<Value> iterator = iterate(container);
                boolean found = false;
                while (!found && iterator.hasNext()) {
                    found = same(iterator.next(), item);
                }
                yield found;
            }
            case Value.None _, Value.Numeric _, Value.Function _, Value.Namespace _, Value.Loop _, Value.Cycler _ ->
                throw JinjaException.failed("argument of type '" + container.type() + "' is not iterable");
        };
    }

    private void refuseIfStrict(Value value) {
        if (strict) {
            refuseUndefined(value);
        }
    }

    void refuseUndefined(Value... values) {
        for (Value value : values) {
            if (value instanceof Value.Undefined undefined) {
                throw JinjaException.failed(undefined.message());
            }
        }
    }

    Value apply(Value left, Operator operator, Value right) {
        refuseUndefined(left);
        if (operator == Operator.MODULO && left instanceof Value.Text format) {
            return new Value.Text(new Formatting(this).percent(format.value(), right), format.markup());
        }
        refuseUndefined(right);
        if (left instanceof Value.Numeric a && right instanceof Value.Numeric b) {
            Optional<BigInteger> x = a.whole();
            Optional<BigInteger> y = b.whole();
            return x.isPresent() && y.isPresent()
                    ? whole(x.get(), operator, y.get())
                    : real(a.toDouble(), operator, b.toDouble());
        }
        return switch (operator) {
            case ADD -> sum(left, right);
            case MULTIPLY -> product(left, right);
            case SUBTRACT, DIVIDE, FLOOR_DIVIDE, MODULO -> throw unsupported(operator.symbol(), left, right);
            case POWER -> throw unsupported("** or pow()", left, right);
        };
    }

    private static JinjaException unsupported(String symbol, Value left, Value right) {
        return JinjaException.failed(
                "unsupported operand type(s) for " + symbol + ": '" + left.type() + "' and '" + right.type() + "'");
    }

    private Value sum(Value left, Value right) {
        return switch (left) {
            case Value.Text a when right instanceof Value.Text b -> joined(a, b);
            case Value.Listing a when right instanceof Value.Listing b -> Value.list(joined(a, b));
            case Value.Tuple a when right instanceof Value.Tuple b -> Value.tuple(joined(a, b));
            case Value.Text _, Value.Listing _, Value.Tuple _ ->
                throw JinjaException.failed(
                        "can only concatenate " + left.type() + " (not \"" + right.type() + "\") to " + left.type());
            case Value.Undefined _,
                    Value.None _,
                    Value.Numeric _,
                    Value.Range _,
                    Value.Dict _,
                    Value.View _,
                    Value.Generator _,
                    Value.Function _,
                    Value.Namespace _,
                    Value.Loop _,
                    Value.Cycler _ -> throw unsupported("+", left, right);
        };
    }

    private Value.Text joined(Value.Text left, Value.Text right) {
        budget.charge((long) left.value().length() + right.value().length());
        if (left.markup() == right.markup()) {
            return new Value.Text(left.value() + right.value(), left.markup());
        }
        return new Value.Text(escaped(left).value() + escaped(right).value(), true);
    }

    /** Markup as it is, other text with {@code & < > ' "} as references. */
    Value.Text escaped(Value.Text text) {
        if (text.markup()) {
            return text;
        }
        budget.charge(5L * text.value().length());
        return new Value.Text(PythonText.escaped(text.value()), true);
    }

    private List<Value> joined(Value.Sequence left, Value.Sequence right) {
        budget.charge((long) left.items().size() + right.items().size());
        List<Value> items = new ArrayList<>(left.items());
        items.addAll(right.items());
        return items;
    }

    private Value product(Value left, Value right) {
        if (left instanceof Value.Numeric && (right instanceof Value.Text || right instanceof Value.Sequence)) {
            return product(right, left);
        }
        boolean repeatable = left instanceof Value.Text || left instanceof Value.Listing || left instanceof Value.Tuple;
        if (!repeatable) {
            throw unsupported("*", left, right);
        }
        BigInteger count = (right instanceof Value.Numeric number ? number.whole() : Optional.<BigInteger>empty())
                .orElseThrow(() ->
                        JinjaException.failed("can't multiply sequence by non-int of type '" + right.type() + "'"));
        int times = times(count, size(left).orElse(0));
        return switch (left) {
            case Value.Text text -> new Value.Text(text.value().repeat(times), text.markup());
            case Value.Tuple tuple -> Value.tuple(repeated(tuple.items(), times));
            case Value.Sequence sequence -> Value.list(repeated(sequence.items(), times));
            case Value other -> throw unsupported("*", other, right);
        };
    }

    private int times(BigInteger count, int each) {
        if (count.signum() <= 0) {
            return 0;
        }
        BigInteger total = count.multiply(BigInteger.valueOf(Math.max(1, each)));
        budget.charge(total.bitLength() > 40 ? Budget.WORK + 1 : 2 * total.longValueExact());
        return count.intValueExact();
    }

    private static List<Value> repeated(List<Value> items, int times) {
        List<Value> repeated = new ArrayList<>(items.size() * times);
        for (int time = 0; time < times; time++) {
            repeated.addAll(items);
        }
        return repeated;
    }

    private Value whole(BigInteger left, Operator operator, BigInteger right) {
        if (right.signum() == 0) {
            switch (operator) {
                case DIVIDE -> throw JinjaException.failed("division by zero");
                case FLOOR_DIVIDE -> throw JinjaException.failed("integer division or modulo by zero");
                case MODULO -> throw JinjaException.failed("integer modulo by zero");
                case ADD, SUBTRACT, MULTIPLY, POWER -> {
                    // Zero is a fine operand here.
                }
            }
        }
        budget.charge((left.bitLength() + right.bitLength()) >> 5);
        return switch (operator) {
            case ADD -> new Value.Whole(left.add(right));
            case SUBTRACT -> new Value.Whole(left.subtract(right));
            case MULTIPLY -> new Value.Whole(left.multiply(right));
            case DIVIDE ->
                new Value.Real(new BigDecimal(left)
                        .divide(new BigDecimal(right), QUOTIENT)
                        .doubleValue());
            case FLOOR_DIVIDE -> new Value.Whole(floorDivided(left, right));
            case MODULO ->
                new Value.Whole(left.subtract(floorDivided(left, right).multiply(right)));
            case POWER -> power(left, right);
        };
    }

    private static BigInteger floorDivided(BigInteger left, BigInteger right) {
        BigInteger[] parts = left.divideAndRemainder(right);
        boolean down = parts[1].signum() != 0 && parts[1].signum() != right.signum();
        return down ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private Value power(BigInteger base, BigInteger exponent) {
        if (exponent.signum() < 0) {
            return real(base.doubleValue(), Operator.POWER, exponent.doubleValue());
        }
        BigInteger bits =
                exponent.multiply(BigInteger.valueOf(Math.max(1, base.abs().bitLength() - 1)));
        boolean trivial = base.abs().bitLength() <= 1;
        if (!trivial && bits.bitLength() > 17) {
            throw JinjaException.limit("a whole number of more than " + Budget.BITS + " bits");
        }
        if (trivial) {
            boolean negative = base.signum() < 0 && exponent.testBit(0);
            return base.signum() == 0 && exponent.signum() > 0 ? Value.whole(0) : Value.whole(negative ? -1 : 1);
        }
        budget.charge(bits.longValueExact());
        return new Value.Whole(base.pow(exponent.intValueExact()));
    }

    private static Value real(double left, Operator operator, double right) {
        if (right == 0) {
            switch (operator) {
                case DIVIDE -> throw JinjaException.failed("float division by zero");
                case FLOOR_DIVIDE -> throw JinjaException.failed("float floor division by zero");
                case MODULO -> throw JinjaException.failed("float modulo");
                case ADD, SUBTRACT, MULTIPLY, POWER -> {
                    // Zero is a fine operand here.
                }
            }
        }
        return new Value.Real(
                switch (operator) {
                    case ADD -> left + right;
                    case SUBTRACT -> left - right;
                    case MULTIPLY -> left * right;
                    case DIVIDE -> left / right;
                    case FLOOR_DIVIDE -> Math.floor((left - modulo(left, right)) / right + 0.5);
                    case MODULO -> modulo(left, right);
                    case POWER -> realPower(left, right);
                });
    }

    private static double modulo(double left, double right) {
        double remainder = left % right;
        if (remainder == 0) {
            return Math.copySign(0, right);
        }
        return (remainder < 0) != (right < 0) ? remainder + right : remainder;
    }

    private static double realPower(double base, double exponent) {
        if (base == 0 && exponent < 0) {
            throw JinjaException.failed("0.0 cannot be raised to a negative power");
        }
        double result = Math.pow(base, exponent);
        if (Double.isNaN(result) && !Double.isNaN(base) && !Double.isNaN(exponent)) {
            throw JinjaException.failed("a negative number cannot be raised to a fractional power");
        }
        if (Double.isInfinite(result) && !Double.isInfinite(base) && !Double.isInfinite(exponent)) {
            throw JinjaException.failed("(34, 'Numerical result out of range')");
        }
        return result;
    }

    Value signed(boolean negative, Value operand) {
        refuseUndefined(operand);
        return switch (operand) {
            case Value.Real real -> negative ? new Value.Real(-real.value()) : real;
            case Value.Numeric number -> {
                BigInteger whole = number.whole().orElse(BigInteger.ZERO);
                yield new Value.Whole(negative ? whole.negate() : whole);
            }
            case Value other ->
                throw JinjaException.failed(
                        "bad operand type for unary " + (negative ? "-" : "+") + ": '" + other.type() + "'");
        };
    }

    /** {@code a ~ b}: the parts as plain text, since templates run without automatic escaping. */
    Value.Text concatenated(List<Value> parts) {
        StringBuilder text = new StringBuilder();
        for (Value part : parts) {
            String piece = string(part);
            budget.charge(piece.length());
            text.append(piece);
        }
        return Value.text(text.toString());
    }

    /** A value as the key of a dict; pays for the hash, and refuses what Python cannot hash. */
    Value key(Value value) {
        budget.charge(value.extent().weight());
        refuseUnhashable(value);
        return value;
    }

    private static void refuseUnhashable(Value value) {
        switch (value) {
            case Value.Listing _, Value.Dict _, Value.Namespace _ ->
                throw JinjaException.failed("unhashable type: '" + value.type() + "'");
            case Value.Tuple tuple -> tuple.items().forEach(Operations::refuseUnhashable);
            case Value.Undefined _,
                    Value.None _,
                    Value.Text _,
                    Value.Numeric _,
                    Value.Range _,
                    Value.View _,
                    Value.Generator _,
                    Value.Function _,
                    Value.Loop _,
                    Value.Cycler _ -> {
                // Hashable.
            }
        }
    }

    /** {@code a[index]}, absent where Python raises an {@code IndexError}, {@code KeyError} or {@code TypeError}. */
    Optional<Value> item(Value target, Value index) {
        refuseUndefined(target);
        return switch (target) {
            case Value.Dict dict -> {
                budget.charge(index.extent().weight());
                watched(dict, index);
                yield index instanceof Value.Listing || index instanceof Value.Dict
                        ? Optional.empty()
                        : Optional.ofNullable(dict.entries().get(index));
            }
            case Value.Sequence sequence ->
                position(index, sequence.items().size()).map(sequence.items()::get);
            case Value.Text text -> {
                int length = size(text).orElse(0);
                yield position(index, length).map(at -> character(text, at, length));
            }
            case Value.Undefined _,
                    Value.None _,
                    Value.Numeric _,
                    Value.View _,
                    Value.Generator _,
                    Value.Function _,
                    Value.Namespace _,
                    Value.Loop _,
                    Value.Cycler _ -> Optional.empty();
        };
    }

    private static Value character(Value.Text text, int at, int length) {
        String value = text.value();
        int from = length == value.length() ? at : value.offsetByCodePoints(0, at);
        return new Value.Text(Character.toString(value.codePointAt(from)), text.markup());
    }

    private static Optional<Integer> position(Value index, int size) {
        if (!(index instanceof Value.Numeric number)) {
            return Optional.empty();
        }
        return number.whole()
                .filter(whole -> whole.bitLength() < 32)
                .map(whole -> whole.signum() < 0 ? whole.intValue() + size : whole.intValue())
                .filter(at -> at >= 0 && at < size);
    }

    /** {@code target[start:stop:step]}, absent where the target has no slices. */
    Optional<Value> slice(Value target, Optional<Value> start, Optional<Value> stop, Optional<Value> step) {
        refuseUndefined(target);
        if (!(target instanceof Value.Text) && !(target instanceof Value.Sequence)) {
            return Optional.empty();
        }
        int size = size(target).orElse(0);
        long by = step.map(value -> bound(value, 1)).orElse(1L);
        if (by == 0) {
            throw JinjaException.failed("slice step cannot be zero");
        }
        long lowest = by > 0 ? 0 : -1;
        long highest = by > 0 ? size : size - 1L;
        long from = start.map(value -> clamped(value, size, lowest, highest)).orElse(by > 0 ? lowest : highest);
        long to = stop.map(value -> clamped(value, size, lowest, highest)).orElse(by > 0 ? highest : lowest);
        List<Integer> positions = new ArrayList<>();
        boolean wholeText = target instanceof Value.Text && by == 1;
        if (!wholeText) {
            budget.charge(Math.max(0, (to - from) / by));
            for (long at = from; by > 0 ? at < to : at > to; at += by) {
                positions.add((int) at);
            }
        }
        return Optional.of(
                switch (target) {
                    case Value.Text text
                    when wholeText ->
                        new Value.Text(
                                substring(text.value(), size, (int) from, (int) Math.max(from, to)), text.markup());
                    case Value.Text text -> {
                        int[] characters = text.value().codePoints().toArray();
                        StringBuilder picked = new StringBuilder(positions.size());
                        positions.forEach(at -> picked.appendCodePoint(characters[at]));
                        yield new Value.Text(picked.toString(), text.markup());
                    }
                    case Value.Tuple tuple -> Value.tuple(picked(tuple, positions));
                    case Value.Sequence sequence -> Value.list(picked(sequence, positions));
                    case Value other -> other;
                });
    }

    private static String substring(String text, int length, int from, int to) {
        return length == text.length()
                ? text.substring(from, to)
                : text.substring(text.offsetByCodePoints(0, from), text.offsetByCodePoints(0, to));
    }

    private static List<Value> picked(Value.Sequence sequence, List<Integer> positions) {
        List<Value> items = new ArrayList<>(positions.size());
        positions.forEach(at -> items.add(sequence.items().get(at)));
        return items;
    }

    private static long clamped(Value value, int size, long lowest, long highest) {
        long at = bound(value, 0);
        return Math.clamp(at < 0 ? at + size : at, lowest, highest);
    }

    private static long bound(Value value, long ifNone) {
        if (value == Value.None.NONE) {
            return ifNone;
        }
        return (value instanceof Value.Numeric number ? number.whole() : Optional.<BigInteger>empty())
                .map(whole -> whole.bitLength() > 40 ? whole.signum() * (1L << 40) : whole.longValue())
                .orElseThrow(() ->
                        JinjaException.failed("slice indices must be integers or None or have an __index__ method"));
    }

    /** {@code str(value)}. */
    String string(Value value) {
        refuseIfStrict(value);
        return switch (value) {
            case Value.Text text -> text.value();
            case Value.Undefined _ -> "";
            case Value.None _,
                    Value.Numeric _,
                    Value.Sequence _,
                    Value.Dict _,
                    Value.View _,
                    Value.Generator _,
                    Value.Function _,
                    Value.Namespace _,
                    Value.Loop _,
                    Value.Cycler _ -> repr(value);
        };
    }

    /** {@code repr(value)}. Python prints addresses for generators and functions; here they have none. */
    String repr(Value value) {
        StringBuilder text = new StringBuilder();
        write(value, text, 0);
        return text.toString();
    }

    private void write(Value value, StringBuilder text, int depth) {
        // Writing a value takes as long as some evaluations; a list of lists of lists may hold any number of them.
        budget.charge(4);
        budget.output(text.length());
        if (depth > 250) {
            throw JinjaException.limit("a value that contains itself cannot be printed");
        }
        switch (value) {
            case Value.Undefined _ -> text.append("Undefined");
            case Value.None _ -> text.append("None");
            case Value.Truth truth -> text.append(truth.value() ? "True" : "False");
            case Value.Whole whole -> {
                budget.charge(whole.value().bitLength());
                text.append(decimal(whole.value()));
            }
            case Value.Real real -> text.append(PythonText.number(real.value()));
            case Value.Text string -> {
                budget.charge(2L * string.value().length());
                String quoted = PythonText.quoted(string.value());
                text.append(string.markup() ? "Markup(" + quoted + ")" : quoted);
            }
            case Value.Listing list -> write(list.items(), "[", "]", text, depth);
            case Value.Tuple tuple -> write(tuple.items(), "(", tuple.items().size() == 1 ? ",)" : ")", text, depth);
            case Value.Range range -> text.append(range.text());
            case Value.View view -> write(view.items(), view.type() + "([", "])", text, depth);
            case Value.Dict dict -> write(dict.entries(), text, depth);
            case Value.Namespace namespace -> {
                text.append("<Namespace {");
                String separator = "";
                for (Map.Entry<String, Value> attribute : namespace.attributes().entrySet()) {
                    text.append(separator)
                            .append(PythonText.quoted(attribute.getKey()))
                            .append(": ");
                    write(attribute.getValue(), text, depth + 1);
                    separator = ", ";
                }
                text.append("}>");
            }
            case Value.Function function ->
                text.append('<')
                        .append(function.type())
                        .append(' ')
                        .append(function.name())
                        .append('>');
            case Value.Loop loop ->
                text.append("<LoopContext ")
                        .append(loop.index0() + 1)
                        .append('/')
                        .append(loop.length())
                        .append('>');
            case Value.Generator _ -> text.append("<generator object>");
            case Value.Cycler _ -> text.append("<Cycler>");
        }
    }

    /** Digits, of which Python prints at most 4300. */
    static String decimal(BigInteger whole) {
        String digits = whole.toString();
        if (digits.length() > 4300) {
            throw JinjaException.failed("Exceeds the limit (4300 digits) for integer string conversion");
        }
        return digits;
    }

    private void write(List<Value> items, String open, String close, StringBuilder text, int depth) {
        text.append(open);
        String separator = "";
        for (Value item : items) {
            text.append(separator);
            write(item, text, depth + 1);
            separator = ", ";
        }
        text.append(close);
    }

    private void write(Map<Value, Value> entries, StringBuilder text, int depth) {
        text.append('{');
        String separator = "";
        for (Map.Entry<Value, Value> entry : entries.entrySet()) {
            text.append(separator);
            write(entry.getKey(), text, depth + 1);
            text.append(": ");
            write(entry.getValue(), text, depth + 1);
            separator = ", ";
        }
        text.append('}');
    }
}
