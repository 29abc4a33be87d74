package io.stoa.assess.report;

import io.stoa.model.Interval;
import io.stoa.model.Quantity;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The scores of one task as SVG: a row per candidate, a dot at the estimate, a whisker for the interval, a dashed line
 * for the gate. The dot is full where the interval lies wholly on one side of the gate and hollow where it does not.
 */
final class IntervalChart {
    private static final double WIDTH = 360;
    private static final double LEFT = 112;
    private static final double RIGHT = 304;
    private static final double TOP = 22;
    private static final double ROW = 20;

    private IntervalChart() {}

    /** One line: a candidate's id and its score. */
    record Row(String label, Quantity score) {}

    static Markup of(String title, List<Row> rows, OptionalDouble gate) {
        double bottom = TOP + rows.size() * ROW;
        Markup svg = Markup.of(
                "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\"><title>{}</title>",
                at(WIDTH),
                at(bottom + 22),
                title);
        for (int percent = 0; percent <= 100; percent += 25) {
            svg.add(
                    "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>"
                            + "<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                    at(x(percent / 100.0)),
                    at(x(percent / 100.0)),
                    at(TOP),
                    at(bottom),
                    at(x(percent / 100.0)),
                    at(bottom + 14),
                    percent == 100 ? "100 %" : percent);
        }
        gate.ifPresent(g -> svg.add(
                "<line class=\"gate\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>"
                        + "<text class=\"gate-label\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">gate {}</text>",
                at(x(g)),
                at(x(g)),
                at(TOP - 4),
                at(bottom),
                at(x(g)),
                at(TOP - 9),
                Wording.percent(g)));
        for (int i = 0; i < rows.size(); i++) {
            row(svg, rows.get(i), TOP + (i + 0.5) * ROW, gate);
        }
        return svg.add("</svg>");
    }

    private static void row(Markup svg, Row row, double y, OptionalDouble gate) {
        Quantity score = row.score();
        Interval interval = score.interval().orElse(new Interval(score.value(), score.value()));
        svg.add(
                "<g><title>{}: {}{}</title>"
                        + "<text class=\"row-label\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>"
                        + "<line class=\"whisker {}\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>"
                        + "<circle class=\"dot {}\" cx=\"{}\" cy=\"{}\" r=\"4\"/>"
                        + "<text class=\"row-value\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text></g>",
                row.label(),
                Wording.value(score),
                score.interval().isPresent() ? " (" + Wording.interval(score) + ")" : "",
                at(LEFT - 8),
                at(y + 4),
                abbreviated(row.label(), 17),
                side(interval, gate),
                at(x(interval.low())),
                at(x(interval.high())),
                at(y),
                at(y),
                side(interval, gate),
                at(x(score.value())),
                at(y),
                at(WIDTH),
                at(y + 4),
                Wording.value(score));
    }

    private static String side(Interval interval, OptionalDouble gate) {
        if (gate.isEmpty()) {
            return "ungated";
        }
        if (interval.low() >= gate.getAsDouble()) {
            return "above";
        }
        return interval.high() < gate.getAsDouble() ? "below" : "astride";
    }

    private static double x(double share) {
        return LEFT + Math.clamp(share, 0, 1) * (RIGHT - LEFT);
    }

    static String abbreviated(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length - 1) + "…";
    }

    static String at(double coordinate) {
        return String.format(Locale.ROOT, "%.1f", coordinate);
    }
}
