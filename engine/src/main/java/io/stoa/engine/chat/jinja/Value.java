package io.stoa.engine.chat.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value of the template language: one of Python's built-in types as far as templates see them. Nothing else of Java or
 * of the process is reachable from a template. {@code equals} is Python's {@code ==}, so {@code 1}, {@code 1.0} and
 * {@code True} are one key of a dict.
 */
sealed interface Value {
    /** The name of the Python type, as it appears in messages. */
    String type();

    /** How deep and how big a value is; kept because a list may hold one list many times over. */
    default Extent extent() {
        return Extent.ATOM;
    }

    /**
     * The size of a value.
     *
     * @param depth nested containers
     * @param weight elements and characters when written out
     */
    record Extent(int depth, long weight) {
        private static final Extent ATOM = new Extent(0, 1);
        private static final int DEEPEST = 200;
        private static final long HEAVIEST = Long.MAX_VALUE / 4;

        static Extent of(Iterable<? extends Value> items) {
            int depth = 0;
            long weight = 1;
            for (Value item : items) {
                depth = Math.max(depth, item.extent().depth());
                weight = Math.min(HEAVIEST, weight + item.extent().weight());
            }
            if (depth >= DEEPEST) {
                throw JinjaException.limit("a value nests more than " + DEEPEST + " lists and dicts");
            }
            return new Extent(depth + 1, weight);
        }
    }

    /**
     * Nothing was there.
     *
     * @param message what to say when it is used for more than printing
     */
    record Undefined(String message) implements Value {
        @Override
        public String type() {
            return "Undefined";
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Undefined;
        }

        @Override
        public int hashCode() {
            return 0;
        }
    }

    /** Python's {@code None}. */
    enum None implements Value {
        NONE;

        @Override
        public String type() {
            return "NoneType";
        }
    }

    /**
     * A string.
     *
     * @param markup whether it was marked safe; adding to it then escapes the other side, as in MarkupSafe
     */
    record Text(String value, boolean markup) implements Value {
        static final Text EMPTY = new Text("", false);

        @Override
        public String type() {
            return markup ? "Markup" : "str";
        }

        @Override
        public Extent extent() {
            return new Extent(0, 1L + value.length());
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Text text && value.equals(text.value);
        }

        @Override
        public int hashCode() {
            return value.hashCode();
        }
    }

    /** Numbers compare by value across their types. */
    sealed interface Numeric extends Value {
        double toDouble();

        /** The whole number that this is, if it is an {@code int} or a {@code bool}. */
        Optional<BigInteger> whole();

        /** The order of two numbers, absent when one is not a number. */
        static Optional<Integer> compare(Numeric left, Numeric right) {
            Optional<BigInteger> a = left.whole();
            Optional<BigInteger> b = right.whole();
            if (a.isPresent() && b.isPresent()) {
                return Optional.of(a.get().compareTo(b.get()));
            }
            double x = left.toDouble();
            double y = right.toDouble();
            if (Double.isNaN(x) || Double.isNaN(y)) {
                return Optional.empty();
            }
            if (Double.isInfinite(x) || Double.isInfinite(y)) {
                return Optional.of(x == y ? 0 : x < y ? -1 : 1);
            }
            return Optional.of(exact(left).compareTo(exact(right)));
        }

        private static BigDecimal exact(Numeric number) {
            return number.whole().map(BigDecimal::new).orElseGet(() -> new BigDecimal(number.toDouble()));
        }

        private static boolean same(Numeric left, @Nullable Object other) {
            return other instanceof Numeric right && compare(left, right).equals(Optional.of(0));
        }

        private static int hash(Numeric number) {
            double value = number.toDouble();
            boolean small = value == Math.rint(value) && Math.abs(value) < 1e15;
            return small ? Long.hashCode((long) value) : Double.hashCode(value);
        }
    }

    record Whole(BigInteger value) implements Numeric {
        public Whole {
            if (value.bitLength() > Budget.BITS) {
                throw JinjaException.limit("a whole number of more than " + Budget.BITS + " bits");
            }
        }

        @Override
        public String type() {
            return "int";
        }

        @Override
        public double toDouble() {
            return value.doubleValue();
        }

        @Override
        public Optional<BigInteger> whole() {
            return Optional.of(value);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return Numeric.same(this, other);
        }

        @Override
        public int hashCode() {
            return Numeric.hash(this);
        }
    }

    record Real(double value) implements Numeric {
        @Override
        public String type() {
            return "float";
        }

        @Override
        public double toDouble() {
            return value;
        }

        @Override
        public Optional<BigInteger> whole() {
            return Optional.empty();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return Numeric.same(this, other);
        }

