package io.stoa.gateway.upstream;

/**
 * How many repetitions there may be: every request adds a share of one, every repetition takes one, so that an outage
 * is not met with a multiple of the traffic. Some are there from the start, so that few requests can be repeated too.
 */
final class RetryBudget {
    private static final double MOST = 20;

    private final double share;
    private double left = MOST / 2;

    RetryBudget(double share) {
        this.share = share;
    }

    synchronized void requested() {
        left = Math.min(MOST, left + share);
    }

    /** Takes one repetition, if one is left. */
    synchronized boolean spend() {
        if (left < 1) {
            return false;
        }
        left -= 1;
        return true;
    }
}
