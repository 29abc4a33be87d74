package io.stoa.integration.retrieve;

/**
 * The exact upper bound of a share: C. Clopper and E. Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the
 * Case of the Binomial", Biometrika 26 (1934), 404–413.
 */
final class BinomialBound {
    private static final int HALVINGS = 60;

    private BinomialBound() {}

    /**
     * The p with P(X ≤ seen) = risk for X binomial with n and p: a true share above it shows so few with probability at
     * most {@code risk}.
     */
    static double upper(int seen, int n, double risk) {
        if (n < 0 || seen < 0 || seen > n || !(risk > 0 && risk < 1)) {
            throw new IllegalArgumentException("no bound for " + seen + " of " + n + " at " + risk);
        }
        if (seen == n) {
            return 1;
        }
        double low = (double) seen / n;
        double high = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (atMost(seen, n, middle) > risk) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** P(X ≤ seen), summed from the smallest term on in logarithms, so that it does not vanish for large n. */
    private static double atMost(int seen, int n, double p) {
        double odds = Math.log(p) - Math.log1p(-p);
        double term = n * Math.log1p(-p);
        double most = term;
        double[] terms = new double[seen + 1];
        for (int k = 0; k <= seen; k++) {
            terms[k] = term;
            most = Math.max(most, term);
            term += Math.log((double) (n - k) / (k + 1)) + odds;
        }
        double sum = 0;
        for (double one : terms) {
            sum += Math.exp(one - most);
        }
        return Math.exp(most + Math.log(sum));
    }
}
