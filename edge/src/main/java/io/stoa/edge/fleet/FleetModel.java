package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.hardware.memory.MemoryParts;
import io.stoa.hardware.memory.MemoryPrediction;
import io.stoa.hardware.memory.MemoryPredictor;
import io.stoa.hardware.memory.MemorySettings;
import io.stoa.hardware.roofline.ModelFacts;
import io.stoa.model.Bytes;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A model at a quantization that may run on a device.
 *
 * @param name what people call the model
 * @param quantization and its quantization
 * @param facts what a token reads and computes
 * @param header a file's header, or that of a described shape; empty where neither is known
 * @param weights the weights' bytes where they are not those of the header
 * @param known how the weights' size is known
 */
public record FleetModel(
        String name,
        String quantization,
        ModelFacts facts,
        Optional<GgufHeader> header,
        Optional<Bytes> weights,
        String known) {
    public FleetModel {
        requireNonNull(facts, "facts");
        requireNonNull(known, "known");
        if (name.isBlank() || quantization.isBlank()) {
            throw new IllegalArgumentException("a model has a name and a quantization");
        }
        if (header.isEmpty() && weights.isEmpty()) {
            throw new IllegalArgumentException("of " + name + " neither a header nor a size is known");
        }
    }

    /** A file as it is. */
    public static FleetModel file(String name, String quantization, GgufHeader header, String known) {
        return new FleetModel(
                name,
                quantization,
                ModelFacts.of(name + " " + quantization, header),
                Optional.of(header),
                Optional.empty(),
                known);
    }

    /** A file or a shape at another size of its weights. */
    public static FleetModel sized(String name, String quantization, GgufHeader header, Bytes weights, String known) {
        String label = name + " " + quantization;
        double bits = 8.0 * weights.count() / header.parameters();
        return new FleetModel(
                name,
                quantization,
                ModelFacts.of(label, header).atBits(label, bits),
                Optional.of(header),
                Optional.of(weights),
                known);
    }

    /** A model of which no more is known than its size: every byte is read for each token. */
    public static FleetModel sizeOnly(String name, String quantization, Bytes weights, String known) {
        ModelFacts facts = new ModelFacts(
                name + " " + quantization,
                (double) weights.count(),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                Optional.empty(),
                OptionalInt.empty(),
                OptionalInt.empty());
        return new FleetModel(name, quantization, facts, Optional.empty(), Optional.of(weights), known);
    }

    public String label() {
        return name + " " + quantization;
    }

    /** The buffers, by the hardware pillar's plan of llama.cpp's memory. */
    public MemoryPrediction memory(MemorySettings settings) {
        if (header.isEmpty()) {
            return new MemoryPrediction.Unknown(
                    weights.orElseThrow(), "its layers and heads are not known: give its file or its shape");
        }
        MemoryPrediction predicted = new MemoryPredictor().predict(header.get(), settings);
        if (weights.isEmpty()) {
            return predicted;
        }
        return switch (predicted) {
            case MemoryPrediction.Known(MemoryParts parts, long context) ->
                new MemoryPrediction.Estimated(
                        resized(parts, weights.get()), context, "the weights' size is declared and not a file's");
            case MemoryPrediction.Estimated(MemoryParts parts, long context, String reason) ->
                new MemoryPrediction.Estimated(resized(parts, weights.get()), context, reason);
            case MemoryPrediction.Unknown(Bytes _, String reason) ->
                new MemoryPrediction.Unknown(weights.get(), reason);
        };
    }

    private static MemoryParts resized(MemoryParts parts, Bytes weights) {
        return new MemoryParts(weights, Bytes.ZERO, parts.keysAndValues(), parts.compute(), parts.output());
    }
}
