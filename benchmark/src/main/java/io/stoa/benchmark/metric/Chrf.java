package io.stoa.benchmark.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * chrF: an F score over character n-grams (Popović, WMT 2015), and chrF++ with word n-grams as well (Popović, WMT 2017),
 * as sacrebleu 2 computes them: six orders of characters without white space, recall weighted by beta², orders that a
 * side has none of left out. Of several references the best one counts, segment by segment.
 *
 * @param words how many orders of word n-grams join: 0 for chrF, 2 for chrF++
 */
public record Chrf(int words) {
    private static final int CHARACTERS = 6;
    private static final double BETA_SQUARED = 4;
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    public Chrf {
        if (words < 0) {
            throw new IllegalArgumentException("orders of words must not be negative: " + words);
        }
    }

    /**
     * The score of a whole corpus, from 0 to 100.
     *
     * @param hypotheses one text a segment
     * @param references at least one text a segment, in the order of the hypotheses
     */
    public double corpus(List<String> hypotheses, List<List<String>> references) {
        Segments.check(hypotheses, references);
        long[][] sum = new long[CHARACTERS + words][3];
        for (int i = 0; i < hypotheses.size(); i++) {
            List<Map<List<String>, Integer>> hypothesis = ngrams(hypotheses.get(i));
            long[][] best = {};
            double bestScore = -1;
            for (String reference : references.get(i)) {
                long[][] counts = counts(hypothesis, ngrams(reference));
                double score = score(counts);
                if (score > bestScore) {
                    bestScore = score;
                    best = counts;
                }
            }
            for (int order = 0; order < best.length; order++) {
                for (int j = 0; j < best[order].length; j++) {
                    sum[order][j] += best[order][j];
                }
            }
        }
        return score(sum);
    }

    private List<Map<List<String>, Integer>> ngrams(String text) {
        List<String> tokens = Words.of(text.stripTrailing());
        List<String> characters = Words.characters(String.join("", tokens));
        List<Map<List<String>, Integer>> ngrams = new ArrayList<>();
        for (int n = 1; n <= CHARACTERS; n++) {
            ngrams.add(Words.ngrams(characters, n));
        }
        List<String> apart = tokens.stream()
                .flatMap(token -> withoutPunctuation(token).stream())
                .toList();
        for (int n = 1; n <= words; n++) {
            ngrams.add(Words.ngrams(apart, n));
        }
        return ngrams;
    }

    /** One sign of punctuation is cut off: the last one, or else the first one. */
    private static List<String> withoutPunctuation(String word) {
        int last = word.length() - 1;
        if (word.codePointCount(0, word.length()) == 1) {
            return List.of(word);
        }
        if (PUNCTUATION.indexOf(word.charAt(last)) >= 0) {
            return List.of(word.substring(0, last), word.substring(last));
        }
        if (PUNCTUATION.indexOf(word.charAt(0)) >= 0) {
            return List.of(word.substring(0, 1), word.substring(1));
        }
        return List.of(word);
    }

    /** For each order: n-grams of the hypothesis, of the reference, and of both. */
    private static long[][] counts(
            List<Map<List<String>, Integer>> hypothesis, List<Map<List<String>, Integer>> reference) {
        long[][] counts = new long[hypothesis.size()][];
        for (int i = 0; i < counts.length; i++) {
            // Where the reference has no n-gram of an order, the hypothesis is not blamed for its own.
            int made = reference.get(i).isEmpty() ? 0 : Words.total(hypothesis.get(i));
            counts[i] =
                    new long[] {made, Words.total(reference.get(i)), Words.common(hypothesis.get(i), reference.get(i))};
        }
        return counts;
    }

    private static double score(long[][] counts) {
        double precision = 0;
        double recall = 0;
        int orders = 0;
        for (long[] count : counts) {
            if (count[0] > 0 && count[1] > 0) {
                precision += (double) count[2] / count[0];
                recall += (double) count[2] / count[1];
                orders++;
            }
        }
        if (precision + recall == 0) {
            return 0;
        }
        precision /= orders;
        recall /= orders;
        return 100 * (1 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall);
    }
}
