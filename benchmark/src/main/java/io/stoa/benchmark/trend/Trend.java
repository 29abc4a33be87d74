package io.stoa.benchmark.trend;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.gate.ResultsFile;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * All results in time order.
 *
 * @param level the rate of false alarms over all series together
 */
public record Trend(int files, double level, List<Series> series) {
    /** Of false alarms, over all series together. */
    public static final double LEVEL = 0.05;

    private static final long SEED = 20_250_301;

    public Trend {
        series = List.copyOf(series);
    }

    /**
     * One task and metric.
     *
     * @param unknown why it cannot be told whether it changed; empty where it can
     */
    public record Series(
            String task, String metric, List<Point> points, List<Change> changes, Optional<String> unknown) {
        public Series {
            requireNonNull(task, "task");
            requireNonNull(metric, "metric");
            requireNonNull(unknown, "unknown");
            points = List.copyOf(points);
            changes = List.copyOf(changes);
        }
    }

    /** One run. */
    public record Point(
            LocalDateTime date, String model, double value, OptionalDouble standardError, OptionalInt n, Path file) {
        public Point {
            requireNonNull(date, "date");
            requireNonNull(model, "model");
            requireNonNull(standardError, "standardError");
            requireNonNull(n, "n");
            requireNonNull(file, "file");
        }
    }

    /**
     * One change of the mean.
     *
     * @param at the first run after it
     * @param size the mean until the next change less the mean since the last one
     * @param p adjusted over all places and series
     */
    public record Change(Point at, double size, double p) {
        public Change {
            requireNonNull(at, "at");
        }
    }

    /**
     * Reads all results of some folders.
     *
     * @param metric {@code METRIC} or {@code METRIC,FILTER}; else the one that each task lists first
     * @param task only this one
     * @param notice is told what is doubtful
     * @throws StoaException of kind USER for a file without a date, and where nothing has that metric or task
     */
    public static Trend of(List<Path> places, Optional<String> metric, Optional<String> task, Consumer<String> notice) {
        Map<Path, ResultsFile> files = new LinkedHashMap<>();
        for (Path place : places) {
            ResultsFile.in(place).forEach(file -> files.putIfAbsent(real(file.path()), file));
        }
        List<ResultsFile> ordered =
                files.values().stream().sorted(ResultsFile.order()).toList();
        Map<Key, List<Point>> points = new LinkedHashMap<>();
        Set<String> metrics = new TreeSet<>();
        Set<String> tasks = new TreeSet<>();
        for (ResultsFile file : ordered) {
            LocalDateTime date = file.date()
                    .orElseThrow(() -> StoaException.user(
                            file.path() + ": has no date; name it as lm_eval does, results_2025-01-31T12-00-00.json"));
            file.tasks().values().forEach(found -> {
                tasks.add(found.name());
                found.numbers().forEach(number -> metrics.add(number.metric()));
                if (task.isPresent() && !task.get().equals(found.name())) {
                    return;
                }
                Optional<ResultsFile.Measure> measure = metric.isPresent()
                        ? found.number(metric.get())
                        : found.numbers().stream().findFirst();
                measure.ifPresent(number -> points.computeIfAbsent(
                                new Key(found.name(), number.key()), _ -> new ArrayList<>())
                        .add(new Point(
                                date, file.model(), number.value(), number.standardError(), found.n(), file.path())));
            });
        }
        task.ifPresent(name -> require("task", name, tasks));
        if (points.isEmpty()) {
            metric.ifPresent(name -> require("metric", name, metrics));
            throw StoaException.user(places + ": no results file holds such a number; leave out --task or --metric");
        }
        points.forEach((key, series) -> sameDate(key, series, notice));
        points.forEach((key, series) -> alternating(key, series, notice));
        int testable =
                (int) points.values().stream().filter(one -> one.size() > 1).count();
        ChangePoints search = new ChangePoints(LEVEL, Math.max(1, testable), SEED);
        List<Series> series = new ArrayList<>();
        points.forEach((key, found) -> series.add(series(key, found, search)));
        return new Trend(ordered.size(), LEVEL, series);
    }

    private record Key(String task, String metric) {}

    private static void require(String what, String name, Set<String> names) {
        if (!names.contains(name)) {
            throw StoaException.user("no results file holds the " + what + " \"" + name + "\""
                    + Spelling.hint(name, names).orElse("; there are " + names));
        }
    }

    /** The same file may be found twice, through two folders or a link. */
    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException _) {
            return file.toAbsolutePath().normalize();
        }
    }

    private static void sameDate(Key key, List<Point> points, Consumer<String> notice) {
        for (int i = 1; i < points.size(); i++) {
            if (points.get(i).date().equals(points.get(i - 1).date())) {
                notice.accept(key.task + ": " + points.get(i - 1).file() + " and "
                        + points.get(i).file() + " have the same date, and stand in the order of their names");
            }
        }
    }

    /** A model that comes back after another is no successor: then two series were thrown together. */
    private static void alternating(Key key, List<Point> points, Consumer<String> notice) {
        Set<String> left = new TreeSet<>();
        for (int i = 1; i < points.size(); i++) {
            String before = points.get(i - 1).model();
            String model = points.get(i).model();
            if (!model.equals(before)) {
                left.add(before);
            }
            if (left.contains(model)) {
                notice.accept(key.task + ": runs of " + before + " and " + model
                        + " take turns, so a change may be one of the model; name the runs of one model");
                return;
            }
        }
    }

    private static Series series(Key key, List<Point> points, ChangePoints search) {
        if (points.size() < 2) {
            return new Series(key.task, key.metric, points, List.of(), Optional.of("there is one run only"));
        }
        double[] values = points.stream().mapToDouble(Point::value).toArray();
        boolean sure = points.stream()
                .allMatch(point -> point.standardError().isPresent()
                        && point.standardError().getAsDouble() > 0);
        double[] errors = sure
                ? points.stream()
                        .mapToDouble(point -> point.standardError().getAsDouble())
                        .toArray()
                : new double[0];
        OptionalInt first = points.getFirst().n();
        boolean alike =
                first.isPresent() && points.stream().allMatch(point -> point.n().equals(first));
        List<ChangePoints.Found> found = sure || alike ? search.in(values, errors, alike) : List.of();
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            int from = i == 0 ? 0 : found.get(i - 1).at();
            int at = found.get(i).at();
            int to = i + 1 < found.size() ? found.get(i + 1).at() : values.length;
            double size = mean(points.subList(at, to)) - mean(points.subList(from, at));
            changes.add(new Change(points.get(at), size, found.get(i).p()));
        }
        Optional<String> unknown = sure || !changes.isEmpty()
                ? Optional.empty()
                : Optional.of("not every run has a standard error above 0"
                        + (alike ? "; by the scatter alone nothing is shown" : ""));
        return new Series(key.task, key.metric, points, changes, unknown);
    }

    private static double mean(List<Point> points) {
        return points.stream().mapToDouble(Point::value).average().orElseThrow();
    }
}
