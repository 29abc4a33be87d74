package io.stoa.engine.llama;

import io.stoa.engine.llama.Divergence.Estimate;

/** The sums of some numbers and of their squares. */
final class Sums {
    private double sum;
    private double squares;
    private long count;

    void add(double value) {
        sum += value;
        squares += value * value;
        count++;
    }

    void add(Sums other) {
        sum += other.sum;
        squares += other.squares;
        count += other.count;
    }

    long count() {
        return count;
    }

    double mean() {
        return sum / count;
    }

    /** The mean's standard error as llama-perplexity has it: √((Σx²/n − mean²) / (n − 1)). */
    double error() {
        double variance = squares / count - mean() * mean();
        return variance > 0 ? Math.sqrt(variance / (count - 1)) : 0;
    }

    Estimate estimate() {
        return new Estimate(mean(), error());
    }

    Perplexity perplexity(int windows) {
        return new Perplexity(windows, count, mean(), error());
    }
}
