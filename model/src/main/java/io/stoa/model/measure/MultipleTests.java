package io.stoa.model.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Adjusts p-values of several tests that are read together. Adjusted values come back in the order of the given ones. */
public final class MultipleTests {
    private MultipleTests() {}

    /**
     * Holm's step-down adjustment: what stays below α holds with a family-wise error of at most α, however the tests
     * depend on each other. The i-th smallest of m becomes the largest (m − j + 1) · p₍ⱼ₎ over j ≤ i, at most 1.
     *
     * <p>Source: S. Holm, Scand. J. Stat. 6 (1979) 65–70.
     */
    public static List<Double> holm(List<Double> p) {
        List<Integer> ascending = ascending(p);
        List<Double> adjusted = new ArrayList<>(Collections.nCopies(p.size(), 1.0));
        double floor = 0;
        for (int rank = 0; rank < ascending.size(); rank++) {
            int index = ascending.get(rank);
            floor = Math.min(1, Math.max(floor, (p.size() - rank) * p.get(index)));
            adjusted.set(index, floor);
        }
        return List.copyOf(adjusted);
    }

    /**
     * Benjamini and Hochberg's step-up adjustment: among what stays below α, the expected share of false discoveries is
     * at most α, for independent (or positively dependent) tests. The i-th smallest of m becomes the smallest m · p₍ⱼ₎ /
     * j over j ≥ i, at most 1.
     *
     * <p>Source: Y. Benjamini and Y. Hochberg, J. R. Stat. Soc. B 57 (1995) 289–300.
     */
    public static List<Double> benjaminiHochberg(List<Double> p) {
        List<Integer> ascending = ascending(p);
        List<Double> adjusted = new ArrayList<>(Collections.nCopies(p.size(), 1.0));
        double ceiling = 1;
        for (int rank = ascending.size(); rank >= 1; rank--) {
            int index = ascending.get(rank - 1);
            // Division first: m / m is exactly 1, so that no rounding can push the largest below its own p.
            ceiling = Math.min(ceiling, (double) p.size() / rank * p.get(index));
            adjusted.set(index, ceiling);
        }
        return List.copyOf(adjusted);
    }

    private static List<Integer> ascending(List<Double> p) {
        for (double value : p) {
            if (!(value >= 0 && value <= 1)) {
                throw new IllegalArgumentException("not a p-value: " + value);
            }
        }
        return IntStream.range(0, p.size())
                .boxed()
                .sorted(Comparator.comparing(p::get))
                .toList();
    }
}
