package io.stoa.model.measure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Several answers to one item. */
public final class Attempts {
    private Attempts() {}

    /**
     * The chance that of k answers drawn from n at least one is right: 1 − C(n − c, k) / C(n, k), without bias
     * (Chen et al., arXiv 2107.03374, formula 1).
     *
     * @param n answers given
     * @param right of them right
     * @param k answers drawn, at most n
     */
    public static double passAtK(int n, int right, int k) {
        return 1 - noneOf(n, right, k);
    }

    /**
     * The variance that {@link #passAtK} has from the draw of the n answers, without bias: with q(k) = C(n − c, k) / C(n,
     * k), which estimates (1 − p)ᵏ, it is q(k)² − q(2k). For one item it may be negative; use the mean over items. For k =
     * 1 it is p̂ (1 − p̂) / (n − 1).
     *
     * @param n answers given, at least 2k
     * @param right of them right
     * @param k answers drawn
     */
    public static double passAtKVariance(int n, int right, int k) {
        if (k > n / 2) {
            throw new IllegalArgumentException(
                    "the variance of pass@" + k + " needs at least twice as many answers: " + n);
        }
        double none = noneOf(n, right, k);
        return none * none - noneOf(n, right, 2 * k);
    }

    /**
     * The chance that all of k answers drawn from n are right, pass^k: C(c, k) / C(n, k), without bias (Yao et al.,
     * arXiv 2406.12045, section 4).
     *
     * @param n answers given
     * @param right of them right
     * @param k answers drawn, at most n
     */
    public static double passHatK(int n, int right, int k) {
        return noneOf(n, n - right, k);
    }

    /** The chance that none of k answers drawn from n is right. */
    private static double noneOf(int n, int right, int k) {
        if (k < 1 || k > n || right < 0 || right > n) {
            throw new IllegalArgumentException(
                    "pass@k needs 1 ≤ k ≤ n and 0 ≤ right ≤ n: k " + k + ", n " + n + ", right " + right);
        }
        if (n - right < k) {
            return 0;
        }
        double none = 1;
        for (int i = n - right + 1; i <= n; i++) {
            none *= 1 - (double) k / i;
        }
        return none;
    }

    /** The answer that was given most often; of several the one that came first. */
    public static <T> T majority(List<T> answers) {
        Map<T, Integer> counts = new LinkedHashMap<>();
        answers.forEach(answer -> counts.merge(answer, 1, Integer::sum));
        T best = answers.getFirst();
        for (Map.Entry<T, Integer> entry : counts.entrySet()) {
            if (entry.getValue() > counts.getOrDefault(best, 0)) {
                best = entry.getKey();
            }
        }
        return best;
    }
}
