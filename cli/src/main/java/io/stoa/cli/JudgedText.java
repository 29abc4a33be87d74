package io.stoa.cli;

import io.stoa.integration.judge.Blame;
import io.stoa.integration.judge.EvaluationReport;
import io.stoa.integration.judge.PipelineComparison;
import io.stoa.integration.judge.metric.PairedDifference;
import io.stoa.integration.judge.metric.ReliabilityCurve;
import io.stoa.integration.judge.metric.ReliabilityCurve.Point;
import io.stoa.integration.judge.metric.Spread;
import io.stoa.model.Interval;
import io.stoa.model.Score;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What judging pipelines found, for people. */
final class JudgedText {
    private static final int BAR = 40;
    private static final int MOST_STEPS = 12;

    private JudgedText() {}

    static void print(EvaluationReport report, PrintStream out) {
        out.println(report.subject());
        out.println();
        scores(report.measures(), out);
        if (!report.abstention().isEmpty()) {
            out.println();
            scores(report.abstention(), out);
        }
        passes("all of k tries right", report.passAll(), out);
        passes("one of k tries right", report.passAny(), out);
        if (!report.robustness().isEmpty()) {
            out.println();
            report.robustness()
                    .forEach((name, difference) -> out.printf(
                            Locale.ROOT, "  %-28s success %s%n", "changed by " + name, difference(difference)));
        }
        out.println();
        for (Spread spread : report.seconds()) {
            out.printf(
                    Locale.ROOT,
                    "  %-28s %.1f ms [%.1f, %.1f]%n",
                    spread.quantile() == 0.5 ? "time, median" : "time, 95th percentile",
                    1000 * spread.value(),
                    1000 * spread.interval().low(),
                    1000 * spread.interval().high());
        }
        report.stageSeconds()
                .forEach((stage, spread) ->
                        out.printf(Locale.ROOT, "  %-28s %.1f ms%n", "  " + stage, 1000 * spread.value()));
        out.printf(
                Locale.ROOT,
                "  %-28s %.1f read, %.1f written%s%n",
                "tokens an item",
                report.promptTokens(),
                report.answerTokens(),
                report.cost() == 0 ? "" : String.format(Locale.ROOT, ", cost %.6f", report.cost()));
        report.curve().ifPresent(curve -> {
            out.println();
            curve(report.subject(), curve, out);
        });
        if (!report.problems().isEmpty()) {
            out.println();
            out.println("What went wrong most often:");
            report.problems().forEach((problem, times) -> out.printf(Locale.ROOT, "  %4d  %s%n", times, problem));
        }
    }

    private static void scores(Map<String, Score> scores, PrintStream out) {
        scores.forEach((name, score) -> out.printf(
                Locale.ROOT,
                "  %-28s %5.1f %% [%.1f, %.1f]  n %d%n",
                name,
                100 * score.estimate(),
                100 * score.interval().low(),
                100 * score.interval().high(),
                score.n()));
    }

    private static void passes(String what, Map<Integer, Score> passes, PrintStream out) {
        if (!passes.isEmpty()) {
            out.println();
            passes.forEach((k, score) -> out.printf(
                    Locale.ROOT,
                    "  %-28s %5.1f %% [%.1f, %.1f]%n",
                    what + ", k " + k,
                    100 * score.estimate(),
                    100 * score.interval().low(),
                    100 * score.interval().high()));
        }
    }

    static void print(Blame blame, PrintStream out) {
        out.println();
        out.println("Blame, by " + blame.by() + ": " + blame.verdict().sentence());
        for (Blame.Loss loss : blame.ranked()) {
            out.printf(
                    Locale.ROOT,
                    "  %-28s %+6.1f points [%+.1f, %+.1f]  p %.4f after Holm%s%n",
                    loss.name(),
                    0 - 100 * loss.gain().estimate(),
                    0 - 100 * loss.gain().interval().high(),
                    0 - 100 * loss.gain().interval().low(),
                    loss.adjusted(),
                    loss.shown() ? "" : "  not shown");
        }
        if (blame.rest() > 0) {
            out.printf(Locale.ROOT, "  %-28s %+6.1f points%n", "whatever stages are right", 0 - 100 * blame.rest());
        }
    }

