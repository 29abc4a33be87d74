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
