package io.stoa.benchmark.harness;

import io.stoa.benchmark.stats.Means;
import io.stoa.benchmark.stats.Proportions;
import io.stoa.model.Interval;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/** Collects what documents contribute, and makes a task's numbers of it. */
final class Tally {
    /** The harness draws 100,000 bootstrap samples. */
    static final int ROUNDS = 100_000;

    private static final double CONFIDENCE = 0.95;

    private final TaskConfig task;
    private final Map<String, Metric> metrics = new LinkedHashMap<>();
    private final SequencedMap<Key, List<Measured>> contributions = new LinkedHashMap<>();
    private int asked;
    private int unanswered;

    private record Key(String metric, String filter) {}

    Tally(TaskConfig task) {
        this.task = task;
        task.metrics().forEach(metric -> metrics.put(metric.name(), metric));
    }

    /** Adds a document. */
    void add(Evaluator.Scored scored) {
        asked++;
        unanswered += scored.answered() ? 0 : 1;
        for (Sample sample : scored.samples()) {
            sample.scores()
                    .forEach((metric, measured) -> contributions
                            .computeIfAbsent(new Key(metric, sample.filter()), _ -> new ArrayList<>())
                            .add(measured));
        }
    }

    int asked() {
        return asked;
    }

    /**
     * The numbers.
     *
     * @param available how many documents the task has, where known
     * @param rounds of the bootstrap, for metrics without a closed standard error
     */
    Evaluated evaluated(Optional<Integer> available, int rounds) {
        if (asked == 0) {
            throw StoaException.user("task " + task.name() + ": no document was scored; is the file empty?");
        }
        List<Evaluated.Figure> numbers = new ArrayList<>();
        contributions.forEach((key, measured) -> numbers.add(number(key, measured, rounds)));
        return new Evaluated(task.name(), task.alias(), asked, available, unanswered, numbers);
    }

    private Evaluated.Figure number(Key key, List<Measured> measured, int rounds) {
        Optional<Metric> metric = Optional.ofNullable(metrics.get(key.metric()));
        Aggregation aggregation = metric.map(Metric::aggregation).orElse(Aggregation.MEAN);
        OptionalDouble error = aggregation.standardError(measured, rounds);
        return new Evaluated.Figure(
                key.metric(),
                key.filter(),
                aggregation.of(measured),
                error,
                aggregation.name().equals("mean") ? interval(measured, error) : Optional.empty(),
                metric.map(Metric::higherIsBetter).orElse(true));
    }

    private static Optional<Interval> interval(List<Measured> measured, OptionalDouble error) {
        List<Double> values = Aggregation.values(measured);
        if (values.stream().allMatch(value -> value == 0 || value == 1)) {
            int right = (int) values.stream().filter(value -> value == 1).count();
            return Optional.of(Proportions.wilson(right, values.size(), CONFIDENCE));
        }
        return error.isPresent()
                ? Optional.of(Means.interval(Means.mean(values), error.getAsDouble(), values.size(), CONFIDENCE))
                : Optional.empty();
    }
}
