package io.stoa.benchmark.metric;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How much of a reference an answer repeats, word by word. Words are what white space separates; case and punctuation
 * count.
 *
 * @param commonPrefix how many words both begin with
 * @param editDistance the fewest words inserted, deleted or replaced (Levenshtein)
 * @param similarity 1 − distance / words of the longer one; 1 where both are empty
 */
public record Resemblance(int commonPrefix, int editDistance, double similarity) {
    /** Compares an answer with its reference. */
    public static Resemblance of(String reference, String answer) {
        List<String> wanted = Words.of(reference);
        List<String> made = Words.of(answer);
        int prefix = 0;
        while (prefix < Math.min(wanted.size(), made.size())
                && wanted.get(prefix).equals(made.get(prefix))) {
            prefix++;
        }
        int distance = distance(wanted, made);
        int longer = Math.max(wanted.size(), made.size());
        return new Resemblance(prefix, distance, longer == 0 ? 1 : 1 - (double) distance / longer);
    }

    /** F1 of the sets of words that both use: order and repetition do not count. */
    public static double f1(String reference, String answer) {
        Set<String> wanted = new HashSet<>(Words.of(reference));
        Set<String> made = new HashSet<>(Words.of(answer));
        if (wanted.isEmpty() || made.isEmpty()) {
            return 0;
        }
        double common = made.stream().filter(wanted::contains).count();
        return Words.harmonicMean(common / made.size(), common / wanted.size());
    }

    private static int distance(List<String> one, List<String> other) {
        int[] row = new int[other.size() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.size(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (one.get(i - 1).equals(other.get(j - 1)) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.size()];
    }
}
