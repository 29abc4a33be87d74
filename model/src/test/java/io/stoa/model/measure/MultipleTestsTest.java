package io.stoa.model.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MultipleTestsTest {
    /** The 15 ordered p-values of the example in Benjamini and Hochberg, J. R. Stat. Soc. B 57 (1995) 289–300. */
    private static final List<Double> THROMBOLYSIS = List.of(
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.000);

    /** The paper: their procedure rejects the four smallest at 0.05, one that controls the family-wise error three. */
    @Test
    void decidesTheExampleOfBenjaminiAndHochbergAsTheyDo() {
        assertThat(MultipleTests.benjaminiHochberg(THROMBOLYSIS))
                .filteredOn(p -> p <= 0.05)
                .hasSize(4);
        assertThat(MultipleTests.holm(THROMBOLYSIS)).filteredOn(p -> p <= 0.05).hasSize(3);
    }

    /** Worked by hand from the definitions: 4·0.01, 3·0.02, 2·0.03 (kept at 0.06), then 0.04 lifted to 0.06. */
    @Test
    void keepsTheGivenOrder() {
        List<Double> holm = MultipleTests.holm(List.of(0.04, 0.01, 0.03, 0.02));
        assertThat(holm.get(0)).isCloseTo(0.06, within(1e-12));
        assertThat(holm.get(1)).isCloseTo(0.04, within(1e-12));
        assertThat(holm.get(2)).isCloseTo(0.06, within(1e-12));
        assertThat(holm.get(3)).isCloseTo(0.06, within(1e-12));
        List<Double> bh = MultipleTests.benjaminiHochberg(List.of(0.04, 0.001, 0.03, 0.02));
        assertThat(bh.get(0)).isCloseTo(0.04, within(1e-12));
        assertThat(bh.get(1)).isCloseTo(0.004, within(1e-12));
        assertThat(bh.get(2)).isCloseTo(0.04, within(1e-12));
        assertThat(bh.get(3)).isCloseTo(0.04, within(1e-12));
    }

    @Test
    void neverLowersAndFollowsPermutations() {
        long seed = 42;
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            List<Double> p = new ArrayList<>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                p.add(random.nextInt(5) == 0 ? 0.25 : Math.pow(random.nextDouble(), 3));
            }
            List<Double> holm = MultipleTests.holm(p);
            List<Double> bh = MultipleTests.benjaminiHochberg(p);
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < p.size(); i++) {
                order.add(i);
                String what = "seed " + seed + ", " + p;
                assertThat(bh.get(i)).as(what).isGreaterThanOrEqualTo(p.get(i));
                assertThat(holm.get(i)).as(what).isGreaterThanOrEqualTo(bh.get(i) - 1e-12);
                assertThat(holm.get(i)).as(what).isLessThanOrEqualTo(Math.min(1, p.size() * p.get(i)));
                for (int j = 0; j < p.size(); j++) {
                    if (p.get(i) < p.get(j)) {
                        assertThat(holm.get(i)).as(what).isLessThanOrEqualTo(holm.get(j));
                    }
                }
            }
            Collections.shuffle(order, random);
            assertThat(MultipleTests.holm(order.stream().map(p::get).toList()))
                    .as("seed %d", seed)
                    .isEqualTo(order.stream().map(holm::get).toList());
        }
    }

    @Test
    void takesNoneOrOneAndRefusesNonsense() {
        assertThat(MultipleTests.holm(List.of())).isEmpty();
        assertThat(MultipleTests.holm(List.of(0.3))).containsExactly(0.3);
        assertThatIllegalArgumentException().isThrownBy(() -> MultipleTests.holm(List.of(0.3, 1.2)));
        assertThatIllegalArgumentException().isThrownBy(() -> MultipleTests.benjaminiHochberg(List.of(Double.NaN)));
    }
}
