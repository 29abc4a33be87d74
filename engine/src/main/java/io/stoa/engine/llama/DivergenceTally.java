package io.stoa.engine.llama;

import io.stoa.engine.llama.Divergence.Estimate;
import io.stoa.engine.llama.Divergence.Spread;
import java.util.Arrays;

/**
 * What is known about the distance of a model from its base after some windows. Tallies of different windows add up, in
 * any order, and those of a whole text give {@link Divergence} with llama-perplexity's statistics.
 */
public final class DivergenceTally {
    private static final int ROOM = 64;

    private final Sums nll = new Sums();
    private final Sums nllBase = new Sums();
    private final Sums divergence = new Sums();
    private final Sums change = new Sums();
    private final Sums changeSquared = new Sums();
    private double products;
    private long same;
    private int windows;
    private double[] divergences = new double[ROOM];
    private double[] changes = new double[ROOM];

    /** Counts a token. */
    void add(RowComparison row) {
        place(row.divergence(), row.probabilityChange());
        nll.add(-row.logProbability());
        nllBase.add(-row.logProbabilityBase());
        products += row.logProbability() * row.logProbabilityBase();
        divergence.add(row.divergence());
        change.add(row.probabilityChange());
        changeSquared.add(row.probabilityChange() * row.probabilityChange());
        same += row.sameTop() ? 1 : 0;
    }

    private void place(double distance, double difference) {
        int at = (int) divergence.count();
        if (at == divergences.length) {
            divergences = Arrays.copyOf(divergences, 2 * at);
            changes = Arrays.copyOf(changes, 2 * at);
        }
        divergences[at] = distance;
        changes[at] = difference;
    }

    void endWindow() {
        windows++;
    }

    /** Adds what another tally, of other windows, has counted. */
    public void add(DivergenceTally other) {
        int size = (int) divergence.count();
        int more = (int) other.divergence.count();
        if (size + more > divergences.length) {
            int room = Math.max(2 * divergences.length, size + more);
            divergences = Arrays.copyOf(divergences, room);
            changes = Arrays.copyOf(changes, room);
        }
        System.arraycopy(other.divergences, 0, divergences, size, more);
        System.arraycopy(other.changes, 0, changes, size, more);
        nll.add(other.nll);
        nllBase.add(other.nllBase);
        divergence.add(other.divergence);
        change.add(other.change);
        changeSquared.add(other.changeSquared);
        products += other.products;
        same += other.same;
        windows += other.windows;
    }

    /** The windows that were counted. */
    public int windows() {
        return windows;
    }

    /** The tokens that were counted. */
    public long tokens() {
        return divergence.count();
    }

    /** The mean KL(base ‖ model), in nats a token. */
    public double meanDivergence() {
        return divergence.mean();
    }

    /** ln(PPL(model) / PPL(base)): the mean difference of the negative log-likelihoods, in nats a token. */
    public double logRatio() {
        return nll.mean() - nllBase.mean();
    }

    /** The share of tokens for which model and base hold different ones for the likeliest. */
    public double flips() {
        return 1 - (double) same / tokens();
    }

    /** All statistics of what was counted. */
    public Divergence divergence() {
        long n = tokens();
        double covariance = (products / n - nll.mean() * nllBase.mean()) / (n - 1);
        double ratioVariance = nll.error() * nll.error() + nllBase.error() * nllBase.error() - 2 * covariance;
        double rms = Math.sqrt(changeSquared.mean());
        double share = (double) same / n;
        return new Divergence(
                nll.perplexity(windows),
                nllBase.perplexity(windows),
                new Estimate(logRatio(), Math.sqrt(Math.max(0, ratioVariance))),
                covariance / (nll.error() * nllBase.error()),
                divergence.estimate(),
                spread(Arrays.copyOf(divergences, (int) n)),
                change.estimate(),
                spread(Arrays.copyOf(changes, (int) n)),
                new Estimate(rms, rms == 0 ? 0 : 0.5 / rms * changeSquared.error()),
                new Estimate(share, Math.sqrt(share * (1 - share) / (n - 1))));
    }

    private static Spread spread(double[] values) {
        Arrays.sort(values);
        return new Spread(
                values[0],
                percentile(values, 0.01),
                percentile(values, 0.05),
                percentile(values, 0.1),
                percentile(values, 0.5),
                percentile(values, 0.9),
                percentile(values, 0.95),
                percentile(values, 0.99),
                percentile(values, 0.999),
                values[values.length - 1]);
    }

    private static double percentile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
