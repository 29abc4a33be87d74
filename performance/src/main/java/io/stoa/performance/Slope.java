package io.stoa.performance;

/**
 * A least-squares line's slope, and its standard error √(Σ residual² / (n − 2) / Σ (x − x̄)²).
 *
 * @param slope units of y per unit of x
 */
record Slope(double slope, double standardError) {
    static Slope of(double[] x, double[] y) {
        int n = x.length;
        double meanX = mean(x);
        double meanY = mean(y);
        double xx = 0;
        double xy = 0;
        for (int i = 0; i < n; i++) {
            xx += (x[i] - meanX) * (x[i] - meanX);
            xy += (x[i] - meanX) * (y[i] - meanY);
        }
        double slope = xy / xx;
        double residuals = 0;
        for (int i = 0; i < n; i++) {
            double residual = y[i] - meanY - slope * (x[i] - meanX);
            residuals += residual * residual;
        }
        return new Slope(slope, Math.sqrt(residuals / (n - 2) / xx));
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
