package io.stoa.benchmark.stats;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A mean of values of which some count less than others.
 *
 * @param variance of the values around it, without bias
 * @param weight of all values together
 */
record WeightedMean(double value, double variance, double weight) {
    /** A thing and how much it counts. */
    record Weighted<T>(T thing, double weight) {}

    static <T> WeightedMean of(List<Weighted<T>> things, ToDoubleFunction<T> value) {
        double weight = 0;
        double sum = 0;
        for (Weighted<T> one : things) {
            weight += one.weight;
            sum += one.weight * value.applyAsDouble(one.thing);
        }
        double mean = sum / weight;
        double squares = 0;
        for (Weighted<T> one : things) {
            double deviation = value.applyAsDouble(one.thing) - mean;
            squares += one.weight * deviation * deviation;
        }
        return new WeightedMean(mean, squares / (weight - 1), weight);
    }

    double squaredError() {
        return variance / weight;
    }
}
