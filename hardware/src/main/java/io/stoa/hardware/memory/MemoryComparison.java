package io.stoa.hardware.memory;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Bytes;
import java.util.List;
import java.util.Locale;

/**
 * A prediction beside what llama.cpp reports for the same model and settings.
 *
 * @param model what is compared, such as {@code micro-Q8_0}
 * @param contextTokens the context that was asked for
 * @param predicted the prediction
 * @param weights llama.cpp's model buffers together, repacked ones included
 * @param keysAndValues its cache
 * @param compute its compute buffer
 */
public record MemoryComparison(
        String model, int contextTokens, MemoryParts predicted, Bytes weights, Bytes keysAndValues, Bytes compute) {
    public MemoryComparison {
        requireNonNull(predicted, "predicted");
        requireNonNull(weights, "weights");
        requireNonNull(keysAndValues, "keysAndValues");
        requireNonNull(compute, "compute");
        if (model.isBlank()) {
            throw new IllegalArgumentException("a comparison names its model");
        }
    }

    /** What llama.cpp reports together: the output buffer is not among it. */
    public Bytes measured() {
        return weights.plus(keysAndValues).plus(compute);
    }

    /** The prediction of the same buffers. */
    public Bytes comparable() {
        return predicted
                .weights()
                .plus(predicted.repacked())
                .plus(predicted.keysAndValues())
                .plus(predicted.compute());
    }

    /** How far the prediction is off, as a share of what was measured; positive when it is too high. */
    public double error() {
        return (double) (comparable().count() - measured().count()) / measured().count();
    }

    /** A Markdown table, one row per comparison, sizes in bytes as "predicted / measured". */
    public static String table(List<MemoryComparison> rows) {
        StringBuilder table = new StringBuilder("""
                | model | context | weights | keys and values | compute | together | error |
                |---|--:|--:|--:|--:|--:|--:|
                """);
        for (MemoryComparison row : rows) {
            MemoryParts predicted = row.predicted();
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %s | %s | %s | %s | %.2f %% |\n",
                    row.model(),
                    row.contextTokens(),
                    pair(predicted.weights().plus(predicted.repacked()), row.weights()),
                    pair(predicted.keysAndValues(), row.keysAndValues()),
                    pair(predicted.compute(), row.compute()),
                    pair(row.comparable(), row.measured()),
                    100 * row.error()));
        }
        return table.toString();
    }

    private static String pair(Bytes predicted, Bytes measured) {
        return String.format(Locale.ROOT, "%,d / %,d", predicted.count(), measured.count());
    }
}
