package io.stoa.benchmark.metric;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Predicted against true classes of many items, as scikit-learn computes them; a class that was neither true nor
 * predicted has an F1 of 0.
 *
 * @param <C> a class, compared by {@code equals}
 */
public final class Classification<C> {
    private record Counts(long both, long predicted, long wanted) {
        double f1() {
            return predicted + wanted == 0 ? 0 : 2.0 * both / (predicted + wanted);
        }
    }

    private final Map<C, Counts> counts = new LinkedHashMap<>();
    private final long items;
    private final long right;

    /** Counts. Both lists are in the order of the items. */
    public Classification(List<C> wanted, List<C> predicted) {
        if (wanted.isEmpty() || wanted.size() != predicted.size()) {
            throw new IllegalArgumentException("a classification needs as many predictions as true classes, at least"
                    + " one: " + predicted.size() + " and " + wanted.size());
        }
        items = wanted.size();
        Set<C> classes = new LinkedHashSet<>(wanted);
        classes.addAll(predicted);
        for (C type : classes) {
            long both = 0;
            long made = 0;
            long asked = 0;
            for (int i = 0; i < wanted.size(); i++) {
                boolean isWanted = wanted.get(i).equals(type);
                boolean isMade = predicted.get(i).equals(type);
                both += isWanted && isMade ? 1 : 0;
                made += isMade ? 1 : 0;
                asked += isWanted ? 1 : 0;
            }
            counts.put(type, new Counts(both, made, asked));
        }
        right = counts.values().stream().mapToLong(Counts::both).sum();
    }

    /** F1 of one class: 2 · both / (predicted + true). */
    public double f1(C type) {
        return counts.getOrDefault(type, new Counts(0, 0, 0)).f1();
    }

    /** The mean F1 of all classes that occur. */
    public double macroF1() {
        return counts.values().stream().mapToDouble(Counts::f1).average().orElseThrow();
    }

    /** F1 over all decisions, which is the accuracy where each item has one class. */
    public double microF1() {
        return (double) right / items;
    }

    /** The mean over given classes of how often "is it this one?" was answered rightly. */
    public double oneAgainstRest(List<C> classes) {
        ToDoubleFunction<C> accuracy = type -> {
            Counts count = counts.getOrDefault(type, new Counts(0, 0, 0));
            return (double) (items - count.predicted - count.wanted + 2 * count.both) / items;
        };
        return classes.stream().mapToDouble(accuracy).average().orElseThrow();
    }

    /**
     * Matthews' correlation coefficient, for any number of classes (Gorodkin, Computational Biology and Chemistry 28
     * (2004) 367–374); 0 where one side has a single class.
     */
    public double matthews() {
        double products = 0;
        double predictedSquares = 0;
        double wantedSquares = 0;
        for (Counts count : counts.values()) {
            products += (double) count.predicted * count.wanted;
            predictedSquares += (double) count.predicted * count.predicted;
            wantedSquares += (double) count.wanted * count.wanted;
        }
        double n = items;
        double below = Math.sqrt(n * n - predictedSquares) * Math.sqrt(n * n - wantedSquares);
        return below == 0 ? 0 : (n * right - products) / below;
    }
}