    static void print(PipelineComparison comparison, PrintStream out) {
        out.println("A  " + comparison.first().subject());
        out.println("B  " + comparison.second().subject());
        out.println();
        out.printf(
                Locale.ROOT,
                "%-26s %5s  %-24s %-24s %s%n",
                "measure",
                "n",
                "A",
                "B",
                "B less A, points (p after Holm)");
        for (PipelineComparison.Row row : comparison.rows()) {
            out.printf(
                    Locale.ROOT,
                    "%-26s %5d  %-24s %-24s %s (%.4f)%s%n",
                    row.measure(),
                    row.difference().n(),
                    share(row.first().estimate(), row.first().interval()),
                    share(row.second().estimate(), row.second().interval()),
                    difference(row.difference()),
                    row.adjusted(),
                    row.shown() ? "" : " not shown");
        }
        out.println();
        times("A", comparison.first(), out);
        times("B", comparison.second(), out);
        passes("A: all of k tries right", comparison.first().passAll(), out);
        passes("B: all of k tries right", comparison.second().passAll(), out);
        Optional<ReliabilityCurve> first = comparison.first().curve();
        Optional<ReliabilityCurve> second = comparison.second().curve();
        if (first.isPresent() && second.isPresent()) {
            out.println();
            curve("A", first.get(), out);
            out.println();
            curve("B", second.get(), out);
        }
    }

    private static void times(String name, EvaluationReport report, PrintStream out) {
        Spread median = report.seconds().getFirst();
        out.printf(
                Locale.ROOT,
                "%s: %.1f ms an item [%.1f, %.1f], %.1f tokens read, %.1f written%s%n",
                name,
                1000 * median.value(),
                1000 * median.interval().low(),
                1000 * median.interval().high(),
                report.promptTokens(),
                report.answerTokens(),
                report.cost() == 0 ? "" : String.format(Locale.ROOT, ", cost %.6f", report.cost()));
    }

    /** Bars of the share that got through, with the interval in front of and behind its end. */
    private static void curve(String name, ReliabilityCurve curve, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%s: a step is right %.1f %% [%.1f, %.1f] of the time; %s%n",
                name,
                100 * curve.step().estimate(),
                100 * curve.step().interval().low(),
                100 * curve.step().interval().high(),
                curve.alike().isPresent()
                        ? String.format(
                                Locale.ROOT,
                                curve.alike().getAsDouble() < 0.05
                                        ? "steps differ (p %.3f), so p^n does not describe them"
                                        : "nothing speaks against steps being alike (p %.2f)",
                                curve.alike().getAsDouble())
                        : "too few to tell whether steps are alike");
        List<Point> points = curve.points();
        for (Point point : points.subList(0, Math.min(MOST_STEPS, points.size()))) {
            out.printf(
                    Locale.ROOT,
                    "  %2d steps %s %5.1f %% [%.1f, %.1f]  p^n %5.1f %%  n %d%n",
                    point.steps(),
                    bar(point.through(), point.interval()),
                    100 * point.through(),
                    100 * point.interval().low(),
                    100 * point.interval().high(),
                    100 * point.geometric(),
                    point.chains());
        }
    }

    private static String bar(double value, Interval interval) {
        StringBuilder bar = new StringBuilder();
        for (int i = 0; i < BAR; i++) {
            double at = (i + 0.5) / BAR;
            boolean uncertain = interval.contains(at);
            bar.append(at <= value ? uncertain ? '▓' : '█' : uncertain ? '░' : ' ');
        }
        return bar.toString();
    }

    private static String share(double estimate, Interval interval) {
        return String.format(
                Locale.ROOT, "%.1f %% [%.1f, %.1f]", 100 * estimate, 100 * interval.low(), 100 * interval.high());
    }

    private static String difference(PairedDifference difference) {
        return String.format(
                Locale.ROOT,
                "%+.1f [%+.1f, %+.1f]",
                100 * difference.estimate(),
                100 * difference.interval().low(),
                100 * difference.interval().high());
    }
}
