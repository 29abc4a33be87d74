package io.stoa.edge.device;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * A bundle's version: numbers with dots between them, such as {@code 7} or {@code 2.10.1}. Compared number by number; one
 * that is missing counts as 0.
 *
 * @param text as it is written
 */
public record BundleVersion(String text) implements Comparable<BundleVersion> {
    private static final int MOST_LETTERS = 64;

    public BundleVersion {
        if (text.length() > MOST_LETTERS || !text.matches("[0-9]+(\\.[0-9]+){0,7}")) {
            throw new IllegalArgumentException("a version is numbers with dots between them, as 7 or 2.10.1: "
                    + (text.length() > MOST_LETTERS ? text.substring(0, MOST_LETTERS) + "…" : text));
        }
    }

    @Override
    public int compareTo(BundleVersion other) {
        List<BigInteger> mine = numbers();
        List<BigInteger> theirs = other.numbers();
        for (int i = 0; i < Math.max(mine.size(), theirs.size()); i++) {
            int order = at(mine, i).compareTo(at(theirs, i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static BigInteger at(List<BigInteger> numbers, int place) {
        return place < numbers.size() ? numbers.get(place) : BigInteger.ZERO;
    }

    private List<BigInteger> numbers() {
        List<BigInteger> numbers = new ArrayList<>();
        for (String part : text.split("\\.", -1)) {
            numbers.add(new BigInteger(part));
        }
        return numbers;
    }

    @Override
    public String toString() {
        return text;
    }
}
