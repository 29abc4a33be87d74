package io.stoa.hardware.input;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a figure with a unit measures; its value is in the base unit. */
public enum Dimension {
    /** Bytes. */
    MEMORY(
            "80 GiB",
            "MB",
            1e6,
            "GB",
            1e9,
            "TB",
            1e12,
            "KiB",
            0x1p10,
            "MiB",
            0x1p20,
            "GiB",
            0x1p30,
            "TiB",
            0x1p40,
            "B",
            1.0),
    /** Bytes per second. */
    BANDWIDTH("3350 GB/s", "MB/s", 1e6, "GB/s", 1e9, "TB/s", 1e12, "GiB/s", 0x1p30),
    /** Operations per second, dense; a multiplication with its addition is two. */
    COMPUTE("989 TFLOPS", "GFLOPS", 1e9, "TFLOPS", 1e12, "PFLOPS", 1e15, "GOPS", 1e9, "TOPS", 1e12, "POPS", 1e15),
    /** Watts. */
    POWER("700 W", "mW", 1e-3, "W", 1.0, "kW", 1e3),
    /** Seconds. */
    TIME("0.5 s", "us", 1e-6, "ms", 1e-3, "s", 1.0, "min", 60.0, "h", 3600.0);

    private static final Pattern FIGURE = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?)\\s?([A-Za-z/]{1,8})");

    private final String example;
    private final Map<String, Double> units = new LinkedHashMap<>();

    Dimension(String example, Object... units) {
        this.example = example;
        for (int i = 0; i < units.length; i += 2) {
            this.units.put((String) units[i], (Double) units[i + 1]);
        }
    }

    /** A figure in the base unit; empty where the text is not a number with one of the units. */
    public OptionalDouble parse(String text) {
        Matcher matcher = FIGURE.matcher(text.strip());
        if (!matcher.matches()) {
            return OptionalDouble.empty();
        }
        double factor = units.getOrDefault(matcher.group(2), Double.NaN);
        return Double.isNaN(factor)
                ? OptionalDouble.empty()
                : OptionalDouble.of(Double.parseDouble(matcher.group(1)) * factor);
    }

    /** How to write one, for a message. */
    public String form() {
        return "a number with a unit of " + String.join(", ", units.keySet()) + ", such as " + example;
    }
}
