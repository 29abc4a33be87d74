package io.stoa.hardware.input;

import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a figure with a unit measures; its value is in the base unit. */
public enum Dimension {
    /** Bytes. */
    MEMORY("80 GiB"),
    /** Bytes per second. */
    BANDWIDTH("3350 GB/s"),
    /** Operations per second, dense; a multiplication with its addition is two. */
    COMPUTE("989 TFLOPS"),
    /** Watts. */
    POWER("700 W"),
    /** Seconds. */
    TIME("0.5 s");

    private static final Pattern FIGURE = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?)\\s?([A-Za-z/]{1,8})");

    private final String example;

    Dimension(String example) {
        this.example = example;
    }

    private record Unit(String name, double factor) {}

    private List<Unit> units() {
        return switch (this) {
            case MEMORY ->
                List.of(
                        new Unit("B", 1),
                        new Unit("MB", 1e6),
                        new Unit("GB", 1e9),
                        new Unit("TB", 1e12),
                        new Unit("KiB", 0x1p10),
                        new Unit("MiB", 0x1p20),
                        new Unit("GiB", 0x1p30),
                        new Unit("TiB", 0x1p40));
            case BANDWIDTH -> List.of(new Unit("MB/s", 1e6), new Unit("GB/s", 1e9), new Unit("TB/s", 1e12));
            case COMPUTE ->
                List.of(
                        new Unit("GFLOPS", 1e9),
                        new Unit("TFLOPS", 1e12),
                        new Unit("PFLOPS", 1e15),
                        new Unit("GOPS", 1e9),
                        new Unit("TOPS", 1e12),
                        new Unit("POPS", 1e15));
            case POWER -> List.of(new Unit("mW", 1e-3), new Unit("W", 1), new Unit("kW", 1e3));
            case TIME ->
                List.of(
                        new Unit("us", 1e-6),
                        new Unit("ms", 1e-3),
                        new Unit("s", 1),
                        new Unit("min", 60),
                        new Unit("h", 3600));
        };
    }

    /** A figure in the base unit; empty where the text is not a number with one of the units. */
    public OptionalDouble parse(String text) {
        Matcher matcher = FIGURE.matcher(text.strip());
        if (!matcher.matches()) {
            return OptionalDouble.empty();
        }
        double number = Double.parseDouble(matcher.group(1));
        String name = matcher.group(2);
        return units().stream()
                .filter(unit -> unit.name().equals(name))
                .mapToDouble(unit -> number * unit.factor())
                .findFirst();
    }

    /** How to write one, for a message. */
    public String form() {
        return "a number with a unit of " + units().stream().map(Unit::name).collect(Collectors.joining(", "))
                + ", such as " + example;
    }
}
