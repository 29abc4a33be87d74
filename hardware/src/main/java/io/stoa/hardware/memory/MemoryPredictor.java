package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.model.Bytes;
import java.util.List;
import java.util.Optional;

/** Computes llama.cpp's buffers from a GGUF header. See the package's description for how, and for what is left out. */
public final class MemoryPredictor {
    /** The alignment of every tensor in a buffer on a processor ({@code TENSOR_ALIGNMENT} in ggml-impl.h). */
    private static final long ALIGNMENT = 32;

    /**
     * Predicts the buffers of a model.
     *
     * @return every buffer, or only the weights and why no more is known
     */
    public MemoryPrediction predict(GgufHeader header, MemorySettings settings) {
        return switch (Decoder.read(header)) {
            case Decoder.Reading.Refused(String reason) -> unknown(header, settings, reason);
            case Decoder.Reading.Read(Decoder decoder) -> {
                try {
                    yield predict(header, settings, decoder);
                } catch (ArithmeticException e) {
                    yield unknown(header, settings, "the buffers would exceed 2⁶³ bytes");
                }
            }
        };
    }

    private static MemoryPrediction predict(GgufHeader header, MemorySettings settings, Decoder decoder) {
        Optional<String> refusal = KeyValueCache.refusal(decoder, settings);
        if (refusal.isPresent()) {
            return unknown(header, settings, refusal.get());
        }
        long rows = Math.max(settings.outputRows(), settings.sequences());
        long output = Math.multiplyExact(Math.multiplyExact(rows, decoder.vocabulary()), (long) Float.BYTES);
        MemoryParts parts = new MemoryParts(
                weights(header, settings),
                repacked(header, settings),
                new Bytes(KeyValueCache.bytes(decoder, settings)),
                new Bytes(GraphAllocator.bytes(DecoderGraph.of(decoder, settings))),
                new Bytes(output));
        return new MemoryPrediction.Known(parts, settings.roundedContext());
    }

    private static MemoryPrediction unknown(GgufHeader header, MemorySettings settings, String reason) {
        Bytes weights = weights(header, settings).plus(repacked(header, settings));
        return new MemoryPrediction.Unknown(weights, reason);
    }

    /** What stays in the file's order: each tensor aligned, or the mapped stretch from the first of them to the last. */
    private static Bytes weights(GgufHeader header, MemorySettings settings) {
        List<GgufTensor> kept = header.tensors().stream()
                .filter(tensor -> lookedUp(tensor) || !settings.repacking().applies(tensor))
                .toList();
        if (!settings.mapped()) {
            return new Bytes(kept.stream().mapToLong(MemoryPredictor::aligned).sum());
        }
        long first = kept.stream().mapToLong(GgufTensor::offset).min().orElse(0);
        long last = kept.stream()
                .mapToLong(tensor -> Math.addExact(tensor.offset(), tensor.bytes()))
                .max()
                .orElse(0);
        return new Bytes(last - first);
    }

    /** The repacked copies; a token table that doubles as the output matrix is repacked for its second job only. */
    private static Bytes repacked(GgufHeader header, MemorySettings settings) {
        boolean tied =
                header.tensors().stream().noneMatch(tensor -> tensor.name().equals("output.weight"));
        return new Bytes(header.tensors().stream()
                .filter(tensor -> tied || !lookedUp(tensor))
                .filter(settings.repacking()::applies)
                .mapToLong(MemoryPredictor::aligned)
                .sum());
    }

    private static boolean lookedUp(GgufTensor tensor) {
        return tensor.name().equals("token_embd.weight");
    }

    private static long aligned(GgufTensor tensor) {
        return MemorySettings.roundUp(tensor.bytes(), ALIGNMENT);
    }
}
