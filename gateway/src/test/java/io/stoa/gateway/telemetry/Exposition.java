package io.stoa.gateway.telemetry;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A strict reader of Prometheus' text format 0.0.4: every sample belongs to a family that was declared before it with
 * help and type, families are not taken up again, no series comes twice, label values are escaped, histograms are
 * cumulative and end with {@code +Inf} = count.
 */
final class Exposition {
    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();
    private final Set<String> names = new TreeSet<>();
    private String family = "";
    private String helped = "";

    private Exposition() {}

    static Exposition read(String text) {
        Exposition exposition = new Exposition();
        if (!text.endsWith("\n")) {
            throw new IllegalArgumentException("the last line has no line feed");
        }
        for (String line : text.split("\n", -1)) {
            if (!line.isEmpty()) {
                exposition.line(line);
            }
        }
        exposition.histograms();
        return exposition;
    }

    Set<String> names() {
        return names;
    }

    Set<String> families() {
        return types.keySet();
    }

    double value(String series) {
        return samples.getOrDefault(series, Double.NaN);
    }

    Map<String, Double> samples() {
        return samples;
    }

    private void line(String line) {
        if (line.startsWith("# HELP ")) {
            helped = name(line, 7);
        } else if (line.startsWith("# TYPE ")) {
            family = name(line, 7);
            String type = line.substring(8 + family.length());
            check(Set.of("counter", "gauge", "histogram", "summary", "untyped").contains(type), line);
            check(helped.equals(family), line);
            check(types.put(family, type) == null, line);
        } else {
            sample(line);
        }
    }

    private static void check(boolean right, String line) {
        if (!right) {
            throw new IllegalArgumentException("not the format: " + line);
        }
    }

    private static String name(String line, int from) {
        int to = from;
        while (to < line.length() && isNameLetter(line.charAt(to), to == from)) {
            to++;
        }
        check(to > from, line);
        return line.substring(from, to);
    }

    private static boolean isNameLetter(char letter, boolean first) {
        return letter == '_'
                || letter == ':'
                || (letter >= 'a' && letter <= 'z')
                || (letter >= 'A' && letter <= 'Z')
                || (!first && letter >= '0' && letter <= '9');
    }

    private void sample(String line) {
        String name = name(line, 0);
        String type = types.getOrDefault(family, "");
        check(
                type.equals("histogram")
                        ? Set.of(family + "_bucket", family + "_sum", family + "_count")
                                .contains(name)
                        : name.equals(family),
                line);
        int at = name.length();
        Map<String, String> labels = new TreeMap<>();
        if (line.charAt(at) == '{') {
            at++;
            while (line.charAt(at) != '}') {
                String label = name(line, at);
                at += label.length();
                check(line.startsWith("=\"", at), line);
                StringBuilder value = new StringBuilder();
                for (at += 2; line.charAt(at) != '"'; at++) {
                    if (line.charAt(at) == '\\') {
                        at++;
                        check("\\\"n".indexOf(line.charAt(at)) >= 0, line);
                    }
                    value.append(line.charAt(at));
                }
                at++;
                check(labels.put(label, value.toString()) == null, line);
                if (line.charAt(at) == ',') {
                    at++;
                }
            }
            at++;
        }
        check(line.charAt(at) == ' ', line);
        String number = line.substring(at + 1);
        double value = number.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(number);
        names.add(name);
        check(samples.put(name + labels, value) == null, line);
    }

    private void histograms() {
        Map<String, Double> last = new HashMap<>();
        samples.forEach((series, value) -> {
            if (series.contains("_bucket{")) {
                String without = series.replaceAll("le=[^,}]*(, )?", "");
                check(value >= last.getOrDefault(without, 0.0), series);
                last.put(without, value);
                if (series.contains("le=+Inf")) {
                    String count = without.replace("_bucket{", "_count{").replace(", }", "}");
                    check(value.equals(samples.getOrDefault(count, Double.NaN)), series + " against " + count);
                }
            }
        });
    }
}
