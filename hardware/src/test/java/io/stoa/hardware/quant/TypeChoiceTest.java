package io.stoa.hardware.quant;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.engine.gguf.GgmlType;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TypeChoiceTest {
    private static TypeChoice.Candidate candidate(GgmlType type, long bytes, double loss) {
        return new TypeChoice.Candidate(type, bytes, loss);
    }

    @Test
    void whatMustNotStaysAndWhatMayIsSmallest() {
        List<TypeChoice.Candidate> fragile = List.of(
                candidate(GgmlType.F16, 1000, 0), candidate(GgmlType.Q8_0, 500, 3), candidate(GgmlType.Q2_K, 200, 5));
        List<TypeChoice.Candidate> idle = List.of(
                candidate(GgmlType.F16, 1000, 0), candidate(GgmlType.Q8_0, 500, 0), candidate(GgmlType.Q2_K, 200, 0));
        List<TypeChoice.Candidate> plain = List.of(
                candidate(GgmlType.F16, 1000, 0),
                candidate(GgmlType.Q8_0, 500, 0.001),
                candidate(GgmlType.Q2_K, 200, 0.2));
        assertThat(TypeChoice.within(List.of(fragile, idle, plain), 0.05)).containsExactly(0, 2, 1);
        assertThat(TypeChoice.within(List.of(fragile, idle, plain), 100)).containsExactly(2, 2, 2);
        assertThat(TypeChoice.within(List.of(fragile), 0)).containsExactly(0);
    }

    /** Never over the budget, and never far from the best of all choices. */
    @Test
    void isCloseToTheBestOfAllChoices() {
        long seed = 9;
        SplittableRandom random = new SplittableRandom(seed);
        double excess = 0;
        int runs = 200;
        for (int run = 0; run < runs; run++) {
            List<List<TypeChoice.Candidate>> groups = new ArrayList<>();
            for (int group = 0; group < 5; group++) {
                double weight = Math.exp(2 * random.nextGaussian()) * 0.001;
                groups.add(List.of(
                        candidate(GgmlType.F16, 1600, 0),
                        candidate(GgmlType.Q8_0, 850, weight),
                        candidate(GgmlType.Q4_K, 450, weight * 16),
                        candidate(GgmlType.Q2_K, 262, weight * 200)));
            }
            double budget = 0.05;
            List<Integer> chosen = TypeChoice.within(groups, budget);
            double loss = 0;
            long bytes = 0;
            for (int group = 0; group < 5; group++) {
                loss += groups.get(group).get(chosen.get(group)).loss();
                bytes += groups.get(group).get(chosen.get(group)).bytes();
            }
            assertThat(loss).as("seed %d, run %d", seed, run).isLessThanOrEqualTo(budget + 1e-12);
            excess += (double) bytes / best(groups, 0, budget) - 1;
        }
        assertThat(excess / runs).as("seed %d", seed).isLessThan(0.03);
    }

    private static long best(List<List<TypeChoice.Candidate>> groups, int from, double budget) {
        if (from == groups.size()) {
            return 0;
        }
        long best = Long.MAX_VALUE / 2;
        for (TypeChoice.Candidate candidate : groups.get(from)) {
            if (candidate.loss() <= budget) {
                best = Math.min(best, candidate.bytes() + best(groups, from + 1, budget - candidate.loss()));
            }
        }
        return best;
    }
}