        @Override
        public int hashCode() {
            return Numeric.hash(this);
        }
    }

    record Truth(boolean value) implements Numeric {
        static final Truth TRUE = new Truth(true);
        static final Truth FALSE = new Truth(false);

        @Override
        public String type() {
            return "bool";
        }

        @Override
        public double toDouble() {
            return value ? 1 : 0;
        }

        @Override
        public Optional<BigInteger> whole() {
            return Optional.of(value ? BigInteger.ONE : BigInteger.ZERO);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return Numeric.same(this, other);
        }

        @Override
        public int hashCode() {
            return Numeric.hash(this);
        }
    }

    /** What has positions: it can be indexed, sliced and measured. */
    sealed interface Sequence extends Value {
        List<Value> items();
    }

    /** A list; templates cannot change one. */
    record Listing(List<Value> items, Extent extent) implements Sequence {
        @Override
        public String type() {
            return "list";
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Listing list && items.equals(list.items);
        }

        @Override
        public int hashCode() {
            return items.hashCode();
        }
    }

    /**
     * A tuple.
     *
     * @param names what its elements are also called; empty for an ordinary one
     */
    record Tuple(List<Value> items, List<String> names, Extent extent) implements Sequence {
        @Override
        public String type() {
            return "tuple";
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Tuple tuple && items.equals(tuple.items);
        }

        @Override
        public int hashCode() {
            return items.hashCode();
        }
    }

    /**
     * What {@code range(…)} gives.
     *
     * @param text how Python prints it
     */
    record Range(List<Value> items, String text) implements Sequence {
        @Override
        public String type() {
            return "range";
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Range range && items.equals(range.items);
        }

        @Override
        public int hashCode() {
            return items.hashCode();
        }
    }

    /** A dict in the order of insertion; templates cannot change one. */
    record Dict(Map<Value, Value> entries, Extent extent) implements Value {
        @Override
        public String type() {
            return "dict";
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Dict dict && entries.equals(dict.entries);
        }

        @Override
        public int hashCode() {
            return entries.hashCode();
        }
    }

    /**
     * What {@code keys()}, {@code values()} and {@code items()} give.
     *
     * @param type {@code dict_keys}, {@code dict_values} or {@code dict_items}
     */
    record View(String type, List<Value> items, Extent extent) implements Value {}

    /** A lazy sequence that can be walked once, as most filters give; it is true even when nothing is in it. */
    final class Generator implements Value {
        private final Iterator<Value> iterator;
        private final Extent extent;

        /**
         * Makes one over a source.
         *
         * @param source what it draws from: generators over generators count as nesting
         */
        Generator(Iterator<Value> iterator, Value source) {
            this.iterator = iterator;
            this.extent = new Extent(Extent.of(List.of(source)).depth(), 1);
        }

        @Override
        public Extent extent() {
            return extent;
        }

        Iterator<Value> iterator() {
            return iterator;
        }

        @Override
        public String type() {
            return "generator";
        }
    }

    /** What can be called: a global function, a method bound to its value, a macro. */
    record Function(String name, String type, Body body) implements Value {
        @FunctionalInterface
        interface Body {
            Value call(Arguments arguments);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /** The one thing that a template can change: {@code {% set ns.name = value %}}. */
    final class Namespace implements Value {
        private final Map<String, Value> attributes = new LinkedHashMap<>();

        Map<String, Value> attributes() {
            return attributes;
        }

        @Override
        public String type() {
            return "Namespace";
        }
    }

    /** {@code loop}: where a {@code for} stands. It looks one element ahead only when asked to. */
    final class Loop implements Value {
        private final Optional<Integer> size;
        private final Optional<Function> recursion;
        private final int depth0;
        private Iterator<Value> rest;
        private final List<Value> ahead = new ArrayList<>(1);
        private Optional<Integer> length = Optional.empty();
        private Optional<Value> previous = Optional.empty();
        private Optional<Value> current = Optional.empty();
        private Optional<Value> lastChanged = Optional.empty();
        private int index0 = -1;

        /**
         * Makes one that stands before its first element.
         *
         * @param size the length, where the iterable knows it
         * @param recursion what {@code loop(…)} does in a recursive loop
         */
        Loop(Iterator<Value> rest, Optional<Integer> size, Optional<Function> recursion, int depth0) {
            this.rest = rest;
            this.size = size;
            this.recursion = recursion;
            this.depth0 = depth0;
        }

        boolean hasNext() {
            return !ahead.isEmpty() || rest.hasNext();
        }

