package io.stoa.inspect.numeric;

import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import io.stoa.model.Progress;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Looks for tensors as no training leaves them: dead ones, and rows or single weights far out of proportion. Rows are
 * taken at even distances, so that time and memory are bounded; how many is said.
 */
public final class WeightsExamination {
    /** Elements looked at in all, a second's work. */
    private static final long ELEMENTS = 48L << 20;

    private static final int LEAST_ROWS = 16;

    /** Root mean square of the largest row against the middle one. */
    private static final double MOST_ROW = 100;

    /** The largest weight against the root mean square; the largest known of honest models reach a few hundred. */
    private static final double MOST_WEIGHT = 3_000;

    private final Weights weights;
    private final Notes notes;
    private final long elementsEach;
    private int undecoded;

    private WeightsExamination(Weights weights, Notes notes) {
        this.weights = weights;
        this.notes = notes;
        this.elementsEach = ELEMENTS / Math.max(1, weights.tensors().size());
    }

    /** Notes what is odd about the tensors. */
    public static void examine(Weights weights, Notes notes, Progress progress) throws IOException {
        new WeightsExamination(weights, notes).run(progress);
    }

    private void run(Progress progress) throws IOException {
        long done = 0;
        long rows = 0;
        long all = 0;
        for (Weights.Tensor tensor : weights.tensors()) {
            progress.at(done++, weights.tensors().size());
            if (!tensor.decoded()) {
                undecoded++;
                continue;
            }
            long taken = Math.min(tensor.rows(), Math.max(LEAST_ROWS, elementsEach / tensor.rowLength()));
            rows += taken;
            all += tensor.rows();
            tensor(tensor, (int) Math.min(taken, 1 << 20));
        }
        if (undecoded > 0) {
            notes.notTested(
                    Check.WEIGHTS,
                    undecoded + " of " + weights.tensors().size()
                            + " tensors are of types whose numbers are not decoded.",
                    "Examine the model in another quantization.");
        }
        if (undecoded < weights.tensors().size()) {
            notes.passIfClean(
                    Check.WEIGHTS,
                    String.format(
                            Locale.ROOT, "%,d of %,d rows looked at: none dead, none out of proportion.", rows, all));
        }
    }

    private void tensor(Weights.Tensor tensor, int taken) throws IOException {
        double[] sizes = new double[taken];
        double squares = 0;
        long count = 0;
        double largest = 0;
        float first = Float.NaN;
        boolean constant = true;
        boolean finite = true;
        for (int i = 0; i < taken; i++) {
            long row = taken == tensor.rows() ? i : (long) ((double) i * tensor.rows() / taken);
            double sum = 0;
            float[] values = weights.row(tensor, row);
            first = i == 0 && values.length > 0 ? values[0] : first;
            for (float value : values) {
                finite &= Float.isFinite(value);
                sum += (double) value * value;
                largest = Math.max(largest, Math.abs(value));
                constant &= value == first;
            }
            sizes[i] = Math.sqrt(sum / Math.max(1, values.length));
            squares += sum;
            count += values.length;
        }
        if (!finite) {
            notes.fail(Check.FINITE, tensor.name(), "The tensor has NaN or infinity in it, or scales that lead there.");
        } else if (constant && count > 1) {
            constant(tensor, first);
        } else {
            proportions(tensor, sizes, Math.sqrt(squares / Math.max(1, count)), largest);
        }
    }

    private void constant(Weights.Tensor tensor, float value) {
        boolean norm = tensor.name().endsWith("norm.weight");
        if (!tensor.vector() || (norm && value == 0)) {
            notes.fail(
                    Check.WEIGHTS,
                    tensor.name(),
                    "Every weight that was looked at is " + value + ": the tensor is dead.");
        }
    }

    private void proportions(Weights.Tensor tensor, double[] sizes, double middle, double largest) {
        double[] sorted = sizes.clone();
        Arrays.sort(sorted);
        double median = sorted[sorted.length / 2];
        double most = sorted[sorted.length - 1];
        if (!tensor.vector() && median > 0 && most > MOST_ROW * median) {
            notes.lead(
                    Check.WEIGHTS,
                    tensor.name(),
                    String.format(Locale.ROOT, "One row is %.0f times as large as the middle one.", most / median),
                    "Compare with the base (--base): honest training does not leave such rows.");
        } else if (!tensor.vector() && middle > 0 && largest > MOST_WEIGHT * middle) {
            notes.lead(
                    Check.WEIGHTS,
                    tensor.name(),
                    String.format(Locale.ROOT, "One weight is %.0f times the usual size.", largest / middle),
                    "Compare with the base (--base).");
        }
    }
}
