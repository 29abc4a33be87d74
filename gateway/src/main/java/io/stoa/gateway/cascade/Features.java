package io.stoa.gateway.cascade;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;

/**
 * What a score is computed from: few numbers that are not zero, by their place.
 */
final class Features {
    private final int[] places;
    private final double[] values;

    Features(int[] places, double[] values) {
        this.places = places;
        this.values = values;
    }

    int[] places() {
        return places;
    }

    double[] values() {
        return values;
    }

    double times(double[] weights) {
        double sum = 0;
        for (int i = 0; i < places.length; i++) {
            sum += values[i] * weights[places[i]];
        }
        return sum;
    }

    void addTo(double[] sums, double factor) {
        for (int i = 0; i < places.length; i++) {
            sums[places[i]] += factor * values[i];
        }
    }

    static Features of(SortedMap<Integer, Double> map) {
        int[] places = new int[map.size()];
        double[] values = new double[map.size()];
        int i = 0;
        for (Map.Entry<Integer, Double> entry : map.entrySet()) {
            places[i] = entry.getKey();
            values[i++] = entry.getValue();
        }
        return new Features(places, values);
    }

    void count(int[] counts) {
        for (int place : places) {
            counts[place]++;
        }
    }

    /**
     * The same under other numbers.
     *
     * @param numbers the new place of each old one, ascending; −1 where it is left out
     */
    Features renumbered(int[] numbers) {
        int[] kept = new int[places.length];
        double[] with = new double[places.length];
        int n = 0;
        for (int i = 0; i < places.length; i++) {
            if (numbers[places[i]] >= 0) {
                kept[n] = numbers[places[i]];
                with[n++] = values[i];
            }
        }
        return new Features(Arrays.copyOf(kept, n), Arrays.copyOf(with, n));
    }

    /** Values that stand at their own index. */
    static Features dense(double[] values) {
        int[] places = new int[values.length];
        Arrays.setAll(places, i -> i);
        return new Features(places, values);
    }

    /** These, with others whose places are moved behind them. */
    Features and(Features more, int offset) {
        int[] both = Arrays.copyOf(places, places.length + more.places.length);
        double[] all = Arrays.copyOf(values, both.length);
        for (int i = 0; i < more.places.length; i++) {
            both[places.length + i] = offset + more.places[i];
            all[places.length + i] = more.values[i];
        }
        return new Features(both, all);
    }
}
