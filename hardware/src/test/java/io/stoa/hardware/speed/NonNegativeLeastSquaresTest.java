package io.stoa.hardware.speed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class NonNegativeLeastSquaresTest {
    @Test
    void findsWhatIsThere() {
        List<double[]> rows = List.of(new double[] {1, 2}, new double[] {3, 1}, new double[] {2, 5});
        assertThat(NonNegativeLeastSquares.solve(rows, new double[] {8, 9, 19}))
                .containsExactly(new double[] {2, 3}, within(1e-9));
    }

    @Test
    void neverGoesBelowNothing() {
        // Without the bound it would be (2, -1).
        List<double[]> rows = List.of(new double[] {1, 1}, new double[] {1, 0});
        assertThat(NonNegativeLeastSquares.solve(rows, new double[] {1, 2}))
                .containsExactly(new double[] {1.5, 0}, within(1e-9));
    }

    /** Kuhn and Tucker: no price may be raised or lowered with profit, and prices of nothing only raised at a loss. */
    @Test
    void isTheMinimum() {
        long seed = System.nanoTime();
        System.out.println("non-negative least squares: seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            int width = 1 + random.nextInt(6);
            List<double[]> rows = new ArrayList<>();
            double[] targets = new double[width + 3];
            for (int i = 0; i < targets.length; i++) {
                rows.add(random.doubles(width, -1, 1).toArray());
                targets[i] = random.nextDouble(-1, 1);
            }
            double[] solution = NonNegativeLeastSquares.solve(rows, targets);
            for (int j = 0; j < width; j++) {
                double gradient = 0;
                for (int i = 0; i < targets.length; i++) {
                    double residual = -targets[i];
                    for (int k = 0; k < width; k++) {
                        residual += rows.get(i)[k] * solution[k];
                    }
                    gradient += rows.get(i)[j] * residual;
                }
                assertThat(solution[j]).isNotNegative();
                if (solution[j] > 1e-9) {
                    assertThat(gradient).isCloseTo(0, within(1e-6));
                } else {
                    assertThat(gradient).isGreaterThan(-1e-6);
                }
            }
        }
    }
}
