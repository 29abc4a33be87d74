package io.stoa.cli;

import io.stoa.benchmark.harness.Evaluated;
import io.stoa.benchmark.harness.Evaluation;
import io.stoa.benchmark.harness.LeaderboardScores;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The numbers of an evaluation, for people. */
final class BenchTable {
    /** So many missing tasks of a benchmark are named; of more their number is given. */
    private static final int SHOWN = 3;

    private BenchTable() {}

    static void print(Evaluation evaluation, PrintStream out) {
        List<Evaluated> all = new ArrayList<>(evaluation.tasks().values());
        evaluation.groups().stream().filter(group -> !group.numbers().isEmpty()).forEach(all::add);
        int taskWidth = width(all.stream().map(Evaluated::alias).toList(), "task");
        int metricWidth = width(
                all.stream()
                        .flatMap(task -> task.numbers().stream())
                        .map(BenchTable::metric)
                        .toList(),
                "metric");
        out.printf(
                Locale.ROOT,
                "%-" + taskWidth + "s  %9s  %-" + metricWidth + "s  %9s  %9s  %s%n",
                "task",
                "items",
                "metric",
                "value",
                "±stderr",
                "95 % interval");
        for (Evaluated task : all) {
            String label = task.alias();
            String items = String.format(Locale.ROOT, "%,d", task.asked());
            for (Evaluated.Figure number : task.numbers()) {
                String interval = number.interval()
                        .map(range -> String.format(Locale.ROOT, "%.4f to %.4f", range.low(), range.high()))
                        .orElse("");
                String error = number.standardError().isPresent()
                        ? String.format(
                                Locale.ROOT, "%.4f", number.standardError().getAsDouble())
                        : "";
                String line = String.format(
                        Locale.ROOT,
                        "%-" + taskWidth + "s  %9s  %-" + metricWidth + "s  %9.4f  %9s  %s",
                        label,
                        items,
                        metric(number),
                        number.value(),
                        error,
                        interval);
                out.println(line.stripTrailing());
                label = "";
                items = "";
            }
        }
        LeaderboardScores.of(evaluation).ifPresent(scores -> print(scores, out));
        for (Evaluated task : evaluation.tasks().values()) {
            if (task.available().filter(count -> count > task.asked()).isPresent()) {
                out.printf(
                        Locale.ROOT,
                        "%s: %,d of %,d documents counted%n",
                        task.alias(),
                        task.asked(),
                        task.available().orElse(0));
            }
            if (task.unanswered() > 0) {
                out.printf(
                        Locale.ROOT, "%s: empty answers, which count as wrong: %,d%n", task.alias(), task.unanswered());
            }
        }
    }

    private static void print(LeaderboardScores scores, PrintStream out) {
        scores.benchmarks()
                .forEach((benchmark, score) -> out.printf(Locale.ROOT, "board %s: %.2f%n", benchmark, score));
        List<String> missing = new ArrayList<>();
        scores.missing()
                .forEach((benchmark, tasks) -> missing.add(benchmark + " ("
                        + (tasks.size() > SHOWN ? tasks.size() + " tasks" : String.join(", ", tasks)) + ")"));
        out.println("board score" + (scores.board().equals(LeaderboardScores.VERSION_2) ? " (normalized)" : "") + ": "
                + (scores.score().isPresent()
                        ? String.format(Locale.ROOT, "%.2f", scores.score().getAsDouble())
                        : "none, for it lacks " + String.join(", ", missing)));
    }

    private static String metric(Evaluated.Figure number) {
        return (number.filter().equals("none") ? number.metric() : number.metric() + " " + number.filter())
                + (number.higherIsBetter() ? "" : " ↓");
    }

    private static int width(List<String> texts, String least) {
        return Math.max(
                least.length(), texts.stream().mapToInt(String::length).max().orElse(0));
    }
}
