package io.stoa.benchmark.stats;

import io.stoa.model.Interval;

/**
 * What share is true when an error-prone judge says a share, and the judge's errors are themselves known from a sample
 * only. The sample (of items that people labelled) and the items that were judged must be different ones; where the
 * labelled items are drawn from the judged ones, {@link PredictionPowered} is narrower.
 *
 * @param yes items that the judge called right
 * @param n items that were judged, at least 1
 * @param rightCalledRight of the labelled items those that people and the judge called right
 * @param right labelled items that people called right, at least 1
 * @param wrongCalledWrong of the labelled items those that people and the judge called wrong
 * @param wrong labelled items that people called wrong, at least 1
 */
public record JudgedShare(int yes, int n, int rightCalledRight, int right, int wrongCalledWrong, int wrong) {
    private static final Interval NOTHING_KNOWN = new Interval(0, 1);

    public JudgedShare {
        requireShare("items called right", yes, n);
        requireShare("right labelled items called right", rightCalledRight, right);
        requireShare("wrong labelled items called wrong", wrongCalledWrong, wrong);
    }

    private static void requireShare(String what, int part, int whole) {
        if (whole < 1 || part < 0 || part > whole) {
            throw new IllegalArgumentException(what + ": not a share: " + part + " of " + whole);
        }
    }

    /** How often the judge calls right what is right. */
    public double sensitivity() {
        return (double) rightCalledRight / right;
    }

    /** How often the judge calls wrong what is wrong. */
    public double specificity() {
        return (double) wrongCalledWrong / wrong;
    }

    /**
     * The share of truly right items: (q + specificity − 1) / (sensitivity + specificity − 1), kept in [0, 1]; the judge's
     * own share q where the judge did no better than chance on the labelled items, as nothing can be corrected by it.
     *
     * <p>Source: W. J. Rogan and B. Gladen, Am. J. Epidemiol. 107 (1978) 71–76.
     */
    public double estimate() {
        double share = (double) yes / n;
        double youden = sensitivity() + specificity() - 1;
        return youden <= 0 ? share : Math.clamp((share + specificity() - 1) / youden, 0, 1);
    }

    /**
     * A confidence interval of the true share, which holds the error of the judged sample and that of the calibration. It
     * is [0, 1] unless the judge is better than chance at the same confidence.
     *
     * <p>Source: Z. Lang and J. Reiczigel, Prev. Vet. Med. 113 (2014) 13–22: all three shares are drawn towards ½, and the
     * normal interval is moved by 2z² (P · var(Se) − (1 − P) · var(Sp)).
     *
     * @param confidence the level in (0, 1), such as 0.95
     */
    public Interval interval(double confidence) {
        double z = Proportions.quantile(confidence);
        Shrunk share = Shrunk.of(yes, n, z * z);
        Shrunk sensitivity = Shrunk.of(rightCalledRight, right, 2);
        Shrunk specificity = Shrunk.of(wrongCalledWrong, wrong, 2);
        double youden = sensitivity.value + specificity.value - 1;
        if (youden <= z * Math.sqrt(sensitivity.variance + specificity.variance)) {
            return NOTHING_KNOWN;
        }
        double corrected = (share.value + specificity.value - 1) / youden;
        double half = z
                * Math.sqrt(share.variance
                        + corrected * corrected * sensitivity.variance
                        + (1 - corrected) * (1 - corrected) * specificity.variance)
                / youden;
        double centre =
                corrected + 2 * z * z * (corrected * sensitivity.variance - (1 - corrected) * specificity.variance);
        return new Interval(Math.clamp(centre - half, 0, 1), Math.clamp(centre + half, 0, 1));
    }

    /** A share drawn towards ½ by {@code added} items of which half are right. */
    private record Shrunk(double value, double variance) {
        static Shrunk of(int part, int whole, double added) {
            double value = (part + added / 2) / (whole + added);
            return new Shrunk(value, value * (1 - value) / (whole + added));
        }
    }
}
