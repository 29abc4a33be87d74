package io.stoa.benchmark.contamination;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.stats.Means;
import io.stoa.model.Interval;
import io.stoa.model.measure.PairedTable;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Whether a model answers multiple-choice items better in the published order of their options than in others. A model that
 * learnt "the answer to this is B" loses when the options move.
 *
 * <p>It is a signal and no proof: a model with a taste for one letter gains or loses as well, when the published answers
 * favour that letter, and options such as "all of the above" make no sense elsewhere.
 *
 * @param items how many
 * @param published the mean score in the published order
 * @param permuted the mean score in other orders
 * @param drop the mean of published less permuted
 * @param interval of the drop at 95 %, two-sided
 * @param p two-sided: the exact McNemar test for one permutation and right or wrong answers, else a permutation test
 */
public record OptionOrder(int items, double published, double permuted, double drop, Interval interval, double p) {
    private static final int ROUNDS = 19_999;
    private static final double CONFIDENCE = 0.95;

    public OptionOrder {
        requireNonNull(interval, "interval");
    }

    /**
     * Tests one list of scores against another.
     *
     * @param published the score of each item in the published order, in [0, 1]
     * @param permuted of the same items, in the same order: the score, or its mean over several permutations, in [0, 1]
     * @param seed of the permutation test
     */
    public static OptionOrder of(List<Double> published, List<Double> permuted, long seed) {
        if (published.size() != permuted.size() || published.size() < 2) {
            throw new IllegalArgumentException("two scores for each of at least two items are needed: "
                    + published.size() + " and " + permuted.size());
        }
        published.forEach(OptionOrder::requireScore);
        permuted.forEach(OptionOrder::requireScore);
        List<Double> drops = IntStream.range(0, published.size())
                .mapToObj(i -> published.get(i) - permuted.get(i))
                .toList();
        double drop = Means.mean(drops);
        if (binary(published) && binary(permuted)) {
            PairedTable table = PairedTable.of(published, permuted);
            return new OptionOrder(
                    drops.size(),
                    Means.mean(published),
                    Means.mean(permuted),
                    drop,
                    table.newcombe(CONFIDENCE),
                    table.exactMcNemar());
        }
        return new OptionOrder(
                drops.size(),
                Means.mean(published),
                Means.mean(permuted),
                drop,
                Means.interval(drop, Means.standardError(drops), drops.size(), CONFIDENCE),
                Means.permutationTest(drops, ROUNDS, new SplittableRandom(seed)));
    }

    private static void requireScore(double score) {
        if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException("a score lies in [0, 1]: " + score);
        }
    }

    private static boolean binary(List<Double> scores) {
        return scores.stream().allMatch(score -> score == 0 || score == 1);
    }
}
