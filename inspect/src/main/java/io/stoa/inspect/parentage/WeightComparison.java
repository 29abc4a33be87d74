package io.stoa.inspect.parentage;

import io.stoa.inspect.numeric.Weights;
import io.stoa.inspect.parentage.Parentage.Changed;
import io.stoa.inspect.parentage.Parentage.Relation;
import io.stoa.model.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Compares two models tensor by tensor. Both are decoded to floats, whatever their types, and rows are taken at even
 * distances.
 *
 * <p>The statistic is a permutation test: each row taken from the model is held against {@value #CANDIDATES} rows of the
 * base's tensor, among them the one in its own place. If the models were trained independently, none of them is preferred,
 * and the right one is the most correlated in one of {@value #CANDIDATES} cases; the number of hits is binomial, whatever
 * the weights' distribution. Significance alone says that weights are shared; that one model is derived from the other is
 * said only where the correlation is as high as quantization and fine-tuning leave it, and anything between is unknown
 * (models trained from the same start, merges with a small share).
 */
public final class WeightComparison {
    private static final int CANDIDATES = 16;
    private static final int IDENTIFIED_ROWS = 64;
    private static final int MOST_ROWS = 4_096;

    /** Weights of one tensor that are compared, unless {@value #IDENTIFIED_ROWS} rows have more. */
    private static final long ELEMENTS = 1L << 21;

    private static final int LEAST_ROW = 16;

    /** Q2_K keeps 0.94 to 0.98, the one-bit types 0.8. */
    private static final double DERIVED = 0.75;

    private static final double UNRELATED = 0.2;
    private static final double SIGNIFICANT = -12;

    /** From this on a difference is a change: a third more than the type's usual error. */
    private static final double MARGIN = 1.5;

    private final Weights own;
    private final Weights base;
    private long hits;
    private long trials;

    private WeightComparison(Weights own, Weights base) {
        this.own = own;
        this.base = base;
    }

    /** One tensor's figures. */
    private record Figures(String name, boolean vector, double correlation, double relative, double explained) {
        boolean changed() {
            return relative > explained;
        }
    }

    /** Whether the first is derived from the second. */
    public static Parentage compare(Weights own, Weights base, Progress progress) throws IOException {
        return new WeightComparison(own, base).run(progress);
    }

    private Parentage run(Progress progress) throws IOException {
        List<Figures> figures = new ArrayList<>();
        int matrices = 0;
        int shapes = 0;
        int missing = 0;
        int undecoded = 0;
        long done = 0;
        for (Weights.Tensor tensor : own.tensors()) {
            progress.at(done++, own.tensors().size());
            matrices += tensor.vector() ? 0 : 1;
            Optional<Weights.Tensor> twin = base.find(tensor.name());
            if (twin.isEmpty()) {
                missing++;
            } else if (twin.get().rowLength() != tensor.rowLength() || !sameRows(tensor, twin.get())) {
                shapes++;
            } else if (!tensor.decoded() || !twin.get().decoded()) {
                undecoded++;
            } else {
                figures.add(figures(tensor, twin.get()));
            }
        }
        return judged(figures, matrices, shapes, missing, undecoded);
    }

    /** A vocabulary may have been extended: then the common rows are compared. */
    private static boolean sameRows(Weights.Tensor a, Weights.Tensor b) {
        boolean vocabulary = a.name().equals("token_embd.weight") || a.name().equals("output.weight");
        return a.rows() == b.rows()
                || (vocabulary && Math.min(a.rows(), b.rows()) * 10 >= Math.max(a.rows(), b.rows()) * 8);
    }

    private Figures figures(Weights.Tensor tensor, Weights.Tensor twin) throws IOException {
        long rows = Math.min(tensor.rows(), twin.rows());
        long wanted = Math.clamp(ELEMENTS / tensor.rowLength(), IDENTIFIED_ROWS, MOST_ROWS);
        int taken = (int) Math.min(rows, wanted);
        float[][] mine = new float[taken][];
        float[][] theirs = new float[taken][];
        Sums all = new Sums();
        for (int i = 0; i < taken; i++) {
            long row = i * rows / taken;
            mine[i] = own.row(tensor, row);
            theirs[i] = base.row(twin, row);
            all.add(mine[i], theirs[i]);
        }
        if (!tensor.vector() && taken >= 2 && tensor.rowLength() >= LEAST_ROW) {
            identify(mine, theirs);
        }
        boolean same = tensor.exact() && tensor.type().equals(twin.type());
        double explained = same ? 0 : MARGIN * Math.hypot(usualError(tensor.type()), usualError(twin.type()));
        return new Figures(tensor.name(), tensor.vector(), all.correlation(), all.relative(), explained);
    }

    private void identify(float[][] mine, float[][] theirs) {
        if (mine.length < CANDIDATES) {
            return;
        }
        int rows = Math.min(IDENTIFIED_ROWS, mine.length);
        for (int taken = 0; taken < rows; taken++) {
            int row = (int) ((long) taken * mine.length / rows);
            int best = -1;
            double most = Double.NEGATIVE_INFINITY;
            for (int step = 0; step < CANDIDATES; step++) {
                int other = (int) ((row + (long) step * mine.length / CANDIDATES) % mine.length);
                Sums sums = new Sums();
                sums.add(mine[row], theirs[other]);
                double correlation = sums.correlation();
                if (correlation > most) {
                    most = correlation;
                    best = other;
                }
            }
            hits += best == row ? 1 : 0;
            trials++;
        }
    }

    private Parentage judged(List<Figures> figures, int matrices, int shapes, int missing, int undecoded) {
        List<Figures> compared =
                figures.stream().filter(figure -> !figure.vector()).toList();
        if (compared.isEmpty() || compared.size() * 4 < matrices) {
            boolean other = shapes > 0 && shapes >= missing && undecoded == 0;
            String why = other
                    ? shapes + " of " + own.tensors().size()
                            + " tensors have other shapes than the base's; quantization and" + " fine-tuning keep them."
                    : "Too little can be compared: of " + own.tensors().size() + " tensors " + missing
                            + " are not in the base, " + shapes + " have other shapes, and " + undecoded
                            + " are of types that are not decoded.";
            return new Parentage(other ? Relation.NOT_DERIVED : Relation.UNKNOWN, 0, 0, 0, List.of(), why);
        }
        double[] correlations =
                compared.stream().mapToDouble(Figures::correlation).sorted().toArray();
        double median = correlations[correlations.length / 2];
        double lower = correlations[correlations.length / 4];
        double log10p = log10p();
        List<Changed> changed = figures.stream()
                .filter(Figures::changed)
                .map(figure -> new Changed(figure.name(), figure.relative()))
                .sorted(Comparator.comparingDouble(Changed::relative).reversed())
                .toList();
        Relation relation = relation(figures, changed, median, lower, log10p);
        return new Parentage(
                relation,
                figures.size(),
                median,
                log10p,
                changed,
                reason(relation, figures, changed, median, shapes + missing));
    }

    private static Relation relation(
            List<Figures> figures, List<Changed> changed, double median, double lower, double log10p) {
        if (figures.stream().allMatch(figure -> figure.relative() == 0)) {
            return Relation.IDENTICAL;
        }
        if (median >= DERIVED && lower >= DERIVED / 2 && log10p < SIGNIFICANT) {
            return changed.isEmpty() ? Relation.QUANTIZED : Relation.FINE_TUNED;
        }
        if (median < UNRELATED && log10p > SIGNIFICANT / 4) {
            return Relation.NOT_DERIVED;
        }
        return Relation.UNKNOWN;
    }

    private static String reason(
            Relation relation, List<Figures> figures, List<Changed> changed, double median, int others) {
        String beside = others == 0 ? "" : " (" + others + " tensors have no counterpart)";
        return switch (relation) {
            case IDENTICAL -> "Every weight that was looked at is the base's" + beside + ".";
            case QUANTIZED -> "The weights are the base's, as exactly as their types can say" + beside + ".";
            case FINE_TUNED ->
                String.format(
                        Locale.ROOT,
                        "The weights are the base's, changed in %d of %d tensors by up to %.2f %%%s.",
                        changed.size(),
                        figures.size(),
                        100 * changed.getFirst().relative(),
                        beside);
            case NOT_DERIVED -> "The weights have nothing to do with the base's" + beside + ".";
            case UNKNOWN ->
                String.format(
                        Locale.ROOT,
                        "The weights are neither the base's nor independent of them (correlation %.2f): a sibling, a"
                                + " merge, or trained on for long%s.",
                        median,
                        beside);
        };
    }

    private double log10p() {
        if (trials == 0) {
            return 0;
        }
        BinomialDistribution independent = BinomialDistribution.of((int) trials, 1.0 / CANDIDATES);
        double p = hits == 0 ? 1 : independent.survivalProbability((int) hits - 1);
        return p <= 0 ? -301 : Math.log10(p);
    }

    /** The error that a type leaves, relative to the root mean square of the weights; measured on the shipped models. */
    private static double usualError(String type) {
        return switch (type) {
            case "F32", "F64", "I8", "I16", "I32", "I64" -> 1e-7;
            case "F16" -> 4e-4;
            case "BF16" -> 2.5e-3;
            case "Q8_0", "Q8_1", "Q8_K" -> 0.008;
            case "Q6_K" -> 0.022;
            case "Q5_K", "Q5_1", "Q5_0" -> 0.045;
            case "Q4_K", "Q4_1", "IQ4_NL", "IQ4_XS" -> 0.09;
            case "Q4_0", "MXFP4" -> 0.11;
            case "Q3_K" -> 0.19;
            case "Q2_K" -> 0.36;
            default -> 0.6;
        };
    }

    /** Sums over pairs of weights. */
    private static final class Sums {
        private double count;
        private double x;
        private double y;
        private double xx;
        private double yy;
        private double xy;
        private double difference;

        void add(float[] a, float[] b) {
            int length = Math.min(a.length, b.length);
            for (int i = 0; i < length; i++) {
                double p = a[i];
                double q = b[i];
                x += p;
                y += q;
                xx += p * p;
                yy += q * q;
                xy += p * q;
                difference += (p - q) * (p - q);
            }
            count += length;
        }

        double correlation() {
            double sx = xx - x * x / count;
            double sy = yy - y * y / count;
            return sx <= 0 || sy <= 0 ? 0 : (xy - x * y / count) / Math.sqrt(sx * sy);
        }

        /** The root mean square of the difference, relative to the base's. */
        double relative() {
            return difference == 0 ? 0 : yy == 0 ? Double.MAX_VALUE : Math.sqrt(difference / yy);
        }
    }
}
