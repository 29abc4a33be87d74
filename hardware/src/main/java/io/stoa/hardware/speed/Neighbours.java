package io.stoa.hardware.speed;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.hardware.speed.PriceList.Timed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What prices leave unsaid, told from small models that were timed: where one of some type took longer than its parts cost,
 * like ones do. Prices are of parts, and how threads share out a product depends on more: the
 * type's kernel, the distance between the threads, what else runs. That is kriging of what regression leaves, with a weight
 * that is a product of ratios instead of a fitted covariance.
 */
final class Neighbours {
    /** A neighbour as like as that counts as much as none at all, so what is far from all of them stays as it was. */
    private static final double NONE = 0.1;

    /** What one that is just alike leaves unsaid. */
    static final double UNSAID_BY_ONE = NONE / (1 + NONE);

    private Neighbours() {}

    /**
     * What neighbours say.
     *
     * @param off how far off the prices are, as a logarithm
     * @param unsaid the share of its variance that they leave, 1 with none: what a normal mean has left whose prior weighs as
     *     much as {@value #NONE} of a neighbour. What models alike are apart besides is so little that it is left out
     */
    record Told(double off, double unsaid) {}

    /**
     * How far off the prices are for a batch; of several types in the shares of their bytes.
     *
     * @param length as in {@link Timed}
     * @param neighbours models of one type each
     */
    static Told told(DecodeWork work, double length, PriceList list, List<Timed> neighbours) {
        Map<GgmlType, Double> bytes = new HashMap<>();
        work.matrices().stream()
                .filter(matrix -> matrix.type() != GgmlType.F32)
                .forEach(matrix -> bytes.merge(matrix.type(), matrix.bytes(), Double::sum));
        double all = bytes.values().stream().mapToDouble(each -> each).sum();
        if (bytes.isEmpty()) {
            return new Told(0, 1);
        }
        double off = 0;
        double unsaid = 0;
        for (Map.Entry<GgmlType, Double> type : bytes.entrySet()) {
            double weighed = 0;
            double weights = NONE;
            for (Timed one : neighbours) {
                if (one.decoded().output().type() == type.getKey()
                        && list.missing(one.work()).isEmpty()) {
                    double weight = ratio(work.bytes(), one.decoded().bytes()) * ratio(length, one.length());
                    weighed += weight * Math.log(one.seconds() / list.seconds(one.work()));
                    weights += weight;
                }
            }
            double share = type.getValue() / all;
            off += share * weighed / weights;
            unsaid += share * NONE / weights;
        }
        return new Told(off, unsaid);
    }

    private static double ratio(double one, double other) {
        return Math.min(one, other) / Math.max(one, other);
    }
}
