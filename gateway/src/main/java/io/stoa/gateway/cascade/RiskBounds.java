package io.stoa.gateway.cascade;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.BetaDistribution;

/** Upper confidence bounds of a mean loss from independent losses: P(bound &lt; true mean) ≤ δ in any finite sample. */
public final class RiskBounds {
    /** A betting bound is known to 2⁻⁴⁰. */
    private static final int HALVINGS = 40;

    private RiskBounds() {}

    /**
     * The exact bound of a share: the largest p with P(Binomial(n, p) ≤ k) ≥ δ.
     *
     * <p>Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934) 404–413, one-sided, as the 1 − δ quantile of
     * Beta(k + 1, n − k). Because counts are whole numbers it errs less often than δ.
     *
     * @param k how many of n were lost
     * @param n how many there were; with none nothing is known and the bound is 1
     */
    public static double clopperPearson(long k, long n, double delta) {
        requireShare(delta);
        if (k < 0 || n < 0 || k > n) {
            throw new IllegalArgumentException("not a share: " + k + " of " + n);
        }
        return k == n ? 1 : BetaDistribution.of(k + 1.0, (double) (n - k)).inverseSurvivalProbability(delta);
    }

    /** The exact lower bound of a share: the mirror image of {@link #clopperPearson}. */
    public static double clopperPearsonLower(long k, long n, double delta) {
        return 1 - clopperPearson(n - k, n, delta);
    }

    /**
     * The betting bound of a mean of losses in [0, 1], for losses that are not just 0 or 1: a fortune that bets against
     * a mean m, with stakes that follow the variance seen so far, and all m at which it never reached 1/δ.
     *
     * <p>Source: I. Waudby-Smith and A. Ramdas, J. R. Stat. Soc. B 86 (2024) 1–27, section 4.2, used for risk control by
     * S. Bates et al., J. ACM 68 (2021) 43. Depends on the order of the losses, which therefore must not depend on them.
     */
    public static double betting(double[] losses, double delta) {
        requireShare(delta);
        if (losses.length == 0) {
            return 1;
        }
        if (Arrays.stream(losses).anyMatch(loss -> !(loss >= 0 && loss <= 1))) {
            throw new IllegalArgumentException("losses lie in [0, 1]");
        }
        double[] stakes = stakes(losses, delta);
        double low = 0;
        double high = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (ruledOut(losses, stakes, middle, delta)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /** Stakes that look only at what came before them. */
    private static double[] stakes(double[] losses, double delta) {
        double[] stakes = new double[losses.length];
        double sum = 0.5;
        double squares = 0.25;
        for (int i = 0; i < losses.length; i++) {
            double mean = sum / (i + 1);
            double variance = squares / (i + 1);
            stakes[i] = Math.sqrt(2 * Math.log(1 / delta) / (losses.length * variance));
            sum += losses[i];
            squares += (losses[i] - mean) * (losses[i] - mean);
        }
        return stakes;
    }

    private static boolean ruledOut(double[] losses, double[] stakes, double mean, double delta) {
        double fortune = 0;
        double enough = -Math.log(delta);
        // A stake of 1 / (1 − m) can be lost whole.
        double most = 0.99 / Math.max(1e-12, 1 - mean);
        for (int i = 0; i < losses.length; i++) {
            fortune += Math.log1p(Math.min(stakes[i], most) * (mean - losses[i]));
            if (fortune >= enough) {
                return true;
            }
        }
        return false;
    }

    static void requireShare(double value) {
        if (!(value > 0 && value < 1)) {
            throw new IllegalArgumentException("must lie strictly between 0 and 1: " + value);
        }
    }
}
