package io.stoa.hardware.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Ollama's Modelfile, as its reference describes it; there is no schema. A line is an instruction and its value; a value
 * in {@code """} may go over lines; {@code #} begins a comment line. There are no escapes.
 */
final class ModelfileText {
    private static final Set<String> INSTRUCTIONS =
            Set.of("FROM", "PARAMETER", "TEMPLATE", "SYSTEM", "ADAPTER", "LICENSE", "MESSAGE", "REQUIRES");

    private static final Set<String> WHOLE_NUMBERS =
            Set.of("num_ctx", "num_predict", "num_thread", "num_gpu", "num_batch", "seed", "top_k", "repeat_last_n");

    private ModelfileText() {}

    /** An instruction with its value, without quotes. */
    record Line(String instruction, String value) {}

    /**
     * @throws IllegalArgumentException at an unknown instruction or parameter, a value that is no number, an open quote,
     *     or when FROM is not there exactly once
     */
    static List<Line> read(String text) {
        List<Line> lines = new ArrayList<>();
        String[] raw = text.split("\n", -1);
        for (int at = 0; at < raw.length; at++) {
            if (raw[at].isBlank() || raw[at].startsWith("#")) {
                continue;
            }
            int blank = raw[at].indexOf(' ');
            String instruction = raw[at].substring(0, Math.max(0, blank)).toUpperCase(Locale.ROOT);
            if (!INSTRUCTIONS.contains(instruction)) {
                throw new IllegalArgumentException("line " + (at + 1) + ": no instruction of a Modelfile: " + raw[at]);
            }
            StringBuilder value = new StringBuilder(raw[at].substring(blank + 1).strip());
            while (open(value) && at + 1 < raw.length) {
                at++;
                value.append('\n').append(raw[at]);
            }
            lines.add(new Line(instruction, unquoted(value.toString(), at + 1)));
        }
        if (lines.stream().filter(line -> line.instruction().equals("FROM")).count() != 1) {
            throw new IllegalArgumentException("a Modelfile has one FROM");
        }
        lines.stream().filter(line -> line.instruction().equals("PARAMETER")).forEach(ModelfileText::parameter);
        return lines;
    }

    private static boolean open(CharSequence value) {
        String text = value.toString();
        return text.startsWith("\"\"\"") && (text.length() < 6 || !text.endsWith("\"\"\""));
    }

    private static String unquoted(String value, int line) {
        if (open(value)) {
            throw new IllegalArgumentException("line " + line + ": a quote is not closed");
        }
        return value.startsWith("\"\"\"") ? value.substring(3, value.length() - 3) : value;
    }

    private static void parameter(Line line) {
        String[] parts = line.value().split(" ", 2);
        if (parts.length != 2 || !WHOLE_NUMBERS.contains(parts[0]) || !parts[1].matches("-?\\d{1,10}")) {
            throw new IllegalArgumentException("no parameter with a whole number: " + line.value());
        }
    }
}
