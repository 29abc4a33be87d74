package io.stoa.benchmark.trend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Where the mean of a series changed: binary segmentation by the largest standardized step. For every place k the mean of
 * what follows is set against the mean of what comes before, each point weighed by 1 / stderr², and divided by the standard
 * error of that difference; the statistic is the largest of these. Two questions are asked of it:
 *
 * <ol>
 *   <li>Is it larger than the standard errors explain? By simulation: independent normal points of one mean with the
 *       standard errors at hand. Runs on the same documents vary less than their standard errors say, so that the test then
 *       sees less than it could; {@code bench gate} pairs two such runs.
 *   <li>Is it larger than the series' own scatter explains? By permutation, which is exact whatever the scatter is; only
 *       where all points have the same standard error or the same number of documents. It takes about nine points.
 * </ol>
 *
 * <p>Each is valid, so twice the smaller p-value is. The parts on both sides of a change are examined in turn. A part's p is
 * multiplied by 2 for every split above it, and by the number of series that are read together: parts without a change do
 * not overlap, so by Kraft's inequality their chances of a false alarm add up to no more than the level. A series (or many)
 * without any change therefore shows one with a probability of at most the level. Below a change that was found, the place
 * of the cut was chosen by looking, and the level holds approximately.
 *
 * <p>Sources: binary segmentation, A. J. Scott and M. Knott, Biometrics 30 (1974) 507–512; p-values by simulation that stop
 * early, J. Besag and P. Clifford, Biometrika 78 (1991) 301–304.
 *
 * @param level the rate of false alarms over all series together, such as 0.05
 * @param seriesCount how many series are read together
 * @param seed of the simulation
 */
record ChangePoints(double level, int seriesCount, long seed) {
    /** A p-value is settled by so many larger draws. */
    private static final int ENOUGH = 50;

    private static final int MOST_DRAWS = 2_000_000;

    /** Two tests are asked. */
    private static final int TESTS = 2;

    ChangePoints {
        if (!(level > 0 && level < 1) || seriesCount < 1) {
            throw new IllegalArgumentException(
                    "a level lies in (0, 1) and there is a series: " + level + ", " + seriesCount);
        }
    }

    /**
     * One change.
     *
     * @param at the index of the first point after it
     * @param p adjusted for both tests, the splits above it and all series
     */
    record Found(int at, double p) {}

    /** A part that is yet to be examined: from {@code from} until before {@code to}, below so many splits. */
    private record Part(int from, int to, int depth) {}

    /** The largest step of a part. */
    private record Step(double size, int at) {}

    /**
     * Finds the changes of a series, in time order.
     *
     * @param values in time order
     * @param standardErrors of each, positive; or empty when they are not known, and only the scatter counts
     * @param alike whether the points are exchangeable as long as nothing changed: of equally many documents
     */
    List<Found> in(double[] values, double[] standardErrors, boolean alike) {
        List<Found> found = new ArrayList<>();
        List<Part> ahead = new ArrayList<>(List.of(new Part(0, values.length, 0)));
        SplittableRandom random = new SplittableRandom(seed);
        while (!ahead.isEmpty()) {
            Part part = ahead.removeLast();
            if (part.to - part.from < 2) {
                continue;
            }
            Step step = new Step(0, 0);
            double p = 1;
            double factor = TESTS * (double) seriesCount * Math.pow(2, part.depth);
            double[] seen = slice(values, part);
            if (standardErrors.length > 0) {
                double[] errors = slice(standardErrors, part);
                step = largest(seen, errors);
                p = chance(step.size, factor, () -> largest(normal(errors, random), errors).size);
            }
            if (alike) {
                double[] equal = new double[seen.length];
                Arrays.fill(equal, 1);
                Step scattered = largest(seen, equal);
                double[] shuffled = seen.clone();
                double byScatter = chance(scattered.size, factor, () -> {
                    shuffle(shuffled, random);
                    return largest(shuffled, equal).size;
                });
                step = byScatter < p || step.size == 0 ? scattered : step;
                p = Math.min(p, byScatter);
            }
            double adjusted = Math.min(1, factor * p);
            if (adjusted < level) {
                int at = part.from + step.at;
                found.add(new Found(at, adjusted));
                ahead.add(new Part(part.from, at, part.depth + 1));
                ahead.add(new Part(at, part.to, part.depth + 1));
            }
        }
        found.sort(Comparator.comparingInt(Found::at));
        return List.copyOf(found);
    }

    private static double[] slice(double[] values, Part part) {
        return Arrays.copyOfRange(values, part.from, part.to);
    }

    private static double[] normal(double[] errors, SplittableRandom random) {
        double[] drawn = new double[errors.length];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = errors[i] * random.nextGaussian();
        }
        return drawn;
    }

    private static void shuffle(double[] values, SplittableRandom random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            double swapped = values[i];
            values[i] = values[j];
            values[j] = swapped;
        }
    }

    private static Step largest(double[] values, double[] errors) {
        double allWeight = 0;
        double allSum = 0;
        for (int i = 0; i < values.length; i++) {
            double weight = 1 / (errors[i] * errors[i]);
            allWeight += weight;
            // Taken from the first value, so that equal values give exactly no step.
            allSum += weight * (values[i] - values[0]);
        }
        double weight = 0;
        double sum = 0;
        Step largest = new Step(0, 1);
        for (int k = 1; k < values.length; k++) {
            double one = 1 / (errors[k - 1] * errors[k - 1]);
            weight += one;
            sum += one * (values[k - 1] - values[0]);
            double rest = allWeight - weight;
            double size = Math.abs(sum / weight - (allSum - sum) / rest) / Math.sqrt(1 / weight + 1 / rest);
            if (size > largest.size) {
                largest = new Step(size, k);
            }
        }
        return largest;
    }

    private interface Draw {
        double next();
    }

    /**
     * How often a draw is at least as large; the value at hand counts as one draw, so that p is valid and never 0.
     *
     * @param factor what p will be multiplied by: the more, the more draws it takes to see something
     */
    private double chance(double seen, double factor, Draw draw) {
        if (seen == 0) {
            return 1;
        }
        // Rounding must not make equal steps differ.
        double least = seen * (1 - 1e-9);
        int most = (int) Math.min(MOST_DRAWS, Math.ceil(ENOUGH * factor / level));
        int larger = 0;
        for (int drawn = 1; drawn <= most; drawn++) {
            larger += draw.next() >= least ? 1 : 0;
            if (larger == ENOUGH) {
                return (double) larger / drawn;
            }
        }
        return (larger + 1.0) / (most + 1.0);
    }
}
