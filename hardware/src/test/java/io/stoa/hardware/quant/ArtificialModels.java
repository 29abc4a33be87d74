package io.stoa.hardware.quant;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.GgufTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Shipped models with one layer changed in its place. */
final class ArtificialModels {
    private static final int EVERY = 32;

    /** A power of two: only exponents change, so that the function stays the same. */
    private static final float FACTOR = 1024;

    private ArtificialModels() {}

    /**
     * A layer that must not be quantized: in each block one channel of its norms is 1,024 times as small and the columns
     * that it meets 1,024 times as large. What it computes is the same, but in a block's shared scale everything else
     * vanishes.
     */
    static Path withOutliers(Path model, int layer, Path to) throws IOException {
        ByteBuffer file = bytes(model);
        GgufHeader header = GgufReader.read(model);
        scaleNorm(file, header, "blk." + layer + ".attn_norm.weight");
        scaleNorm(file, header, "blk." + layer + ".ffn_norm.weight");
        for (String name : List.of("attn_q", "attn_k", "attn_v", "ffn_gate", "ffn_up")) {
            GgufTensor tensor = tensor(header, "blk." + layer + "." + name + ".weight");
            int columns = Math.toIntExact(tensor.shape().getFirst());
            for (int i = 0; i < tensor.elements(); i++) {
                if (i % columns % EVERY == 0) {
                    int at = at(header, tensor) + i * Short.BYTES;
                    file.putShort(at, Float.floatToFloat16(FACTOR * Float.float16ToFloat(file.getShort(at))));
                }
            }
        }
        return Files.write(to, content(file));
    }

    private static void scaleNorm(ByteBuffer file, GgufHeader header, String name) {
        GgufTensor tensor = tensor(header, name);
        for (int i = 0; i < tensor.elements(); i += EVERY) {
            int at = at(header, tensor) + i * Float.BYTES;
            file.putFloat(at, file.getFloat(at) / FACTOR);
        }
    }

    /** A layer that may be anything: what its attention and its feed-forward give is multiplied with zero. */
    static Path withIdleLayer(Path model, int layer, Path to) throws IOException {
        ByteBuffer file = bytes(model);
        GgufHeader header = GgufReader.read(model);
        for (String name : List.of("attn_output", "ffn_down")) {
            GgufTensor tensor = tensor(header, "blk." + layer + "." + name + ".weight");
            for (int i = 0; i < tensor.bytes(); i++) {
                file.put(at(header, tensor) + i, (byte) 0);
            }
        }
        return Files.write(to, content(file));
    }

    private static byte[] content(ByteBuffer file) {
        byte[] content = new byte[file.capacity()];
        file.get(0, content);
        return content;
    }

    private static ByteBuffer bytes(Path model) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(model)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static GgufTensor tensor(GgufHeader header, String name) {
        return header.tensors().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static int at(GgufHeader header, GgufTensor tensor) {
        return Math.toIntExact(header.dataOffset() + tensor.offset());
    }
}
