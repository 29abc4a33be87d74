package io.stoa.inspect.numeric;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tensors of a GGUF file. */
public final class GgufWeights implements Weights {
    static final int MOST_ELEMENTS = 1 << 16;

    private final FileChannel channel;
    private final GgufHeader header;
    private final Map<String, GgufTensor> byName = new HashMap<>();
    private final List<Tensor> tensors;

    private GgufWeights(FileChannel channel, GgufHeader header) {
        this.channel = channel;
        this.header = header;
        header.tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
        this.tensors = header.tensors().stream().map(GgufWeights::described).toList();
    }

    /** Opens a file whose header was examined. */
    public static GgufWeights open(Path file, GgufHeader header) throws IOException {
        return new GgufWeights(FileChannel.open(file, StandardOpenOption.READ), header);
    }

    private static Tensor described(GgufTensor tensor) {
        long rowLength = tensor.shape().getFirst();
        boolean exact = switch (tensor.type()) {
            case F32, F16, BF16, F64 -> true;
            default -> false;
        };
        return new Tensor(
                tensor.name(),
                rowLength,
                tensor.elements() / rowLength,
                tensor.type().name(),
                exact,
                BlockDecoder.knows(tensor.type()));
    }

    @Override
    public List<Tensor> tensors() {
        return tensors;
    }

    @Override
    public Optional<Tensor> find(String name) {
        return Optional.ofNullable(byName.get(name)).map(GgufWeights::described);
    }

    @Override
    public float[] row(Tensor tensor, long row) throws IOException {
        GgufTensor found = Optional.ofNullable(byName.get(tensor.name())).orElseThrow();
        GgmlType type = found.type();
        long rowBytes = found.shape().getFirst() / type.blockElements() * type.blockBytes();
        long elements = Math.min(found.shape().getFirst(), MOST_ELEMENTS);
        int bytes = (int) (elements / type.blockElements() * type.blockBytes());
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        fill(channel, buffer, header.dataOffset() + found.offset() + row * rowBytes);
        return BlockDecoder.decode(type, buffer.flip());
    }

    static void fill(FileChannel channel, ByteBuffer buffer, long at) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw new EOFException("became shorter while it was read");
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
