package io.stoa.benchmark.metric;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Where the right choices of one item stand when its choices are sorted by log-likelihood, the highest first. */
public final class Ranks {
    private final List<Integer> order;

    /** Sorts the choices. Equal ones keep their order, so that the first of them counts as chosen. */
    public Ranks(List<Double> logLikelihoods) {
        if (logLikelihoods.isEmpty() || logLikelihoods.stream().anyMatch(value -> value.isNaN())) {
            throw new IllegalArgumentException("choices need log-likelihoods that are numbers: " + logLikelihoods);
        }
        List<Integer> sorted = new ArrayList<>();
        for (int i = 0; i < logLikelihoods.size(); i++) {
            sorted.add(i);
        }
        sorted.sort(Comparator.<Integer>comparingDouble(logLikelihoods::get).reversed());
        order = List.copyOf(sorted);
    }

    /** The choice with the highest log-likelihood. */
    public int chosen() {
        return order.getFirst();
    }

    /** Whether one of the right choices is among the first k. */
    public boolean recalls(Set<Integer> right, int k) {
        return order.stream().limit(k).anyMatch(right::contains);
    }

    /** 1 / the rank of the first right choice, from 1; 0 where none is right. */
    public double reciprocalRank(Set<Integer> right) {
        for (int i = 0; i < order.size(); i++) {
            if (right.contains(order.get(i))) {
                return 1.0 / (i + 1);
            }
        }
        return 0;
    }
}
