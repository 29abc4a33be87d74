package io.stoa.assess.report;

import static io.stoa.assess.report.IntervalChart.abbreviated;
import static io.stoa.assess.report.IntervalChart.at;

import io.stoa.model.Quantity;
import io.stoa.model.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Quality against something else as SVG, with its Pareto front. The horizontal axis is logarithmic, since sizes and speeds
 * differ by factors; the vertical one shows the range that is used, since dots, unlike bars, need no zero.
 */
final class ScatterChart {
    private static final double WIDTH = 400;
    private static final double HEIGHT = 320;
    private static final double LEFT = 46;
    private static final double RIGHT = 386;
    private static final double TOP = 14;
    private static final double BOTTOM = 268;
    private static final double LETTER = 7.8;

    private final List<Dot> dots;
    private final Quantity.Unit unit;
    private final double low;
    private final double high;
    private final double floor;
    private final double ceiling;

    /** A candidate in the picture; {@code x} is positive. */
    record Dot(String id, double x, Quality quality, Verdict verdict) {}

    private record Box(double left, double top, double right, double bottom) {
        boolean overlaps(Box other) {
            return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
        }
    }

    private ScatterChart(List<Dot> dots, Quantity.Unit unit) {
        this.dots = dots;
        this.unit = unit;
        // half a step of air on both sides, on the logarithmic scale
        this.low = dots.stream().mapToDouble(Dot::x).min().orElse(1) / 1.5;
        this.high = dots.stream().mapToDouble(Dot::x).max().orElse(1) * 2.6;
        this.floor = Math.floor(dots.stream()
                                        .mapToDouble(d -> d.quality().interval().low())
                                        .min()
                                        .orElse(0)
                                * 10
                        - 0.2)
                / 10;
        this.ceiling = Math.ceil(dots.stream()
                                        .mapToDouble(d -> d.quality().interval().high())
                                        .max()
                                        .orElse(1)
                                * 10
                        + 0.2)
                / 10;
    }

    /**
     * Draws it.
     *
     * @param title what it shows, for those who do not see it
     * @param axis what the horizontal axis is
     * @param dots at least one
     * @param front the dots on the Pareto front, from one end to the other
     */
    static Markup of(String title, String axis, Quantity.Unit unit, List<Dot> dots, List<Dot> front) {
        return new ScatterChart(dots, unit).draw(title, axis, front);
    }

    private Markup draw(String title, String axis, List<Dot> front) {
        Markup svg = Markup.of(
                "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\"><title>{}</title>",
                at(WIDTH),
                at(HEIGHT),
                title);
        int step = ceiling - floor > 0.5 ? 20 : 10;
        for (int percent = (int) Math.ceil(Math.max(0, floor) * 100 / step - 1e-9) * step;
                percent <= Math.min(100, Math.round(ceiling * 100));
                percent += step) {
            double y = y(percent / 100.0);
            svg.add(
                    "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>"
                            + "<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{} %</text>",
                    at(LEFT), at(RIGHT), at(y), at(y), at(LEFT - 6), at(y + 4), percent);
        }
        for (double tick : ticks()) {
            svg.add(
                    "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>"
                            + "<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                    at(x(tick)),
                    at(x(tick)),
                    at(TOP),
                    at(BOTTOM),
                    at(x(tick)),
                    at(BOTTOM + 18),
                    tick(tick));
        }
        svg.add(
                "<text class=\"axis\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{} →</text>",
                at(RIGHT),
                at(HEIGHT - 10),
                axis);
        svg.add(
                "<polyline class=\"front\" points=\"{}\"/>",
                front.stream()
                        .map(dot -> at(x(dot.x())) + "," + at(y(dot.quality().value())))
                        .collect(Collectors.joining(" ")));
        for (Dot dot : dots) {
            double x = x(dot.x());
            svg.add(
                    "<g><title>{}, {}: quality {} ({} to {}), {}</title>"
                            + "<line class=\"whisker thin\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>{}</g>",
                    dot.id(),
                    dot.verdict().label(),
                    Wording.percent(dot.quality().value()),
                    Wording.percent(dot.quality().interval().low()),
                    Wording.percent(dot.quality().interval().high()),
                    Wording.number(dot.x(), unit),
                    at(x),
                    at(x),
                    at(y(dot.quality().interval().low())),
                    at(y(dot.quality().interval().high())),
                    mark(dot.verdict(), x, y(dot.quality().value())));
        }
        labels(svg, front);
        return svg.add("</svg>");
    }

