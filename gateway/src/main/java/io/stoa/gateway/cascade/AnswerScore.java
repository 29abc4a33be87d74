package io.stoa.gateway.cascade;

import io.stoa.gateway.cascade.Cascade.LocalAnswer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Guesses after generation how good the small model's answer is: from how sure it was of its tokens, how the answer
 * looks, and the prompt's words. Log-probabilities are needed; margins help.
 */
final class AnswerScore {
    private static final List<String> NAMES = List.of(
            "mean log-probability",
            "least log-probability",
            "first token's log-probability",
            "share of unsure tokens",
            "mean margin",
            "least margin",
            "first token's margin",
            "mean entropy of the top two",
            "answer's length",
            "stopped by itself",
            "hedging words");

    static final int SIGNALS = NAMES.size();

    /** Tokens below this probability count as unsure. */
    private static final double UNSURE = Math.log(0.8);

    /** Beyond these a token is lost, however far. */
    private static final double LEAST = -20;

    private final boolean words;
    private final List<Double> means;
    private final List<Double> deviations;
    private final Logistic model;

    /**
     * @param words whether the prompt's words are looked at too
     * @param means of each signal in training
     * @param deviations of each signal in training
     */
    AnswerScore(boolean words, List<Double> means, List<Double> deviations, Logistic model) {
        if (means.size() != SIGNALS || deviations.size() != SIGNALS || model.weights().length != size(words)) {
            throw new IllegalArgumentException("not a score of answers: " + means.size() + " means, "
                    + deviations.size() + " deviations and " + model.weights().length + " weights");
        }
        this.words = words;
        this.means = List.copyOf(means);
        this.deviations = List.copyOf(deviations);
        this.model = model;
    }

    boolean words() {
        return words;
    }

    List<Double> means() {
        return means;
    }

    List<Double> deviations() {
        return deviations;
    }

    Logistic model() {
        return model;
    }

    static int size(boolean words) {
        return SIGNALS + (words ? TextFeatures.SIZE : 0);
    }

    /** Whether an answer tells what is needed. */
    static boolean readable(LocalAnswer answer) {
        return !answer.tokenLogProbabilities().isEmpty()
                && (answer.margins().isEmpty()
                        || answer.margins().size()
                                == answer.tokenLogProbabilities().size());
    }

    /**
     * Fits with and without the prompt's words and keeps what predicts better in cross-validation.
     *
     * @param examples all with readable answers
     * @param targets what is to be predicted of each, in [0, 1]
     */
    static AnswerScore fit(List<Labelled> examples, double[] targets, long seed) {
        double[][] rows = examples.stream()
                .map(example -> signals(example.answer().orElseThrow()))
                .toArray(double[][]::new);
        double[] means = new double[SIGNALS];
        double[] deviations = new double[SIGNALS];
        for (int j = 0; j < SIGNALS; j++) {
            for (double[] row : rows) {
                means[j] += row[j] / rows.length;
            }
            for (double[] row : rows) {
                deviations[j] += (row[j] - means[j]) * (row[j] - means[j]) / rows.length;
            }
            // A signal that never varied says nothing, whatever it becomes later.
            deviations[j] = deviations[j] > 1e-12 ? Math.sqrt(deviations[j]) : 1e9;
        }
        AnswerScore bare = fit(false, means, deviations, examples, targets, seed);
        AnswerScore full = fit(true, means, deviations, examples, targets, seed);
        return full.heldOutLoss(examples, targets, seed) < bare.heldOutLoss(examples, targets, seed) ? full : bare;
    }

    private static AnswerScore fit(
            boolean words, double[] means, double[] deviations, List<Labelled> examples, double[] targets, long seed) {
        AnswerScore blank = new AnswerScore(
                words,
                Arrays.stream(means).boxed().toList(),
                Arrays.stream(deviations).boxed().toList(),
                new Logistic(0, new double[size(words)], 1));
        Logistic fitted = Logistic.chosen(blank.features(examples), targets, size(words), seed);
        return new AnswerScore(words, blank.means, blank.deviations, fitted.rounded());
    }

