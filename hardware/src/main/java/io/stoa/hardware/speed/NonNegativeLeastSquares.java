package io.stoa.hardware.speed;

import java.util.Arrays;
import java.util.List;

/**
 * Coefficients x ≥ 0 that make Σ (aᵢ·x − bᵢ)² least, by coordinate descent: the problem is convex, so going from
 * coordinate to coordinate ends at its minimum.
 *
 * <p>Source: V. Franc, V. Hlaváč and M. Navara, Sequential coordinate-wise algorithm for the non-negative least squares
 * problem (2005).
 */
final class NonNegativeLeastSquares {
    private static final int MOST_ROUNDS = 200_000;
    private static final double PRECISION = 1e-12;

    private NonNegativeLeastSquares() {}

    static double[] solve(List<double[]> rows, double[] targets) {
        int width = rows.getFirst().length;
        // Columns are brought to length 1, so that one precision suits all of them.
        double[] lengths = new double[width];
        for (double[] row : rows) {
            for (int j = 0; j < width; j++) {
                lengths[j] += row[j] * row[j];
            }
        }
        double[][] gram = new double[width][width];
        double[] gradient = new double[width];
        for (int i = 0; i < rows.size(); i++) {
            double[] row = scaled(rows.get(i), lengths);
            for (int j = 0; j < width; j++) {
                gradient[j] -= row[j] * targets[i];
                for (int k = 0; k < width; k++) {
                    gram[j][k] += row[j] * row[k];
                }
            }
        }
        double[] solution = new double[width];
        for (int round = 0; round < MOST_ROUNDS; round++) {
            double moved = 0;
            for (int j = 0; j < width; j++) {
                if (gram[j][j] == 0) {
                    continue;
                }
                double better = Math.max(0, solution[j] - gradient[j] / gram[j][j]);
                double step = better - solution[j];
                if (step != 0) {
                    solution[j] = better;
                    for (int k = 0; k < width; k++) {
                        gradient[k] += step * gram[k][j];
                    }
                    moved = Math.max(moved, Math.abs(step));
                }
            }
            if (moved <= PRECISION * (1 + Arrays.stream(solution).max().orElse(0))) {
                break;
            }
        }
        return scaled(solution, lengths);
    }

    private static double[] scaled(double[] row, double[] squaredLengths) {
        double[] scaled = new double[row.length];
        for (int j = 0; j < row.length; j++) {
            scaled[j] = squaredLengths[j] == 0 ? 0 : row[j] / Math.sqrt(squaredLengths[j]);
        }
        return scaled;
    }
}
