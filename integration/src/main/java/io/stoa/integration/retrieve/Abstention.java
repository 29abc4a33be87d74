package io.stoa.integration.retrieve;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * When not to answer: below a score that was fitted on labelled questions. The score may be any number that is comparable
 * between questions, such as a {@link Reranker}'s for the best passage or the {@link Support} of the answer; the fused score of a
 * hybrid search is not.
 *
 * <p>The promise of {@link #fit}: with the chosen confidence over the choice of the labelled questions, at most the chosen
 * share of what is answered is wrong, provided that later questions are like the labelled ones. How: the labelled questions
 * are ranked by their scores; for each of {@value #LEVELS} shares of them (5 %, 10 % … 100 %) the true share of wrong answers
 * among those above the first one left out is bounded after Clopper and Pearson at the risk (1 − confidence) ÷ {@value #LEVELS},
 * so that all bounds hold at once (Bonferroni); the largest share whose bound is small enough is taken. This is Y. Geifman and R.
 * El-Yaniv, "Selective Classification for Deep Neural Networks", NeurIPS 2017 (SGR), with fixed levels in the place of their
 * search.
 *
 * @param threshold a question is answered when its score is above it; −∞ answers all
 * @param questions how many were labelled
 * @param answered how many of them are answered
 * @param wrong how many of those wrongly
 * @param bound on the share of wrong answers; what was asked for or less
 * @param confidence that the bound holds
 */
public record Abstention(double threshold, int questions, int answered, int wrong, double bound, double confidence) {
    private static final int LEVELS = 20;

    public Abstention {
        if (Double.isNaN(threshold) || wrong < 0 || wrong > answered || answered > questions) {
            throw new IllegalArgumentException(
                    "no threshold: " + threshold + ", " + wrong + " of " + answered + " of " + questions);
        }
    }

    /**
     * A question whose answer was judged.
     *
     * @param score what is known before it is answered
     * @param right whether answering it was right; false also for a question that the passages do not answer
     */
    public record Labelled(double score, boolean right) {
        public Labelled {
            if (Double.isNaN(score)) {
                throw new IllegalArgumentException("a score is not a number");
            }
        }
    }

    /** Whether a question is answered. */
    public boolean answers(double score) {
        return score > threshold;
    }

    /**
     * The lowest threshold that keeps the promise; empty where none does: there are too few questions ({@link #fewest}), or
     * the score does not tell right from wrong.
     *
     * @param mostWrong the largest share of wrong answers among the answered, in (0, 1)
     * @param confidence in (0, 1), such as 0.95
     */
    public static Optional<Abstention> fit(List<Labelled> labelled, double mostWrong, double confidence) {
        checked("the largest share of wrong answers", mostWrong);
        checked("a confidence", confidence);
        List<Labelled> ranked = labelled.stream()
                .sorted(Comparator.comparingDouble(Labelled::score).reversed())
                .toList();
        int n = ranked.size();
        double risk = (1 - confidence) / LEVELS;
        for (int level = LEVELS; level >= 1; level--) {
            int share = (int) ((long) n * level / LEVELS);
            double threshold =
                    share == n ? Double.NEGATIVE_INFINITY : ranked.get(share).score();
            List<Labelled> answered =
                    ranked.stream().filter(one -> one.score() > threshold).toList();
            int wrong = (int) answered.stream().filter(one -> !one.right()).count();
            if (!answered.isEmpty()) {
                double bound = BinomialBound.upper(wrong, answered.size(), risk);
                if (bound <= mostWrong) {
                    return Optional.of(new Abstention(threshold, n, answered.size(), wrong, bound, confidence));
                }
            }
        }
        return Optional.empty();
    }

    /** How many answered questions without a single wrong answer the promise needs: ln(risk) ÷ ln(1 − mostWrong). */
    public static int fewest(double mostWrong, double confidence) {
        checked("the largest share of wrong answers", mostWrong);
        checked("a confidence", confidence);
        return (int) Math.ceil(Math.log((1 - confidence) / LEVELS) / Math.log1p(-mostWrong));
    }

    /**
     * The other promise: a threshold above which a new question that can be answered lies with a probability of at least 1 −
     * {@code mostRefused}, on average over the labelled questions. It is just below the k-th smallest score, k = ⌊mostRefused ·
     * (n + 1)⌋: split conformal prediction, V. Vovk, A. Gammerman and G. Shafer, "Algorithmic Learning in a Random World" (2005);
     * empty where n is too small to refuse any.
     *
     * @param answerable the scores of questions that can be answered
     */
    public static OptionalDouble keeping(List<Double> answerable, double mostRefused) {
        checked("the largest share of refused questions", mostRefused);
        int k = (int) Math.floor(mostRefused * (answerable.size() + 1));
        return k < 1
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.nextDown(
                        answerable.stream().sorted().skip(k - 1L).findFirst().orElseThrow()));
    }

    private static void checked(String what, double share) {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException(what + " lies strictly between 0 and 1: " + share);
        }
    }
}
