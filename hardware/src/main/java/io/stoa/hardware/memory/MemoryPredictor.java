package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.model.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Computes llama.cpp's buffers from a GGUF header. See the package's description for how, and for what is left out. */
public final class MemoryPredictor {
    /** The alignment of every tensor in a buffer on a processor ({@code TENSOR_ALIGNMENT} in ggml-impl.h). */
    private static final long ALIGNMENT = 32;

    private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d{1,9})\\.");

    /**
     * Predicts the buffers of a model.
     *
     * @return every buffer, the compute buffer perhaps as an estimate; or only the weights and why no more is known
     */
    public MemoryPrediction predict(GgufHeader header, MemorySettings settings) {
        try {
            return switch (LayerCaches.read(header)) {
                case LayerCaches.Reading.Refused(String reason) -> unknown(header, settings, reason);
                case LayerCaches.Reading.Read(LayerCaches caches) -> predict(header, settings, caches);
            };
        } catch (ArithmeticException e) {
            return unknown(header, settings, "the buffers would exceed 2⁶³ bytes");
        }
    }

    private static MemoryPrediction predict(GgufHeader header, MemorySettings settings, LayerCaches caches) {
        Optional<String> refusal = KeyValueCache.refusal(caches, settings).or(() -> LayerGraph.refusal(header));
        if (refusal.isPresent()) {
            return unknown(header, settings, refusal.get());
        }
        return switch (Decoder.read(header)) {
            case Decoder.Reading.Read(Decoder decoder) ->
                new MemoryPrediction.Known(
                        parts(header, settings, caches, DecoderGraph.of(decoder, settings)), settings.roundedContext());
            case Decoder.Reading.Refused(String reason) ->
                new MemoryPrediction.Estimated(
                        parts(header, settings, caches, LayerGraph.of(header, caches, settings)),
                        settings.roundedContext(),
                        reason);
        };
    }

    private static MemoryParts parts(GgufHeader header, MemorySettings settings, LayerCaches caches, Graph graph) {
        boolean answers = caches.architecture().recurrence() != Architecture.Recurrence.NO_CACHE;
        long rows = answers ? Math.max(settings.outputRows(), settings.sequences()) : 0;
        long vocabulary = header.tensors().stream()
                .filter(tensor -> tensor.name().equals("output.weight") || lookedUp(tensor))
                .filter(tensor -> tensor.shape().size() == 2)
                .mapToLong(tensor -> tensor.shape().get(1))
                .findFirst()
                .orElse(0);
        return new MemoryParts(
                weights(header, settings),
                repacked(header, settings),
                new Bytes(KeyValueCache.bytes(caches, settings)),
                new Bytes(GraphAllocator.bytes(graph)),
                new Bytes(Math.multiplyExact(Math.multiplyExact(rows, vocabulary), (long) Float.BYTES)));
    }

    private static MemoryPrediction unknown(GgufHeader header, MemorySettings settings, String reason) {
        Bytes weights = weights(header, settings).plus(repacked(header, settings));
        return new MemoryPrediction.Unknown(weights, reason);
    }

    /** What stays in the file's order: each tensor aligned, or the mapped stretch from the first of them to the last. */
    private static Bytes weights(GgufHeader header, MemorySettings settings) {
        List<GgufTensor> kept = loaded(header)
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
        return new Bytes(loaded(header)
                .filter(tensor -> tied || !lookedUp(tensor))
                .filter(settings.repacking()::applies)
                .mapToLong(MemoryPredictor::aligned)
                .sum());
    }

    /** All tensors but those of the layers that only speculative decoding would use. */
    private static Stream<GgufTensor> loaded(GgufHeader header) {
        long further = header.hyperParameter("nextn_predict_layers").orElse(0);
        long plain = header.hyperParameter("block_count").orElse(0) - further;
        return header.tensors().stream().filter(tensor -> further < 1 || block(tensor) < plain);
    }

    /** The number of the layer that a tensor belongs to; -1 for the rest of the model. */
    private static long block(GgufTensor tensor) {
        Matcher name = BLOCK.matcher(tensor.name());
        return name.lookingAt() ? Long.parseLong(name.group(1)) : -1;
    }

    private static boolean lookedUp(GgufTensor tensor) {
        return tensor.name().equals("token_embd.weight");
    }

    private static long aligned(GgufTensor tensor) {
        return MemorySettings.roundUp(tensor.bytes(), ALIGNMENT);
    }
}
