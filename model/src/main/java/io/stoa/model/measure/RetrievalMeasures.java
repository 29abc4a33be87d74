package io.stoa.model.measure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a ranking of documents is worth to one question, with the names and the rules of NIST's trec_eval: documents are
 * ranked by score, equal scores by descending id, and a document without a judgement counts as not relevant.
 *
 * @param retrieved documents in the ranking
 * @param relevant documents judged relevant
 * @param relevantRetrieved of these in the ranking
 * @param averagePrecision the mean of the precisions at each relevant document; those not found count 0
 * @param rPrecision the precision at as many documents as there are relevant ones
 * @param bpref how rarely documents judged not relevant stand before relevant ones (Buckley and Voorhees, SIGIR 2004)
 * @param reciprocalRank 1 / the rank of the first relevant document
 * @param ndcg discounted cumulative gain over the ideal one (Järvelin and Kekäläinen, TOIS 20 (2002) 422–446)
 * @param interpolatedPrecision the highest precision from a recall of 0.0, 0.1, …, 1.0 on
 * @param gains the relevance of each ranked document, 0 where it is not relevant or not judged
 * @param ideal the relevance of the relevant documents, highest first
 */
public record RetrievalMeasures(
        int retrieved,
        int relevant,
        int relevantRetrieved,
        double averagePrecision,
        double rPrecision,
        double bpref,
        double reciprocalRank,
        double ndcg,
        List<Double> interpolatedPrecision,
        List<Integer> gains,
        List<Integer> ideal) {
    /** The least average precision that enters the geometric mean, so that one failed question does not make it 0. */
    private static final double LEAST = 0.00001;

    public RetrievalMeasures {
        interpolatedPrecision = List.copyOf(interpolatedPrecision);
        gains = List.copyOf(gains);
        ideal = List.copyOf(ideal);
    }

    /**
     * Measures a ranking that is a list, best first, held against documents that are relevant or not.
     *
     * @param ranking of a document that stands in it several times the first counts
     */
    public static RetrievalMeasures of(List<String> ranking, Collection<String> relevant) {
        Map<String, Float> scores = new LinkedHashMap<>();
        for (String document : ranking) {
            scores.putIfAbsent(document, (float) (ranking.size() - scores.size()));
        }
        Map<String, Integer> judgements = new LinkedHashMap<>();
        relevant.forEach(document -> judgements.put(document, 1));
        return of(scores, judgements);
    }

    /**
     * Measures one ranking.
     *
     * @param scores each document's score; single precision, in which trec_eval compares
     * @param judgements each judged document's relevance, relevant from 1 on
     */
    public static RetrievalMeasures of(Map<String, Float> scores, Map<String, Integer> judgements) {
        List<String> ranking = new ArrayList<>(scores.keySet());
        ranking.sort(Comparator.<String, Float>comparing(scores::get)
                .thenComparing(Comparator.naturalOrder())
                .reversed());
        int relevant =
                (int) judgements.values().stream().filter(gain -> gain > 0).count();
        int notRelevant =
                (int) judgements.values().stream().filter(gain -> gain == 0).count();
        List<Integer> gains = new ArrayList<>();
        List<Double> precisions = new ArrayList<>();
        double precisionSum = 0;
        double bpref = 0;
        double gained = 0;
        double reciprocalRank = 0;
        int found = 0;
        int judgedWrong = 0;
        for (int rank = 1; rank <= ranking.size(); rank++) {
            Integer judged = judgements.get(ranking.get(rank - 1));
            int gain = judged == null ? 0 : Math.max(judged, 0);
            gains.add(gain);
            if (gain > 0) {
                found++;
                precisions.add((double) found / rank);
                precisionSum += (double) found / rank;
                reciprocalRank = found == 1 ? 1.0 / rank : reciprocalRank;
                bpref += judgedWrong == 0
                        ? 1
                        : 1 - (double) Math.min(judgedWrong, relevant) / Math.min(notRelevant, relevant);
                gained += discounted(gain, rank);
            } else if (judged != null && judged == 0) {
                judgedWrong++;
            }
        }
        List<Integer> ideal = ideal(judgements.values());
        double best = discounted(ideal, ideal.size());
        return new RetrievalMeasures(
                ranking.size(),
                relevant,
                found,
                share(precisionSum, relevant),
                share(
                        (int) gains.stream()
                                .limit(relevant)
                                .filter(gain -> gain > 0)
                                .count(),
                        relevant),
                share(bpref, relevant),
                reciprocalRank,
                best == 0 ? 0 : gained / best,
                interpolated(precisions, relevant),
                gains,
                ideal);
    }

    /** The share of relevant documents among the first k; of missing ones none is relevant. */
    public double precisionAt(int k) {
        return (double) relevantIn(k) / k;
    }

    /** The share of the relevant documents that is among the first k. */
    public double recallAt(int k) {
        return share(relevantIn(k), relevant);
    }

    /** {@link #ndcg} of the first k documents, over the best that k documents can have; trec_eval's {@code ndcg_cut}. */
    public double ndcgAt(int k) {
        double best = discounted(ideal, k);
        return best == 0 ? 0 : discounted(gains, k) / best;
    }

    /** Whether a relevant document is among the first k. */
    public boolean successAt(int k) {
        return relevantIn(k) > 0;
    }

    /** The geometric mean of average precisions; each counts as at least {@value #LEAST}. */
    public static double geometricMean(Collection<RetrievalMeasures> questions) {
        return Math.exp(questions.stream()
                .mapToDouble(measures -> Math.log(Math.max(measures.averagePrecision, LEAST)))
                .average()
                .orElseThrow());
    }

    /** trec_eval's names with the values of one question, in its order. */
    public Map<String, Double> byName() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("num_ret", (double) retrieved);
        values.put("num_rel", (double) relevant);
        values.put("num_rel_ret", (double) relevantRetrieved);
        values.put("map", averagePrecision);
        values.put("Rprec", rPrecision);
        values.put("bpref", bpref);
        values.put("recip_rank", reciprocalRank);
        for (int i = 0; i < interpolatedPrecision.size(); i++) {
            values.put("iprec_at_recall_" + (i == 10 ? "1.00" : "0." + i + "0"), interpolatedPrecision.get(i));
        }
        for (int k : new int[] {5, 10, 15, 20, 30, 100, 200, 500, 1000}) {
            values.put("P_" + k, precisionAt(k));
            values.put("recall_" + k, recallAt(k));
        }
        values.put("ndcg", ndcg);
        return values;
    }

    private int relevantIn(int k) {
        return (int) gains.stream().limit(k).filter(gain -> gain > 0).count();
    }

    private static double share(double part, int whole) {
        return whole == 0 ? 0 : part / whole;
    }

    private static double discounted(int gain, int rank) {
        return gain * Math.log(2) / Math.log(rank + 1);
    }

    private static List<Integer> ideal(Collection<Integer> judgements) {
        return judgements.stream()
                .filter(gain -> gain > 0)
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    private static double discounted(List<Integer> gains, int most) {
        double sum = 0;
        for (int i = 0; i < Math.min(most, gains.size()); i++) {
            sum += discounted(gains.get(i), i + 1);
        }
        return sum;
    }

    /** @param precisions at each relevant document that was found, in order */
    private static List<Double> interpolated(List<Double> precisions, int relevant) {
        List<Double> interpolated = new ArrayList<>();
        for (int tenths = 0; tenths <= 10; tenths++) {
            // As trec_eval 10 does, the wanted number of documents is rounded to the nearest; 9 rounded most up.
            int wanted = (int) (tenths / 10.0 * relevant + 0.5);
            interpolated.add(precisions.stream()
                    .skip(Math.max(wanted - 1, 0))
                    .mapToDouble(Double::doubleValue)
                    .max()
                    .orElse(0));
        }
        return interpolated;
    }
}
