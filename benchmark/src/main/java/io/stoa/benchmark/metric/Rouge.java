package io.stoa.benchmark.metric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * ROUGE (Lin, ACL 2004) as the {@code rouge_score} package computes it without a stemmer: lower case, runs of anything
 * but a–z and 0–9 are gaps. Each is an F measure from 0 to 1.
 */
public final class Rouge {
    private static final Pattern GAP = Pattern.compile("[^a-z0-9]+");

    private Rouge() {}

    /** ROUGE-N: the n-grams that both have. */
    public static double ngrams(int n, String reference, String prediction) {
        Map<List<String>, Integer> wanted = Words.ngrams(tokens(reference), n);
        Map<List<String>, Integer> made = Words.ngrams(tokens(prediction), n);
        return measure(Words.common(wanted, made), Words.total(wanted), Words.total(made));
    }

    /** ROUGE-L: the longest common subsequence. */
    public static double longest(String reference, String prediction) {
        List<String> wanted = tokens(reference);
        List<String> made = tokens(prediction);
        return measure(lengths(wanted, made)[wanted.size()][made.size()], wanted.size(), made.size());
    }

    /** ROUGE-Lsum: for each line of the reference the union of its longest common subsequences with all lines. */
    public static double longestByLine(String reference, String prediction) {
        List<List<String>> wanted = lines(reference);
        List<List<String>> made = lines(prediction);
        Map<String, Integer> leftWanted = counts(wanted);
        Map<String, Integer> leftMade = counts(made);
        int hits = 0;
        for (List<String> line : wanted) {
            Set<Integer> union = new TreeSet<>();
            made.forEach(other -> union.addAll(subsequence(line, other)));
            for (int at : union) {
                String token = line.get(at);
                if (leftWanted.getOrDefault(token, 0) > 0 && leftMade.getOrDefault(token, 0) > 0) {
                    hits++;
                    leftWanted.merge(token, -1, Integer::sum);
                    leftMade.merge(token, -1, Integer::sum);
                }
            }
        }
        return measure(hits, total(wanted), total(made));
    }

    private static double measure(int hits, int wanted, int made) {
        return Words.harmonicMean((double) hits / Math.max(made, 1), (double) hits / Math.max(wanted, 1));
    }

    private static List<String> tokens(String text) {
        return Words.of(GAP.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" "));
    }

    private static List<List<String>> lines(String text) {
        return text.lines().filter(line -> !line.isEmpty()).map(Rouge::tokens).toList();
    }

    private static int total(List<List<String>> lines) {
        return lines.stream().mapToInt(List::size).sum();
    }

    private static Map<String, Integer> counts(List<List<String>> lines) {
        Map<String, Integer> counts = new HashMap<>();
        lines.forEach(line -> line.forEach(token -> counts.merge(token, 1, Integer::sum)));
        return counts;
    }

    /** {@code lengths[i][j]}: of the longest common subsequence of the first i and the first j. */
    private static int[][] lengths(List<String> one, List<String> other) {
        int[][] lengths = new int[one.size() + 1][other.size() + 1];
        for (int i = 1; i <= one.size(); i++) {
            for (int j = 1; j <= other.size(); j++) {
                lengths[i][j] = one.get(i - 1).equals(other.get(j - 1))
                        ? lengths[i - 1][j - 1] + 1
                        : Math.max(lengths[i - 1][j], lengths[i][j - 1]);
            }
        }
        return lengths;
    }

    /** Where in {@code one} the longest common subsequence lies; of several the one that the package finds. */
    private static List<Integer> subsequence(List<String> one, List<String> other) {
        int[][] lengths = lengths(one, other);
        List<Integer> at = new ArrayList<>();
        int i = one.size();
        int j = other.size();
        while (i > 0 && j > 0) {
            if (one.get(i - 1).equals(other.get(j - 1))) {
                at.add(i - 1);
                i--;
                j--;
            } else if (lengths[i][j - 1] > lengths[i - 1][j]) {
                j--;
            } else {
                i--;
            }
        }
        return at;
    }
}