        Value next() {
            Value item = ahead.isEmpty() ? rest.next() : ahead.removeLast();
            index0++;
            previous = current;
            current = Optional.of(item);
            return item;
        }

        int length() {
            if (length.isEmpty()) {
                length = size.or(() -> {
                    List<Value> remaining = new ArrayList<>();
                    rest.forEachRemaining(remaining::add);
                    rest = remaining.iterator();
                    return Optional.of(remaining.size() + index0 + 1 + ahead.size());
                });
            }
            return length.orElseThrow();
        }

        Optional<Value> peek() {
            if (ahead.isEmpty() && rest.hasNext()) {
                ahead.add(rest.next());
            }
            return ahead.isEmpty() ? Optional.empty() : Optional.of(ahead.getLast());
        }

        boolean changed(Value now) {
            boolean changed = !lastChanged.equals(Optional.of(now));
            lastChanged = Optional.of(now);
            return changed;
        }

        int index0() {
            return index0;
        }

        int depth0() {
            return depth0;
        }

        Optional<Value> previous() {
            return previous;
        }

        Optional<Function> recursion() {
            return recursion;
        }

        @Override
        public String type() {
            return "LoopContext";
        }
    }

    /** {@code cycler(…)}: gives its items in turn. */
    final class Cycler implements Value {
        private final List<Value> items;
        private int position;

        Cycler(List<Value> items) {
            this.items = items;
        }

        Value current() {
            return items.get(position);
        }

        Value next() {
            Value item = current();
            position = (position + 1) % items.size();
            return item;
        }

        void reset() {
            position = 0;
        }

        @Override
        public String type() {
            return "Cycler";
        }
    }

    static Text text(String value) {
        return value.isEmpty() ? Text.EMPTY : new Text(value, false);
    }

    static Whole whole(long value) {
        return new Whole(BigInteger.valueOf(value));
    }

    static Truth truth(boolean value) {
        return value ? Truth.TRUE : Truth.FALSE;
    }

    static Listing list(List<Value> items) {
        return new Listing(Collections.unmodifiableList(items), Extent.of(items));
    }

    static Tuple tuple(List<Value> items) {
        return new Tuple(Collections.unmodifiableList(items), List.of(), Extent.of(items));
    }

    static Tuple pair(Map.Entry<Value, Value> entry) {
        return tuple(List.of(entry.getKey(), entry.getValue()));
    }

    static Dict dict(Map<Value, Value> entries) {
        Extent keys = Extent.of(entries.keySet());
        Extent values = Extent.of(entries.values());
        return new Dict(
                Collections.unmodifiableMap(entries),
                new Extent(
                        Math.max(keys.depth(), values.depth()),
                        Math.min(Extent.HEAVIEST, keys.weight() + values.weight())));
    }

    static View view(String type, List<Value> items) {
        return new View(type, items, Extent.of(items));
    }

    static Function function(String name, Function.Body body) {
        return new Function(name, "function", body);
    }

    static Function method(String name, Function.Body body) {
        return new Function(name, "builtin_function_or_method", body);
    }

    /** The values of a call, already evaluated. */
    record Arguments(List<Value> positional, Map<String, Value> named) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());

        static Arguments of(Value... positional) {
            return new Arguments(List.of(positional), Map.of());
        }

        /** The argument at a position or with a name, if it was given. */
        Optional<Value> get(int position, String name) {
            return position < positional.size()
                    ? Optional.of(positional.get(position))
                    : Optional.ofNullable(named.get(name));
        }

        /** An argument that may be given as {@code none} to mean that it is not. */
        Optional<Value> unlessNone(int position, String name) {
            return get(position, name).filter(value -> value != None.NONE);
        }

        Value require(String function, int position, String name) {
            return get(position, name)
                    .orElseThrow(() -> JinjaException.failed(
                            function + "() missing 1 required positional argument: '" + name + "'"));
        }

        /** Refuses arguments beyond those named. */
        void atMost(String function, String... names) {
            if (positional.size() > names.length) {
                throw JinjaException.failed(
                        function + "() takes at most " + names.length + " arguments (" + positional.size() + " given)");
            }
            for (String name : named.keySet()) {
                if (!List.of(names).contains(name)) {
                    throw JinjaException.failed(function + "() got an unexpected keyword argument '" + name + "'");
                }
            }
        }

        Arguments rest() {
            return new Arguments(positional.subList(1, positional.size()), named);
        }

        Arguments with(String name, Value value) {
            Map<String, Value> more = new LinkedHashMap<>(named);
            more.put(name, Objects.requireNonNull(value));
            return new Arguments(positional, more);
        }
    }
}
