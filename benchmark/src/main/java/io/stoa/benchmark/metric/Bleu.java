package io.stoa.benchmark.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * BLEU: the geometric mean of n-gram precisions, times a penalty for brevity (Papineni et al., ACL 2002).
 *
 * <p>{@link #corpus} is sacrebleu's default ({@code tok:13a|smooth:exp}, Post, WMT 2018), {@link #sentence} is NLTK's
 * {@code sentence_bleu} without smoothing. The two differ on purpose: published numbers name one of them.
 */
public final class Bleu {
    private static final int ORDER = 4;

    private static final Pattern SYMBOL = Pattern.compile("([\\{-~\\[-` -&\\(-+:-@/])");
    private static final Pattern POINT_AFTER_NO_DIGIT = Pattern.compile("([^0-9])([.,])");
    private static final Pattern POINT_BEFORE_NO_DIGIT = Pattern.compile("([.,])([^0-9])");
    private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])(-)");

    private Bleu() {}

    /**
     * BLEU of a whole corpus, from 0 to 100.
     *
     * @param hypotheses one text a segment
     * @param references at least one text a segment, in the order of the hypotheses
     */
    public static double corpus(List<String> hypotheses, List<List<String>> references) {
        Segments.check(hypotheses, references);
        Statistics sum = new Statistics(ORDER);
        for (int i = 0; i < hypotheses.size(); i++) {
            sum.add(
                    tokens(hypotheses.get(i)),
                    references.get(i).stream().map(Bleu::tokens).toList());
        }
        double smoothing = 1;
        double logSum = 0;
        boolean any = false;
        for (int n = 0; n < ORDER; n++) {
            any |= sum.right[n] > 0;
        }
        if (!any) {
            return 0;
        }
        for (int n = 0; n < ORDER; n++) {
            if (sum.total[n] == 0) {
                return 0;
            }
            double right = sum.right[n];
            if (right == 0) {
                // Exponential smoothing: each order without a match counts half as much as the one before.
                smoothing *= 2;
                right = 1 / smoothing;
            }
            logSum += Math.log(right / sum.total[n]);
        }
        return 100 * sum.brevityPenalty() * Math.exp(logSum / ORDER);
    }

    /**
     * BLEU of one segment, from 0 to 1; 0 as soon as a weighted order has no match.
     *
     * @param hypothesis tokens
     * @param references tokens of each
     * @param weights of the orders 1, 2, …; they sum to 1
     */
    public static double sentence(List<String> hypothesis, List<List<String>> references, List<Double> weights) {
        Statistics statistics = new Statistics(weights.size());
        statistics.add(hypothesis, references);
        if (hypothesis.isEmpty()) {
            return 0;
        }
        double logSum = 0;
        for (int n = 0; n < weights.size(); n++) {
            if (weights.get(n) > 0) {
                if (statistics.right[n] == 0) {
                    return 0;
                }
                logSum += weights.get(n) * Math.log((double) statistics.right[n] / statistics.total[n]);
            }
        }
        return statistics.brevityPenalty() * Math.exp(logSum);
    }

    /** Tokens by the rules of mteval-v13a, in sacrebleu's reading. */
    static List<String> tokens(String text) {
        String line = text.stripTrailing()
                .replace("<skipped>", "")
                .replace("-\n", "")
                .replace('\n', ' ')
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
        line = SYMBOL.matcher(" " + line + " ").replaceAll(" $1 ");
        line = POINT_AFTER_NO_DIGIT.matcher(line).replaceAll("$1 $2 ");
        line = POINT_BEFORE_NO_DIGIT.matcher(line).replaceAll(" $1 $2");
        line = DASH_AFTER_DIGIT.matcher(line).replaceAll("$1 $2 ");
        return Words.of(line);
    }

    /** Matches and lengths, summed over segments. */
    private static final class Statistics {
        private final long[] right;
        private final long[] total;
        private long length;
        private long referenceLength;

        Statistics(int order) {
            right = new long[order];
            total = new long[order];
        }

        void add(List<String> hypothesis, List<List<String>> references) {
            length += hypothesis.size();
            int closest = references.getFirst().size();
            for (List<String> reference : references) {
                int nearer = Math.abs(reference.size() - hypothesis.size()) - Math.abs(closest - hypothesis.size());
                if (nearer < 0 || (nearer == 0 && reference.size() < closest)) {
                    closest = reference.size();
                }
            }
            referenceLength += closest;
            for (int n = 1; n <= right.length; n++) {
                Map<List<String>, Integer> most = new HashMap<>();
                for (List<String> reference : references) {
                    Words.ngrams(reference, n).forEach((ngram, count) -> most.merge(ngram, count, Math::max));
                }
                right[n - 1] += Words.common(Words.ngrams(hypothesis, n), most);
                total[n - 1] += Math.max(0, hypothesis.size() - n + 1);
            }
        }

        double brevityPenalty() {
            if (length >= referenceLength) {
                return 1;
            }
            return length == 0 ? 0 : Math.exp(1 - (double) referenceLength / length);
        }
    }
}