    /** A shape per verdict, so that colour is not needed to read it. */
    static Markup mark(Verdict verdict, double x, double y) {
        return switch (verdict) {
            case Verdict.Ready _ ->
                Markup.of("<circle class=\"mark ready\" cx=\"{}\" cy=\"{}\" r=\"5.5\"/>", at(x), at(y));
            case Verdict.ReadyIf _ ->
                Markup.of(
                        "<path class=\"mark ready-if\" d=\"M{} {}l6.5 6.5l-6.5 6.5l-6.5 -6.5z\"/>", at(x), at(y - 6.5));
            case Verdict.NotReady _ ->
                Markup.of("<path class=\"mark not-ready\" d=\"M{} {}l9 9m0 -9l-9 9\"/>", at(x - 4.5), at(y - 4.5));
            case Verdict.Undecided _ ->
                Markup.of("<circle class=\"mark undecided\" cx=\"{}\" cy=\"{}\" r=\"5\"/>", at(x), at(y));
        };
    }

    /** Names beside their marks, where there is room; those on the front first. */
    private void labels(Markup svg, List<Dot> front) {
        List<Box> taken = new ArrayList<>();
        for (Dot dot : dots) {
            double x = x(dot.x());
            double y = y(dot.quality().value());
            taken.add(new Box(x - 6, y - 6, x + 6, y + 6));
        }
        List<Dot> ordered = new ArrayList<>(front);
        dots.stream().filter(dot -> !front.contains(dot)).forEach(ordered::add);
        for (Dot dot : ordered) {
            double x = x(dot.x());
            double y = y(dot.quality().value());
            String text = abbreviated(dot.id(), 18);
            double width = text.length() * LETTER;
            List<Box> places = List.of(
                    new Box(x + 9, y - 7, x + 9 + width, y + 6),
                    new Box(x - width / 2, y - 22, x + width / 2, y - 9),
                    new Box(x - width / 2, y + 9, x + width / 2, y + 22),
                    new Box(x - 9 - width, y - 7, x - 9, y + 6),
                    new Box(x + 7, y - 19, x + 7 + width, y - 6),
                    new Box(x + 7, y + 6, x + 7 + width, y + 19));
            places.stream()
                    .filter(place -> place.left() > LEFT && place.right() < WIDTH && place.top() > 0)
                    .filter(place -> taken.stream().noneMatch(place::overlaps))
                    .findFirst()
                    .ifPresent(place -> {
                        taken.add(place);
                        svg.add(
                                "<text class=\"point-label{}\" x=\"{}\" y=\"{}\">{}</text>",
                                front.contains(dot) ? " on-front" : "",
                                at(place.left()),
                                at(place.bottom() - 2),
                                text);
                    });
        }
    }

    private List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        double base = unit == Quantity.Unit.BYTES ? 2 : 10;
        // powers of two for bytes, every second one when there are many; 1, 2, 5 for everything else
        if (unit == Quantity.Unit.BYTES) {
            int first = (int) Math.ceil(Math.log(low) / Math.log(base));
            int last = (int) Math.floor(Math.log(high) / Math.log(base));
            int step = Math.max(1, (last - first) / 3);
            for (int power = first; power <= last; power += step) {
                ticks.add(Math.pow(base, power));
            }
            return ticks;
        }
        for (double decade = Math.pow(10, Math.floor(Math.log10(low))); decade <= high; decade *= 10) {
            for (int factor : new int[] {1, 2, 5}) {
                if (decade * factor >= low && decade * factor <= high) {
                    ticks.add(decade * factor);
                }
            }
        }
        return ticks.size() <= 7
                ? ticks
                : ticks.stream().filter(t -> Math.log10(t) % 1 == 0).toList();
    }

    private String tick(double value) {
        return switch (unit) {
            case BYTES -> Wording.number(value, unit).replaceAll("\\.0+ ", " ");
            case SHARE, TOKENS_PER_SECOND, SECONDS, NATS_PER_TOKEN, PROBABILITY, COUNT ->
                value >= 1 ? Wording.number(value, Quantity.Unit.COUNT) : String.valueOf(value);
        };
    }

    private double x(double value) {
        return LEFT + Math.log(value / low) / Math.log(high / low) * (RIGHT - LEFT);
    }

    private double y(double share) {
        return BOTTOM - (share - floor) / (ceiling - floor) * (BOTTOM - TOP);
    }
}
