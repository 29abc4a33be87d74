package io.stoa.benchmark.harness;

import io.stoa.benchmark.metric.Bleu;
import io.stoa.benchmark.metric.Chrf;
import io.stoa.benchmark.metric.Classification;
import io.stoa.benchmark.metric.Ter;
import io.stoa.benchmark.stats.Means;
import io.stoa.benchmark.task.PythonRandom;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * How the documents' contributions become one number, with the harness' names and its standard errors.
 *
 * @param name as task files write it
 * @param function of the contributions, at least one
 * @param uncertainty how its standard error is found
 */
record Aggregation(String name, ToDoubleFunction<List<Measured>> function, Uncertainty uncertainty) {
    /** Where a standard error comes from. */
    enum Uncertainty {
        /** The sample standard deviation over √n. */
        CLOSED,
        /** The harness' bootstrap: the same draws of Python's generator, seeded with the number of each thousand. */
        BOOTSTRAP,
        /** As {@link #BOOTSTRAP}, at most a hundred draws. */
        SHORT_BOOTSTRAP,
        /** The harness has none. */
        NONE
    }

    private static final int CHUNK = 1000;
    private static final int SHORT = 100;

    /** The mean, which the harness takes where a task says nothing else. */
    static final Aggregation MEAN =
            new Aggregation("mean", measured -> Means.mean(values(measured)), Uncertainty.CLOSED);

    private static final Map<String, Aggregation> KNOWN = known();

    private static Map<String, Aggregation> known() {
        List<Aggregation> all = List.of(
                MEAN,
                new Aggregation("median", Aggregation::median, Uncertainty.BOOTSTRAP),
                new Aggregation("nanmean", Aggregation::meanOfNumbers, Uncertainty.BOOTSTRAP),
                new Aggregation(
                        "perplexity", measured -> Math.exp(-Means.mean(values(measured))), Uncertainty.BOOTSTRAP),
                new Aggregation("weighted_perplexity", measured -> Math.exp(-weightedMean(measured)), Uncertainty.NONE),
                new Aggregation("bits_per_byte", measured -> -weightedMean(measured) / Math.log(2), Uncertainty.NONE),
                new Aggregation("f1", measured -> classified(measured).f1(1), Uncertainty.BOOTSTRAP),
                new Aggregation(
                        "matthews_corrcoef", measured -> classified(measured).matthews(), Uncertainty.BOOTSTRAP),
                new Aggregation("brier_score", Aggregation::brier, Uncertainty.NONE),
                new Aggregation(
                        "bleu",
                        measured -> Bleu.corpus(predictions(measured), references(measured)),
                        Uncertainty.SHORT_BOOTSTRAP),
                new Aggregation(
                        "chrf",
                        measured -> new Chrf(0).corpus(predictions(measured), references(measured)),
                        Uncertainty.SHORT_BOOTSTRAP),
                new Aggregation(
                        "chrf++",
                        measured -> new Chrf(2).corpus(predictions(measured), references(measured)),
                        Uncertainty.SHORT_BOOTSTRAP),
                new Aggregation(
                        "ter",
                        measured -> Ter.corpus(predictions(measured), references(measured)),
                        Uncertainty.SHORT_BOOTSTRAP),
                new Aggregation("bypass", measured -> 999, Uncertainty.NONE));
        return all.stream()
                .collect(Collectors.toMap(Aggregation::name, aggregation -> aggregation, (a, b) -> a, TreeMap::new));
    }

    /** One by its name. */
    static Optional<Aggregation> named(String name) {
        return Optional.ofNullable(KNOWN.get(name));
    }

    /** All names, sorted. */
    static Set<String> names() {
        return KNOWN.keySet();
    }

    /** Pools the decisions of all documents, as the harness does for IFEval's instructions. */
    static Aggregation pooled(String name) {
        return new Aggregation(
                name,
                measured -> measured.stream()
                        .flatMap(one -> ((Measured.Flags) one).flags().stream())
                        .mapToDouble(flag -> flag ? 1 : 0)
                        .average()
                        .orElseThrow(),
                Uncertainty.NONE);
    }

    double of(List<Measured> measured) {
        return function.applyAsDouble(measured);
    }

    /**
     * The standard error.
     *
     * @param rounds how often is drawn where it is found by bootstrap; 0 leaves that out
     * @return absent where the harness gives none
     */
    OptionalDouble standardError(List<Measured> measured, int rounds) {
        if (measured.size() < 2 || rounds < 1) {
            return OptionalDouble.empty();
        }
        return switch (uncertainty) {
            case CLOSED -> OptionalDouble.of(Means.standardError(values(measured)));
            case BOOTSTRAP -> OptionalDouble.of(bootstrap(measured, rounds));
            case SHORT_BOOTSTRAP -> OptionalDouble.of(bootstrap(measured, Math.min(SHORT, rounds)));
            case NONE -> OptionalDouble.empty();
        };
    }

    private double bootstrap(List<Measured> measured, int rounds) {
        int chunk = Math.min(CHUNK, rounds);
        List<Double> drawn = new ArrayList<>();
        for (int seed = 0; seed < rounds / chunk; seed++) {
            PythonRandom random = new PythonRandom(seed);
            for (int i = 0; i < chunk; i++) {
                List<Measured> sample = new ArrayList<>(measured.size());
                for (int j = 0; j < measured.size(); j++) {
                    sample.add(measured.get((int) (random.next() * measured.size())));
                }
                drawn.add(of(sample));
            }
        }
        return Means.standardError(drawn) * Math.sqrt(drawn.size());
    }

    static List<Double> values(List<Measured> measured) {
        List<Double> values = new ArrayList<>(measured.size());
        for (Measured one : measured) {
            if (!(one instanceof Measured.Value value)) {
                throw StoaException.user("a mean needs one number a document, not "
                        + one.getClass().getSimpleName() + "; use the metric's own aggregation");
            }
            values.add(value.value());
        }
        return values;
    }

    private static double median(List<Measured> measured) {
        List<Double> sorted = new ArrayList<>(values(measured));
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    private static double meanOfNumbers(List<Measured> measured) {
        return values(measured).stream()
                .filter(value -> !Double.isNaN(value))
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(Double.NaN);
    }

    private static double weightedMean(List<Measured> measured) {
        double sum = 0;
        double weights = 0;
        for (Measured one : measured) {
            Measured.Weighted weighted = (Measured.Weighted) one;
            sum += weighted.logLikelihood();
            weights += weighted.weight();
        }
        return sum / weights;
    }

    private static Classification<Integer> classified(List<Measured> measured) {
        List<Measured.Label> labels =
                measured.stream().map(Measured.Label.class::cast).toList();
        return new Classification<>(
                labels.stream().map(Measured.Label::gold).toList(),
                labels.stream().map(Measured.Label::predicted).toList());
    }

    /** Σ over classes of (probability − truth)², averaged over documents. */
    private static double brier(List<Measured> measured) {
        double sum = 0;
        for (Measured one : measured) {
            Measured.Distribution distribution = (Measured.Distribution) one;
            for (int i = 0; i < distribution.probabilities().size(); i++) {
                double difference = distribution.probabilities().get(i) - (i == distribution.gold() ? 1 : 0);
                sum += difference * difference;
            }
        }
        return sum / measured.size();
    }

    private static List<String> predictions(List<Measured> measured) {
        return measured.stream().map(one -> ((Measured.Texts) one).prediction()).toList();
    }

    private static List<List<String>> references(List<Measured> measured) {
        return measured.stream().map(one -> ((Measured.Texts) one).references()).toList();
    }
}
