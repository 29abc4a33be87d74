package io.stoa.engine.grammar;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Whole numbers of a range, as GBNF over their decimal digits. */
final class NumberRange {
    private NumberRange() {}

    /** From the least to the most, both included. */
    static String gbnf(BigInteger least, BigInteger most) {
        List<String> alternatives = new ArrayList<>();
        if (least.signum() < 0) {
            BigInteger nearest = most.signum() < 0 ? most.negate() : BigInteger.ONE;
            for (String positive : positive(nearest, least.negate())) {
                alternatives.add("\"-\" " + positive);
            }
        }
        if (most.signum() >= 0) {
            BigInteger from = least.max(BigInteger.ZERO);
            if (from.signum() == 0) {
                alternatives.add("\"0\"");
                from = BigInteger.ONE;
            }
            if (from.compareTo(most) <= 0) {
                alternatives.addAll(positive(from, most));
            }
        }
        return "(" + String.join(" | ", alternatives) + ")";
    }

    /** Alternatives for positive numbers, length by length. */
    private static List<String> positive(BigInteger least, BigInteger most) {
        List<String> alternatives = new ArrayList<>();
        int shortest = least.toString().length();
        int longest = most.toString().length();
        for (int length = shortest; length <= longest; length++) {
            String low = length == shortest ? least.toString() : "1" + "0".repeat(length - 1);
            String high = length == longest ? most.toString() : "9".repeat(length);
            digits(low, high, "", alternatives);
        }
        return alternatives;
    }

    /** Numbers of equal length: a common beginning, then a digit that splits the range. */
    private static void digits(String low, String high, String before, List<String> alternatives) {
        if (low.isEmpty()) {
            alternatives.add(before.strip());
            return;
        }
        char first = low.charAt(0);
        char last = high.charAt(0);
        String lowRest = low.substring(1);
        String highRest = high.substring(1);
        if (first == last) {
            digits(lowRest, highRest, before + " \"" + first + "\"", alternatives);
            return;
        }
        boolean lowWhole = lowRest.chars().allMatch(c -> c == '0');
        boolean highWhole = highRest.chars().allMatch(c -> c == '9');
        if (!lowWhole) {
            digits(lowRest, "9".repeat(lowRest.length()), before + " \"" + first + "\"", alternatives);
            first++;
        }
        char free = highWhole ? last : (char) (last - 1);
        if (first <= free) {
            String any = lowRest.isEmpty() ? "" : " [0-9]{" + lowRest.length() + "}";
            alternatives.add((before + " [" + first + "-" + free + "]" + any).strip());
        }
        if (!highWhole) {
            digits("0".repeat(highRest.length()), highRest, before + " \"" + last + "\"", alternatives);
        }
    }
}
