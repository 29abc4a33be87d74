package io.stoa.integration.judge.metric;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;
import io.stoa.model.Score;
import io.stoa.model.Score.Stop;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * From where on a sentence counts as supported, and how often that errs, from sentences that people labelled.
 *
 * <p>The threshold makes sensitivity plus specificity largest (W. J. Youden, Cancer 3 (1950) 32–35). Both are then stated for
 * sentences that the threshold was not chosen by: in each of five folds by a threshold of the other four.
 *
 * @param threshold what a {@link Support} must reach
 * @param sensitivity the share of supported sentences that are found to be
 * @param specificity the share of others that are found not to be
 */
public record SupportCalibration(double threshold, Score sensitivity, Score specificity) {
    /** So many sentences of either sort are needed at least. */
    public static final int LEAST = 5;

    private static final int FOLDS = LEAST;
    private static final long SEED = 20_261_127;

    public SupportCalibration {
        requireNonNull(sensitivity, "sensitivity");
        requireNonNull(specificity, "specificity");
    }

    /**
     * A labelled sentence.
     *
     * @param support what the judge gave it
     * @param supported what people say
     */
    public record Labelled(double support, boolean supported) {}

    /**
     * Learns from labels.
     *
     * @param labelled at least five of either sort
     */
    public static SupportCalibration of(List<Labelled> labelled) {
        long yes = labelled.stream().filter(Labelled::supported).count();
        if (yes < FOLDS || labelled.size() - yes < FOLDS) {
            throw new IllegalArgumentException("a judge is calibrated by at least " + FOLDS
                    + " supported sentences and as many that are not: " + yes + " and " + (labelled.size() - yes));
        }
        List<Labelled> order = new ArrayList<>(labelled);
        Collections.shuffle(order, new Random(SEED));
        // Both sorts are dealt out in turn, so that every fold has both.
        order.sort((one, other) -> Boolean.compare(one.supported(), other.supported()));
        int hits = 0;
        int rejections = 0;
        for (int fold = 0; fold < FOLDS; fold++) {
            int held = fold;
            List<Labelled> others = IntStream.range(0, order.size())
                    .filter(i -> i % FOLDS != held)
                    .mapToObj(order::get)
                    .toList();
            double threshold = threshold(others);
            for (int i = fold; i < order.size(); i += FOLDS) {
                boolean found = order.get(i).support() >= threshold;
                hits += order.get(i).supported() && found ? 1 : 0;
                rejections += !order.get(i).supported() && !found ? 1 : 0;
            }
        }
        return new SupportCalibration(
                threshold(labelled),
                Scores.share(hits, (int) yes, Stop.EXHAUSTED),
                Scores.share(rejections, (int) (labelled.size() - yes), Stop.EXHAUSTED));
    }

    /** Halfway between the two values where sensitivity + specificity is largest; the lowest of several. */
    private static double threshold(List<Labelled> labelled) {
        List<Labelled> ascending = new ArrayList<>(labelled);
        ascending.sort((one, other) -> Double.compare(one.support(), other.support()));
        double yes = ascending.stream().filter(Labelled::supported).count();
        double no = ascending.size() - yes;
        double missed = 0;
        double rejected = 0;
        double best = 0;
        double threshold = ascending.getFirst().support();
        for (int i = 0; i + 1 < ascending.size(); i++) {
            missed += ascending.get(i).supported() ? 1 : 0;
            rejected += ascending.get(i).supported() ? 0 : 1;
            double here = ascending.get(i).support();
            double next = ascending.get(i + 1).support();
            double gain = rejected / no - missed / yes;
            if (next > here && gain > best + 1e-12) {
                best = gain;
                threshold = (here + next) / 2;
            }
        }
        return threshold;
    }

    public boolean supported(double support) {
        return support >= threshold;
    }

    /** Whether it tells more than a coin: sensitivity and specificity together above 1, by more than their errors. */
    public boolean informative() {
        return sensitivity.interval().low() + specificity.interval().low() > 1;
    }

    /**
     * The share of supported sentences, with the judge's errors taken out: (share found + specificity − 1) / (sensitivity +
     * specificity − 1), and an interval that holds the errors of both.
     *
     * <p>Sources: W. J. Rogan and B. Gladen, American Journal of Epidemiology 107 (1978) 71–76; the interval of Z. Lang and J.
     * Reiczigel, Preventive Veterinary Medicine 113 (2014) 13–22.
     *
     * @param found sentences that the judge takes for supported
     * @param n of so many
     * @throws IllegalStateException when it is not {@link #informative}
     */
    public Score corrected(int found, int n, Stop stop) {
        if (!informative()) {
            throw new IllegalStateException("the judge tells no more than a coin: sensitivity " + sensitivity.estimate()
                    + ", specificity " + specificity.estimate());
        }
        double z = NormalDistribution.of(0, 1).inverseCumulativeProbability(0.5 + Scores.CONFIDENCE / 2);
        double se = smoothed(sensitivity);
        double sp = smoothed(specificity);
        double seError = se * (1 - se) / (sensitivity.n() + 2);
        double spError = sp * (1 - sp) / (specificity.n() + 2);
        double items = n + z * z;
        double apparent = (found + z * z / 2) / items;
        double youden = se + sp - 1;
        double share = Math.clamp((apparent + sp - 1) / youden, 0, 1);
        double shift = 2 * z * z * (share * seError - (1 - share) * spError);
        double half = z
                / youden
                * Math.sqrt(apparent * (1 - apparent) / items
                        + share * share * seError
                        + (1 - share) * (1 - share) * spError);
        double estimate = Math.clamp(
                ((double) found / n + specificity.estimate() - 1)
                        / (sensitivity.estimate() + specificity.estimate() - 1),
                0,
                1);
        Interval interval = new Interval(
                Math.clamp(share + shift - half, 0, estimate), Math.clamp(share + shift + half, estimate, 1));
        return new Score(
                estimate, interval, Scores.CONFIDENCE, n, "Rogan and Gladen, interval of Lang and Reiczigel", stop);
    }

    private static double smoothed(Score score) {
        return (score.estimate() * score.n() + 1) / (score.n() + 2);
    }
}
