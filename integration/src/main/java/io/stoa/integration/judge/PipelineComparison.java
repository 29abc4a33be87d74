package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.judge.metric.PairedDifference;
import io.stoa.integration.judge.metric.Scores;
import io.stoa.model.Score;
import io.stoa.model.measure.MultipleTests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Two pipelines, or one with two models, on the same items.
 *
 * @param first what the first came to
 * @param second what the second came to
 * @param rows one for each measure that both have
 */
public record PipelineComparison(EvaluationReport first, EvaluationReport second, List<Row> rows) {
    private static final double ALPHA = 0.05;

    public PipelineComparison {
        requireNonNull(first, "first");
        requireNonNull(second, "second");
        rows = List.copyOf(rows);
    }

    /**
     * One measure.
     *
     * @param first the first's score over the items that both have a score of
     * @param second the second's
     * @param difference the second less the first, item by item
     * @param adjusted its p-value after Holm over all rows
     */
    public record Row(String measure, Score first, Score second, PairedDifference difference, double adjusted) {
        public Row {
            requireNonNull(first, "first");
            requireNonNull(second, "second");
            requireNonNull(difference, "difference");
        }

        /** Whether the difference stands out of chance. */
        public boolean shown() {
            return adjusted <= ALPHA;
        }
    }

    /**
     * Compares two runs.
     *
     * @throws io.stoa.model.StoaException of kind {@code USER} where they are not of the same items
     */
    public static PipelineComparison of(EvaluationRun first, EvaluationRun second) {
        PipelineGate.sameItems(first, second);
        Map<String, PairedDifference> differences = new LinkedHashMap<>();
        Map<String, Score> ones = new LinkedHashMap<>();
        Map<String, Score> others = new LinkedHashMap<>();
        for (String measure : first.measures()) {
            List<Double> one = new ArrayList<>();
            List<Double> other = new ArrayList<>();
            for (int i = 0; i < first.results().size(); i++) {
                OptionalDouble left = first.results().get(i).score(measure);
                OptionalDouble right = second.results().get(i).score(measure);
                if (left.isPresent() && right.isPresent()) {
                    one.add(left.getAsDouble());
                    other.add(right.getAsDouble());
                }
            }
            if (!one.isEmpty()) {
                differences.put(measure, PairedDifference.of(one, other, Scores.CONFIDENCE));
                ones.put(measure, Scores.mean(one, first.stop()));
                others.put(measure, Scores.mean(other, second.stop()));
            }
        }
        List<Double> adjusted = MultipleTests.holm(
                differences.values().stream().map(PairedDifference::p).toList());
        List<Row> rows = new ArrayList<>();
        int at = 0;
        for (Map.Entry<String, PairedDifference> entry : differences.entrySet()) {
            String measure = entry.getKey();
            rows.add(new Row(
                    measure,
                    requireNonNull(ones.get(measure)),
                    requireNonNull(others.get(measure)),
                    entry.getValue(),
                    adjusted.get(at++)));
        }
        return new PipelineComparison(EvaluationReport.of(first), EvaluationReport.of(second), rows);
    }
}
