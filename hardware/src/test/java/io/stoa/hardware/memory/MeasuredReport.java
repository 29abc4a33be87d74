package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.GgufTensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/** One line of {@code measured-buffers.json}: what llama.cpp was asked for and the buffers that it reported. */
record MeasuredReport(
        String model,
        int context,
        int sequences,
        int batch,
        int microBatch,
        GgmlType keyType,
        GgmlType valueType,
        boolean flashAttention,
        boolean unified,
        boolean fullWindow,
        boolean mapped,
        Repacking repacking,
        long weights,
        long repacked,
        long keysAndValues,
        long compute,
        double outputMebibytes) {

    /** The file: what it says about itself, and its lines. */
    record File(String about, List<MeasuredReport> reports) {}

    static List<MeasuredReport> all() {
        try (InputStream in = MeasuredReport.class.getResourceAsStream("measured-buffers.json")) {
            return JsonMapper.shared()
                    .readValue(Objects.requireNonNull(in), File.class)
                    .reports();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    MemorySettings settings() {
        return new MemorySettings(
                context,
                sequences,
                batch,
                microBatch,
                sequences,
                keyType,
                valueType,
                flashAttention,
                unified,
                fullWindow,
                mapped,
                repacking);
    }

    GgufHeader header() {
        return ModelShape.all().stream()
                .filter(shape -> shape.name().equals(model))
                .findFirst()
                .map(ModelShape::header)
                .orElseGet(() -> shipped(model));
    }

    /**
     * A shipped model, quantized as llama-quantize does: a token table that is also the output keeps more bits, and the
     * tensors are sorted by layer and name.
     */
    private static GgufHeader shipped(String model) {
        int dash = model.indexOf('-');
        GgufHeader header =
                GgufReader.read(Path.of("../examples/quickstart/models", model.substring(0, dash) + ".gguf"));
        GgmlType type = GgmlType.valueOf(model.substring(dash + 1));
        List<GgufTensor> tensors = new ArrayList<>();
        long offset = 0;
        for (GgufTensor tensor : quantizersOrder(header.tensors())) {
            GgmlType own = tensor.type() == GgmlType.F32 ? GgmlType.F32 : type;
            if (own == GgmlType.Q4_0 && tensor.name().equals("token_embd.weight")) {
                own = tensor.shape().getFirst() % 256 == 0 ? GgmlType.Q6_K : GgmlType.Q8_0;
            }
            GgufTensor quantized = new GgufTensor(tensor.name(), tensor.shape(), own, offset);
            tensors.add(quantized);
            offset = Math.ceilDiv(offset + quantized.bytes(), 32) * 32;
        }
        return new GgufHeader(3, header.metadata(), tensors, 32, header.dataOffset(), header.fileBytes());
    }

    private static List<GgufTensor> quantizersOrder(List<GgufTensor> tensors) {
        Comparator<GgufTensor> byLayer =
                Comparator.comparingInt(tensor -> tensor.name().startsWith("blk.")
                        ? Integer.parseInt(tensor.name().split("\\.", 3)[1])
                        : -1);
        return tensors.stream().sorted(byLayer.thenComparing(GgufTensor::name)).toList();
    }
}
