package io.stoa.gateway.cascade;

import java.util.Arrays;
import java.util.List;

/**
 * What a certificate bounds. {@code local} is the event that the small model's answer is used.
 *
 * <p>The conditional ones speak of the answers that users get from the small model, the others of all traffic: keeping
 * less always lowers those.
 */
public enum Risk {
    /** E[1 − small | local]: how often a local answer is wrong, whatever the large model would have said. */
    WRONG_AMONG_LOCAL("wrong among local answers", true),
    /** E[max(0, large − small) | local]: how often a local answer is worse than the large model's. */
    HARM_AMONG_LOCAL("worse than the large model among local answers", true),
    /** E[max(0, large − small) · 1{local}]: the part of all traffic that is worse off than under the large model. */
    HARM("worse than the large model among all requests", false),
    /**
     * E[(large − small) · 1{local}]: the mean quality lost against always asking the large model; what the small model
     * does better counts against what it does worse.
     */
    LOSS("mean quality lost against the large model", false);

    private final String words;
    private final boolean amongLocal;

    Risk(String words, boolean amongLocal) {
        this.words = words;
        this.amongLocal = amongLocal;
    }

    /** For people. */
    public String words() {
        return words;
    }

    /** Whether it is a mean over the local answers only. */
    public boolean amongLocal() {
        return amongLocal;
    }

    /** What keeping this example's small answer costs. */
    public double cost(Labelled example) {
        return switch (this) {
            case WRONG_AMONG_LOCAL -> 1 - example.small();
            case HARM_AMONG_LOCAL, HARM -> example.harm();
            case LOSS -> example.large() - example.small();
        };
    }

    /** What a score should predict: 1 where keeping costs least. */
    double target(Labelled example) {
        return switch (this) {
            case WRONG_AMONG_LOCAL, HARM_AMONG_LOCAL, HARM -> 1 - cost(example);
            case LOSS -> (1 - cost(example)) / 2;
        };
    }

    /**
     * The risk on examples, with an upper bound.
     *
     * @param kept whether the example's local answer is used, in the order of the examples
     */
    public Estimate estimate(List<Labelled> examples, boolean[] kept, double delta) {
        double[] losses = losses(examples, kept);
        double sum = 0;
        boolean whole = true;
        for (double loss : losses) {
            sum += loss;
            whole &= loss == 0 || loss == 1;
        }
        double mean = losses.length == 0 ? 0 : sum / losses.length;
        if (this == LOSS) {
            double[] moved = new double[losses.length];
            for (int i = 0; i < moved.length; i++) {
                moved[i] = (1 + losses[i]) / 2;
            }
            return new Estimate(losses.length, sum, mean, 2 * RiskBounds.betting(moved, delta) - 1, Method.BETTING);
        }
        return whole
                ? new Estimate(
                        losses.length,
                        sum,
                        mean,
                        RiskBounds.clopperPearson(Math.round(sum), losses.length, delta),
                        Method.CLOPPER_PEARSON)
                : new Estimate(losses.length, sum, mean, RiskBounds.betting(losses, delta), Method.BETTING);
    }

    private double[] losses(List<Labelled> examples, boolean[] kept) {
        double[] losses = new double[examples.size()];
        int n = 0;
        for (int i = 0; i < kept.length; i++) {
            if (kept[i]) {
                losses[n++] = cost(examples.get(i));
            } else if (!amongLocal) {
                losses[n++] = 0;
            }
        }
        return Arrays.copyOf(losses, n);
    }

    /** How a bound was computed. */
    public enum Method {
        /** Losses are 0 or 1. */
        CLOPPER_PEARSON,
        /** Losses lie between. */
        BETTING
    }

    /**
     * A risk with its upper bound.
     *
     * @param n how many losses were averaged
     * @param losses their sum
     * @param mean their mean; 0 where there were none
     * @param bound no smaller than the true risk, but for the chance δ
     */
    public record Estimate(int n, double losses, double mean, double bound, Method method) {}
}
