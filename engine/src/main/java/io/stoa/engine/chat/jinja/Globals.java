package io.stoa.engine.chat.jinja;

import io.stoa.engine.chat.jinja.Value.Arguments;
import java.math.BigInteger;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The functions that every template may call: Jinja2's own and the two that transformers adds. */
final class Globals {
    /** What Jinja2's sandbox allows. */
    private static final int LONGEST_RANGE = 100_000;

    private final Operations operations;
    private final Clock clock;

    Globals(Operations operations, Clock clock) {
        this.operations = operations;
        this.clock = clock;
    }

    void into(Scope scope) {
        scope.set("range", Value.function("range", this::range));
        scope.set("dict", Value.function("dict", this::dict));
        scope.set("namespace", Value.function("namespace", this::namespace));
        scope.set("cycler", Value.function("cycler", Globals::cycler));
        scope.set("joiner", Value.function("joiner", Globals::joiner));
        scope.set("raise_exception", Value.function("raise_exception", this::raise));
        scope.set("strftime_now", Value.function("strftime_now", this::now));
    }

    private Value raise(Arguments arguments) {
        throw JinjaException.raised(operations.string(arguments.require("raise_exception", 0, "message")));
    }

    private Value range(Arguments arguments) {
        List<Value> given = arguments.positional();
        if (given.isEmpty() || given.size() > 3) {
            throw JinjaException.failed("range expected 1 to 3 arguments, got " + given.size());
        }
        List<BigInteger> numbers = new ArrayList<>();
        for (Value value : given) {
            operations.refuseUndefined(value);
            numbers.add((value instanceof Value.Numeric number ? number.whole() : Optional.<BigInteger>empty())
                    .orElseThrow(() -> JinjaException.failed(
                            "'" + value.type() + "' object cannot be interpreted as an integer")));
        }
        BigInteger start = numbers.size() > 1 ? numbers.get(0) : BigInteger.ZERO;
        BigInteger stop = numbers.size() > 1 ? numbers.get(1) : numbers.get(0);
        BigInteger step = numbers.size() > 2 ? numbers.get(2) : BigInteger.ONE;
        if (step.signum() == 0) {
            throw JinjaException.failed("range() arg 3 must not be zero");
        }
        BigInteger span = stop.subtract(start).multiply(BigInteger.valueOf(step.signum()));
        BigInteger length = span.add(step.abs())
                .subtract(BigInteger.ONE)
                .max(BigInteger.ZERO)
                .divide(step.abs());
        if (length.compareTo(BigInteger.valueOf(LONGEST_RANGE)) > 0) {
            throw JinjaException.failed(
                    "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + LONGEST_RANGE + ").");
        }
        operations.budget().charge(length.longValueExact());
        List<Value> items = new ArrayList<>();
        BigInteger next = start;
        for (int at = 0; at < length.intValueExact(); at++) {
            items.add(new Value.Whole(next));
            next = next.add(step);
        }
        String text = "range(" + start + ", " + stop + (step.equals(BigInteger.ONE) ? "" : ", " + step) + ")";
        return new Value.Range(items, text);
    }

    private Map<Value, Value> entries(String function, Arguments arguments) {
        Map<Value, Value> entries = new LinkedHashMap<>();
        for (Value given : arguments.positional()) {
            if (given instanceof Value.Dict dict) {
                operations.budget().charge(dict.entries().size());
                entries.putAll(dict.entries());
                continue;
            }
            for (Value pair : operations.all(given)) {
                List<Value> parts = operations.all(pair);
                if (parts.size() != 2) {
                    throw JinjaException.failed(function + "() needs pairs of key and value");
                }
                entries.put(operations.key(parts.get(0)), parts.get(1));
            }
        }
        arguments.named().forEach((name, value) -> entries.put(Value.text(name), value));
        return entries;
    }

    private Value dict(Arguments arguments) {
        return Value.dict(entries("dict", arguments));
    }

    private Value namespace(Arguments arguments) {
        Value.Namespace namespace = new Value.Namespace();
        entries("namespace", arguments)
                .forEach((name, value) -> namespace.attributes().put(operations.string(name), value));
        return namespace;
    }

    private static Value cycler(Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw JinjaException.failed("at least one item has to be provided");
        }
        return new Value.Cycler(arguments.positional());
    }

    private static Value joiner(Arguments arguments) {
        Value separator = arguments.get(0, "sep").orElse(Value.text(", "));
        Value.Cycler turns = new Value.Cycler(List.of(Value.Text.EMPTY, separator));
        return Value.function("joiner", none -> {
            Value now = turns.current();
            if (now.equals(Value.Text.EMPTY)) {
                turns.next();
            }
            return now;
        });
    }

    private Value now(Arguments arguments) {
        String format = operations.string(arguments.require("strftime_now", 0, "format"));
        ZonedDateTime now = ZonedDateTime.now(clock);
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < format.length(); at++) {
            char character = format.charAt(at);
            if (character != '%' || at + 1 == format.length()) {
                text.append(character);
                continue;
            }
            boolean unpadded = format.charAt(at + 1) == '-' && at + 2 < format.length();
            at += unpadded ? 2 : 1;
            String piece = directive(format.charAt(at), now);
            text.append(unpadded ? piece.replaceFirst("^0+(?=.)", "") : piece);
        }
        return Value.text(text.toString());
    }

    /** C's {@code strftime} in the C locale. */
    private static String directive(char directive, ZonedDateTime now) {
        String pattern = switch (directive) {
            case 'Y' -> "uuuu";
            case 'y' -> "uu";
            case 'm' -> "MM";
            case 'd' -> "dd";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'f' -> "SSSSSS";
            case 'B' -> "MMMM";
            case 'b', 'h' -> "MMM";
            case 'A' -> "EEEE";
            case 'a' -> "EEE";
            case 'p' -> "a";
            case 'j' -> "DDD";
            case 'F' -> "uuuu-MM-dd";
            case 'T' -> "HH:mm:ss";
            case 'D', 'x' -> "MM/dd/uu";
            case 'R' -> "HH:mm";
            case 'X' -> "HH:mm:ss";
            case 'u' -> "e";
            case 'c' -> "EEE MMM ppd HH:mm:ss uuuu";
            case '%' -> "'%'";
            case 'n' -> "'\n'";
            case 't' -> "'\t'";
            // transformers formats a time without a zone
            case 'z', 'Z' -> "";
            default -> "'%" + directive + "'";
        };
        if (directive == 'e') {
            return String.format(Locale.ROOT, "%2d", now.getDayOfMonth());
        }
        return pattern.isEmpty()
                ? ""
                : DateTimeFormatter.ofPattern(pattern, Locale.US).format(now);
    }
}