    private double heldOutLoss(List<Labelled> examples, double[] targets, long seed) {
        double[] scores = outOfFold(examples, targets, seed);
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            double p = Math.clamp(scores[i], 1e-9, 1 - 1e-9);
            sum -= targets[i] * Math.log(p) + (1 - targets[i]) * Math.log1p(-p);
        }
        return sum;
    }

    /** The score of each example from a fit that has not seen it. */
    double[] outOfFold(List<Labelled> examples, double[] targets, long seed) {
        return Logistic.outOfFold(features(examples), targets, size(words), model.penalty(), seed);
    }

    private List<Features> features(List<Labelled> examples) {
        return examples.stream()
                .map(example -> {
                    Features own = Features.dense(standard(example.answer().orElseThrow()));
                    return words ? own.and(TextFeatures.of(example.prompt()), SIGNALS) : own;
                })
                .toList();
    }

    /** The fitted probability that keeping the answer costs nothing. */
    double score(String prompt, LocalAnswer answer) {
        double[] standard = standard(answer);
        double sum = model.intercept();
        for (int j = 0; j < SIGNALS; j++) {
            sum += model.weights()[j] * standard[j];
        }
        return Logistic.sigmoid(words ? sum + TextFeatures.times(prompt, model.weights(), SIGNALS) : sum);
    }

    /** What each feature adds to the score's logit. */
    Map<String, Double> contributions(String prompt, LocalAnswer answer) {
        Map<String, Double> all =
                words ? TextFeatures.contributions(prompt, model.weights(), SIGNALS) : new TreeMap<>();
        double[] standard = standard(answer);
        for (int j = 0; j < SIGNALS; j++) {
            all.put(NAMES.get(j), model.weights()[j] * standard[j]);
        }
        all.put("(constant)", model.intercept());
        return all;
    }

    private double[] standard(LocalAnswer answer) {
        double[] signals = signals(answer);
        for (int j = 0; j < SIGNALS; j++) {
            // Far outside what training saw, a line is no guide: more is not believed than five deviations.
            signals[j] = Math.clamp((signals[j] - means.get(j)) / deviations.get(j), -5, 5);
        }
        return signals;
    }

    private static double[] signals(LocalAnswer answer) {
        List<Double> logs = answer.tokenLogProbabilities();
        List<Double> margins = answer.margins();
        double sum = 0;
        double least = 0;
        int unsure = 0;
        for (double raw : logs) {
            double log = bounded(raw, LEAST, 0);
            sum += log;
            least = Math.min(least, log);
            unsure += log < UNSURE ? 1 : 0;
        }
        double marginSum = 0;
        double leastMargin = -LEAST;
        double entropy = 0;
        for (double raw : margins) {
            double margin = bounded(raw, LEAST, -LEAST);
            marginSum += margin;
            leastMargin = Math.min(leastMargin, margin);
            entropy += entropy(Logistic.sigmoid(margin));
        }
        int n = Math.max(1, logs.size());
        int m = Math.max(1, margins.size());
        return new double[] {
            sum / n,
            Math.log1p(-least),
            logs.isEmpty() ? 0 : bounded(logs.getFirst(), LEAST, 0),
            (double) unsure / n,
            marginSum / m,
            margins.isEmpty() ? 0 : leastMargin,
            margins.isEmpty() ? 0 : bounded(margins.getFirst(), LEAST, -LEAST),
            entropy / m,
            Math.log1p(logs.size()),
            answer.finish().equals("stop") || answer.finish().equals("tool_calls") ? 1 : 0,
            hedged(answer.text()) ? 1 : 0
        };
    }

    private static double bounded(double value, double low, double high) {
        return Double.isNaN(value) ? low : Math.clamp(value, low, high);
    }

    private static double entropy(double p) {
        return p <= 0 || p >= 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log1p(-p);
    }

    private static boolean hedged(String text) {
        return text.regionMatches(true, 0, "I do not know", 0, 13)
                || text.regionMatches(true, 0, "I don't know", 0, 12)
                || text.regionMatches(true, 0, "I'm not sure", 0, 12)
                || text.regionMatches(true, 0, "I cannot", 0, 8);
    }
}
