package io.stoa.performance;

import io.stoa.benchmark.stats.ErrorSplit;
import io.stoa.benchmark.stats.Means;
import io.stoa.benchmark.stats.Proportions;
import io.stoa.benchmark.stats.SequentialDifference;
import io.stoa.benchmark.stats.SequentialProportion;
import io.stoa.benchmark.stats.StoppingRule;
import io.stoa.benchmark.stats.StoppingRule.Outcome;
import io.stoa.model.Interval;
import io.stoa.model.measure.PairedTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Simulations of what the intervals and the stopping rules promise; needs no model and no reference programs. */
@Command(
        name = "statistics",
        description = {
            "Simulates the intervals (how often they hold the truth) and the stopping rules (how often they err, and"
                    + " how soon they decide). The figures of docs/statistics.md."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class StatisticsCommand implements Runnable {
    private static final double CONFIDENCE = 0.95;

    @Option(names = "--runs", defaultValue = "10000", description = "Runs a line. Default: ${DEFAULT-VALUE}")
    private int runs = 10_000;

    @Option(names = "--seed", defaultValue = "1", description = "Of the simulations. Default: ${DEFAULT-VALUE}")
    private long seed = 1;

    /** Draws differences of paired answers: +1, −1 or 0. */
    private record Pair(double onlyFirst, double onlySecond) {
        static Pair of(double difference, double disagreement) {
            return new Pair((disagreement + difference) / 2, (disagreement - difference) / 2);
        }

        double draw(SplittableRandom random) {
            double drawn = random.nextDouble();
            if (drawn < onlyFirst) {
                return 1;
            }
            return drawn < onlyFirst + onlySecond ? -1 : 0;
        }
    }

    @Override
    public void run() {
        System.out.println("seed " + seed + ", " + runs + " runs a line, intervals at 95 %");
        System.out.println("\nCoverage");
        for (int n : List.of(50, 200, 1000)) {
            coverage("share, Wilson", n, random -> {
                double p = 0.02 + 0.96 * random.nextDouble();
                return Proportions.wilson(binomial(n, p, random), n, CONFIDENCE).contains(p);
            });
            coverage("share, Clopper-Pearson (at least 95 by construction)", n, random -> {
                double p = 0.02 + 0.96 * random.nextDouble();
                return Proportions.clopperPearson(binomial(n, p, random), n, CONFIDENCE)
                        .contains(p);
            });
            coverage("paired difference, Newcombe", n, random -> pairedDifference(n, random));
            coverage("mean of scores, t", n, random -> {
                double a = 0.5 + 3 * random.nextDouble();
                List<Double> scores = new ArrayList<>();
                for (int i = 0; i < n; i++) {
                    scores.add(Math.pow(random.nextDouble(), a));
                }
                return Means.interval(Means.mean(scores), Means.standardError(scores), n, CONFIDENCE)
                        .contains(1 / (a + 1));
            });
        }
        for (int clusters : List.of(20, 57, 200)) {
            coverage("mean of clustered scores, jackknife and t", clusters, random -> {
                Clustered drawn = Clustered.draw(clusters, random);
                return drawn.holds(Means.jackknifeStandardError(drawn.scores, drawn.clusters), clusters);
            });
            coverage("the same by Miller's formula", clusters, random -> {
                Clustered drawn = Clustered.draw(clusters, random);
                return drawn.holds(Means.clusteredStandardError(drawn.scores, drawn.clusters), clusters);
            });
            coverage("the same, clusters ignored", clusters, random -> {
                Clustered drawn = Clustered.draw(clusters, random);
                return drawn.holds(Means.standardError(drawn.scores), drawn.scores.size());
            });
        }
        looks();
        errors();
        soonness();
        gateErrors();
        widths();
        gates();
    }

    private void coverage(String what, int n, Function<SplittableRandom, Boolean> holds) {
        SplittableRandom random = new SplittableRandom(seed);
        int held = 0;
        for (int run = 0; run < runs; run++) {
            held += holds.apply(random) ? 1 : 0;
        }
        System.out.printf("  %-55s n %4d  %6.2f %%%n", what, n, 100.0 * held / runs);
    }

    private static int binomial(int n, double p, SplittableRandom random) {
        int right = 0;
        for (int i = 0; i < n; i++) {
            right += random.nextDouble() < p ? 1 : 0;
        }
        return right;
    }

    private static boolean pairedDifference(int n, SplittableRandom random) {
        double disagreement = 0.05 + 0.4 * random.nextDouble();
        double difference = disagreement * (2 * random.nextDouble() - 1);
        double bothRight = (1 - disagreement) * random.nextDouble();
        Pair pair = Pair.of(difference, disagreement);
        int[] counts = new int[4];
        for (int i = 0; i < n; i++) {
            double drawn = pair.draw(random);
            if (drawn == 0) {
                counts[random.nextDouble() < bothRight / (1 - disagreement) ? 0 : 3]++;
            } else {
                counts[drawn > 0 ? 1 : 2]++;
            }
        }
        return new PairedTable(counts[0], counts[1], counts[2], counts[3])
                .newcombe(CONFIDENCE)
                .contains(difference);
    }

    /** Clusters of 2 to 30 right or wrong answers; each has a share of its own, uniform around ½. */
    private record Clustered(List<Double> scores, List<String> clusters) {
        static Clustered draw(int count, SplittableRandom random) {
            List<Double> scores = new ArrayList<>();
            List<String> clusters = new ArrayList<>();
            for (int cluster = 0; cluster < count; cluster++) {
                double share = 0.2 + 0.6 * random.nextDouble();
                int size = 2 + random.nextInt(29);
                for (int i = 0; i < size; i++) {
                    scores.add(random.nextDouble() < share ? 1.0 : 0.0);
                    clusters.add(Integer.toString(cluster));
                }
            }
            return new Clustered(scores, clusters);
        }

        boolean holds(double standardError, int units) {
            return Means.interval(Means.mean(scores), standardError, units, CONFIDENCE)
                    .contains(0.5);
        }
    }

    /** Whether the sequential interval holds the truth at each of 40 looks. */
    private void looks() {
        for (double difference : new double[] {0, 0.1}) {
            Pair pair = Pair.of(difference, 0.3);
            coverage("paired difference of " + difference + ", sequential, at 40 looks", 2000, random -> {
                SequentialDifference differences = new SequentialDifference();
                boolean holds = true;
                for (int item = 1; item <= 2000; item++) {
                    differences.add(pair.draw(random));
                    holds &= item % 50 != 0 || differences.interval(CONFIDENCE).contains(difference);
                }
                return holds;
            });
        }
        for (double share : new double[] {0.5, 0.75, 0.9}) {
            coverage("share of " + share + ", sequential, at 40 looks", 1000, random -> {
                boolean holds = true;
                int right = 0;
                for (int item = 1; item <= 1000; item++) {
                    right += random.nextDouble() < share ? 1 : 0;
                    holds &= item % 25 != 0
                            || new SequentialProportion(right, item)
                                    .interval(CONFIDENCE)
                                    .contains(share);
                }
                return holds;
            });
        }
    }

    private record Stop(Optional<Outcome> outcome, long items) {}

    private static Stop stop(StoppingRule rule, Pair pair, int most, SplittableRandom random) {
        SequentialDifference differences = new SequentialDifference();
        Optional<Outcome> outcome = Optional.empty();
        while (outcome.isEmpty() && differences.n() < most) {
            differences.add(pair.draw(random));
            outcome = rule.decide(differences);
        }
        return new Stop(outcome, differences.n());
    }

    private void errors() {
        System.out.printf(
                "%nWrong decisions, looked at after each of 1000 items (allowed: 5 %% + 3 sigma = %.2f %%)%n", limit());
        for (double disagreement : new double[] {0.05, 0.1, 0.2, 0.4, 1}) {
            SplittableRandom random = new SplittableRandom(seed);
            StoppingRule rule = new StoppingRule.Better(CONFIDENCE, 0.01);
            Pair equal = Pair.of(0, disagreement);
            int wrong = 0;
            int naive = 0;
            for (int run = 0; run < runs; run++) {
                Optional<Outcome> outcome = stop(rule, equal, 1000, random).outcome;
                wrong += outcome.filter(decided -> decided != Outcome.ALIKE).isPresent() ? 1 : 0;
                naive += peeked(equal, random) ? 1 : 0;
            }
            Pair worse = Pair.of(-0.02, Math.max(0.05, disagreement));
            StoppingRule replace = new StoppingRule.NonInferior(CONFIDENCE, 0.02);
            int accepted = 0;
            for (int run = 0; run < runs; run++) {
                accepted +=
                        stop(replace, worse, 1000, random).outcome.equals(Optional.of(Outcome.NOT_INFERIOR)) ? 1 : 0;
            }
            System.out.printf(
                    "  disagreement %3.0f %%: equal ones told apart %5.2f %% (z-test looked at as often: %5.2f %%),"
                            + " 2 points worse called not inferior by 2 points %5.2f %%%n",
                    100 * disagreement, 100.0 * wrong / runs, 100.0 * naive / runs, 100.0 * accepted / runs);
        }
    }

    private double limit() {
        return 100 * (0.05 + 3 * Math.sqrt(0.05 * 0.95 / runs));
    }

    /** A two-sided z-test at 5 % after each item from the 20th on. */
    private static boolean peeked(Pair pair, SplittableRandom random) {
        int sum = 0;
        int moved = 0;
        for (int item = 1; item <= 1000; item++) {
            double difference = pair.draw(random);
            sum += (int) difference;
            moved += difference == 0 ? 0 : 1;
            if (item >= 20 && moved > 0 && Math.abs(sum) > 1.96 * Math.sqrt(moved)) {
                return true;
            }
        }
        return false;
    }

    private void soonness() {
        System.out.println("\nItems until a difference is decided, of 14,000");
        int few = Math.max(100, runs / 10);
        for (double difference : new double[] {0.1, 0.15, 0.2}) {
            for (double disagreement : new double[] {0.2, 0.3, 0.4}) {
                if (disagreement >= difference) {
                    soon("gap " + Math.round(100 * difference) + " points", difference, disagreement, runs);
                }
            }
        }
        for (double disagreement : new double[] {0.01, 0.03, 0.05, 0.1}) {
            SplittableRandom random = new SplittableRandom(seed);
            StoppingRule rule = new StoppingRule.NonInferior(CONFIDENCE, 0.02);
            print("equal, not inferior by 2 points", disagreement, few, rule, Pair.of(0, disagreement), random);
        }
    }

    private void soon(String what, double difference, double disagreement, int times) {
        StoppingRule rule = new StoppingRule.Better(CONFIDENCE, 0.01);
        print(what, disagreement, times, rule, Pair.of(difference, disagreement), new SplittableRandom(seed));
    }

    private static void print(
            String what, double disagreement, int few, StoppingRule rule, Pair pair, SplittableRandom random) {
        List<Long> items = new ArrayList<>();
        int undecided = 0;
        for (int run = 0; run < few; run++) {
            Stop stop = stop(rule, pair, 14_000, random);
            items.add(stop.items);
            undecided += stop.outcome.isEmpty() ? 1 : 0;
        }
        Collections.sort(items);
        System.out.printf(
                "  %-32s disagreement %3.0f %%: median %5d (%.1f %%), 90 %% of runs by %5d, undecided %d of %d%n",
                what,
                100 * disagreement,
                items.get(few / 2),
                100.0 * items.get(few / 2) / 14_000,
                items.get(few * 9 / 10),
                undecided,
                few);
    }

    private void gateErrors() {
        System.out.printf(
                "%nA share at its gate decided, looked at after each of 1000 items (allowed: 5 %% + 3 sigma = %.2f"
                        + " %%)%n",
                limit());
        for (double gate : new double[] {0.5, 0.75, 0.9}) {
            SplittableRandom random = new SplittableRandom(seed);
            int decided = 0;
            int naive = 0;
            for (int run = 0; run < runs; run++) {
                int right = 0;
                boolean sequential = false;
                boolean wilson = false;
                for (int item = 1; item <= 1000; item++) {
                    right += random.nextDouble() < gate ? 1 : 0;
                    sequential |= decides(new SequentialProportion(right, item), gate, CONFIDENCE);
                    wilson |= item >= 20
                            && !Proportions.wilson(right, item, CONFIDENCE).contains(gate);
                }
                decided += sequential ? 1 : 0;
                naive += wilson ? 1 : 0;
            }
            System.out.printf(
                    "  gate %.2f: %5.2f %% (Wilson's interval looked at from the 20th item on: %5.2f %%)%n",
                    gate, 100.0 * decided / runs, 100.0 * naive / runs);
        }
    }

    private static boolean decides(SequentialProportion seen, double gate, double confidence) {
        double needed = -Math.log((1 - confidence) / 2);
        return seen.logEvidenceAbove(gate) >= needed || seen.logEvidenceBelow(gate) >= needed;
    }

    /** What holding at all looks costs where one would only have looked once. */
    private static void widths() {
        System.out.println("\nWidth at 95 %");
        for (double share : new double[] {0.5, 0.8, 0.95}) {
            for (int n : List.of(100, 200, 1000)) {
                int right = (int) Math.round(share * n);
                double fixed = width(Proportions.wilson(right, n, CONFIDENCE));
                double sequential = width(new SequentialProportion(right, n).interval(CONFIDENCE));
                System.out.printf(
                        "  share %.2f  n %4d: Wilson %.3f, sequential %.3f, %.2f times as wide%n",
                        share, n, fixed, sequential, sequential / fixed);
            }
        }
    }

    private static double width(Interval interval) {
        return interval.high() - interval.low();
    }

    /** A gate as the assessment judges it: looks after each 25 items, then all items, the error shared by both. */
    private void gates() {
        System.out.println("\nGates looked at after each 25 items and at the end");
        for (int items : List.of(200, 1000)) {
            for (double gate : new double[] {0.5, 0.75, 0.9}) {
                for (double gap : new double[] {0, -0.2, -0.1, -0.05, 0.05}) {
                    gate(items, gate, gap);
                }
            }
        }
    }

    private void gate(int items, double gate, double gap) {
        SplittableRandom random = new SplittableRandom(seed);
        ErrorSplit split = new ErrorSplit(CONFIDENCE);
        int few = Math.max(100, runs * 200 / items);
        int decided = 0;
        int fixed = 0;
        long asked = 0;
        for (int run = 0; run < few; run++) {
            int right = 0;
            boolean early = false;
            int n = 0;
            while (n < items) {
                right += binomial(25, gate + gap, random);
                n += 25;
                if (!early && n < items && decides(new SequentialProportion(right, n), gate, split.looks())) {
                    early = true;
                    asked += n;
                }
            }
            asked += early ? 0 : items;
            decided += early || !Proportions.wilson(right, items, split.last()).contains(gate) ? 1 : 0;
            fixed += Proportions.wilson(right, items, CONFIDENCE).contains(gate) ? 0 : 1;
        }
        System.out.printf(
                "  gate %.2f, share %.2f, %4d items: decided %6.2f %% (looked at once, at the end: %6.2f %%), asked"
                        + " %5.1f %% of the items%n",
                gate, gate + gap, items, 100.0 * decided / few, 100.0 * fixed / few, 100.0 * asked / few / items);
    }
}
