package io.stoa.integration.judge.metric;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Interval;
import io.stoa.model.Score;
import io.stoa.model.Score.Stop;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * How the chance of getting through falls with the number of steps.
 *
 * <p>A chain is a case of several steps that is lost with its first wrong step, as a life is with its first death. So the
 * curve is the product-limit estimate of E. L. Kaplan and P. Meier, JASA 53 (1958) 457–481 (chains may be of different
 * lengths), with intervals on the scale of log(−log) after Greenwood (J. D. Kalbfleisch and R. L. Prentice, 2002, section 1.4).
 *
 * <p>Beside it stands the curve pⁿ of steps that fail independently and alike: p is the share of right steps among those that were
 * reached, with Wilson's interval. Whether steps are alike is tested by the counts of each step against that p (Pearson's χ²):
 * where they are not, pⁿ is the wrong picture and is said to be.
 *
 * @param points one for each number of steps, from 1
 * @param step the chance p of a step that was reached
 * @param alike the p-value of steps being alike; absent where there are too few to tell
 */
public record ReliabilityCurve(List<Point> points, Score step, OptionalDouble alike) {
    /** Fewer failures expected than this at a step, and it is taken together with the next. */
    private static final double LEAST_EXPECTED = 5;

    public ReliabilityCurve {
        requireNonNull(step, "step");
        requireNonNull(alike, "alike");
        points = List.copyOf(points);
    }

    /**
     * A chain.
     *
     * @param steps how many it has, at least 1
     * @param right how many were right before the first wrong one; {@code steps} when it got through
     */
    public record Chain(int steps, int right) {
        public Chain {
            if (steps < 1 || right < 0 || right > steps) {
                throw new IllegalArgumentException(
                        "a chain has steps, and up to so many right ones: " + right + " of " + steps);
            }
        }
    }

    /**
     * What is known of so many steps.
     *
     * @param steps n
     * @param chains that reached step n
     * @param failed of them at step n
     * @param through the estimated chance of getting through n steps
     * @param interval of it
     * @param geometric pⁿ
     * @param geometricInterval of it
     */
    public record Point(
            int steps,
            int chains,
            int failed,
            double through,
            Interval interval,
            double geometric,
            Interval geometricInterval) {}

    /** Of at least one chain. */
    public static ReliabilityCurve of(List<Chain> chains) {
        int longest = chains.stream()
                .mapToInt(Chain::steps)
                .max()
                .orElseThrow(() -> new IllegalArgumentException("a reliability curve needs at least one chain"));
        int[] reached = new int[longest + 1];
        int[] failed = new int[longest + 1];
        for (Chain chain : chains) {
            for (int step = 1; step <= Math.min(chain.steps(), chain.right() + 1); step++) {
                reached[step]++;
            }
            if (chain.right() < chain.steps()) {
                failed[chain.right() + 1]++;
            }
        }
        int steps = 0;
        int failures = 0;
        for (int step = 1; step <= longest; step++) {
            steps += reached[step];
            failures += failed[step];
        }
        Score p = Scores.share(steps - failures, steps, Stop.EXHAUSTED);
        List<Point> points = new ArrayList<>();
        double through = 1;
        double greenwood = 0;
        for (int step = 1; step <= longest && reached[step] > 0; step++) {
            through *= 1 - (double) failed[step] / reached[step];
            greenwood += (double) failed[step] / reached[step] / Math.max(1, reached[step] - failed[step]);
            points.add(new Point(
                    step,
                    reached[step],
                    failed[step],
                    through,
                    interval(through, greenwood, chains.size()),
                    Math.pow(p.estimate(), step),
                    new Interval(
                            Math.pow(p.interval().low(), step),
                            Math.pow(p.interval().high(), step))));
        }
        return new ReliabilityCurve(points, p, alike(reached, failed, 1 - p.estimate()));
    }

    /** At 0 and 1 the scale of log(−log) has no place: there Wilson's interval of as many chains stands. */
    private static Interval interval(double through, double greenwood, int chains) {
        if (through == 1 || through == 0) {
            return Scores.share(through == 1 ? chains : 0, chains, Stop.EXHAUSTED)
                    .interval();
        }
        double z = NormalDistribution.of(0, 1).inverseCumulativeProbability(0.5 + Scores.CONFIDENCE / 2);
        double width = z * Math.sqrt(greenwood) / Math.abs(Math.log(through));
        return new Interval(Math.pow(through, Math.exp(width)), Math.pow(through, Math.exp(-width)));
    }

    private static OptionalDouble alike(int[] reached, int[] failed, double failure) {
        double statistic = 0;
        int groups = 0;
        double expected = 0;
        double seen = 0;
        double spread = 0;
        double left = 0;
        for (int step = 1; step < reached.length; step++) {
            left += reached[step] * failure;
        }
        for (int step = 1; step < reached.length; step++) {
            expected += reached[step] * failure;
            spread += reached[step] * failure * (1 - failure);
            seen += failed[step];
            left -= reached[step] * failure;
            boolean last = step == reached.length - 1;
            if ((expected >= LEAST_EXPECTED && left >= LEAST_EXPECTED) || (last && expected > 0)) {
                statistic += (seen - expected) * (seen - expected) / spread;
                groups++;
                expected = 0;
                seen = 0;
                spread = 0;
            }
        }
        return groups < 2
                ? OptionalDouble.empty()
                : OptionalDouble.of(ChiSquaredDistribution.of(groups - 1).survivalProbability(statistic));
    }
}
