package io.stoa.engine.gguf;

import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Looks for NaN and infinity in a model's data. A floating-point number is one or the other exactly when all bits of
 * its exponent are set, so no arithmetic is needed: eight bytes at a time, masked to the exponents, adding the lowest
 * exponent bit carries into the sign bit of just those numbers.
 *
 * <p>Where quantized blocks keep their scales: ggml-common.h at llama.cpp v0.5.0; which bytes are wrong: {@code
 * ggml_validate_row_data}.
 */
final class WeightScan {
    private static final int CHUNK = 1 << 20;

    /** What of a type can be not finite. */
    private sealed interface Numbers {
        /**
         * Where the first number that is not finite lies in a chunk.
         *
         * @param chunk whole blocks of the type
         * @return its byte, or -1
         */
        int firstNotFinite(ByteBuffer chunk);
    }

    /**
     * All of it is floating-point numbers.
     *
     * @param width the size of one in bytes, a divisor of 8
     * @param exponents the exponent bits of those that fill eight bytes
     * @param lowest the lowest of each one's exponent bits
     */
    private record Floats(int width, long exponents, long lowest) implements Numbers {
        @Override
        public int firstNotFinite(ByteBuffer chunk) {
            long signs = exponents + lowest;
            int wide = chunk.limit() & -Long.BYTES;
            for (int at = 0; at < wide; at += Long.BYTES) {
                if ((((chunk.getLong(at) & exponents) + lowest) & signs) != 0) {
                    return narrow(chunk, at);
                }
            }
            return narrow(chunk, wide);
        }

        /** Number by number. */
        private int narrow(ByteBuffer chunk, int from) {
            for (int at = from; at < chunk.limit(); at += width) {
                long bits = 0;
                for (int i = width - 1; i >= 0; i--) {
                    bits = (bits << 8) | (chunk.get(at + i) & 0xff);
                }
                long exponent = width == Long.BYTES ? exponents : exponents & ((1L << (8 * width)) - 1);
                if ((bits & exponent) == exponent) {
                    return at;
                }
            }
            return -1;
        }
    }

    /**
     * Each block has 16-bit numbers (or the upper halves of 32-bit ones) one after the other.
     *
     * @param blockBytes the size of a block
     * @param first where the first lies in the block
     * @param count how many there are
     * @param exponent the exponent bits of one
     */
    private record Scales(int blockBytes, int first, int count, int exponent) implements Numbers {
        @Override
        public int firstNotFinite(ByteBuffer chunk) {
            for (int block = 0; block < chunk.limit(); block += blockBytes) {
                for (int i = 0; i < count; i++) {
                    if ((chunk.getShort(block + first + 2 * i) & exponent) == exponent) {
                        return block;
                    }
                }
            }
            return -1;
        }
    }

    /** IQ1_M: the scale is spread over the upper four bits of the four 16-bit numbers at the end of a block. */
    private record SpreadScale(int blockBytes) implements Numbers {
        @Override
        public int firstNotFinite(ByteBuffer chunk) {
            for (int block = 0; block < chunk.limit(); block += blockBytes) {
                int third = (chunk.getShort(block + blockBytes - 4) >> 4) & 0x0f00;
                int fourth = chunk.getShort(block + blockBytes - 2) & 0xf000;
                if (((third | fourth) & HALF) == HALF) {
                    return block;
                }
            }
            return -1;
        }
    }

    /** MXFP4: the first byte of a block is an exponent (E8M0), 255 of which means NaN. */
    private record ByteExponent(int blockBytes) implements Numbers {
        @Override
        public int firstNotFinite(ByteBuffer chunk) {
            for (int block = 0; block < chunk.limit(); block += blockBytes) {
                if (chunk.get(block) == -1) {
                    return block;
                }
            }
            return -1;
        }
    }

    /** Whole numbers, or scales of which every byte is a number (NVFP4). */
    private record AlwaysFinite() implements Numbers {
        @Override
        public int firstNotFinite(ByteBuffer chunk) {
            return -1;
        }
    }

    /** The exponent bits of F16 and of BF16. */
    private static final int HALF = 0x7c00;

    private static final int BRAIN = 0x7f80;

    private final Path path;
    private final Refusal refusal;
    private final GgufHeader header;
    private final Progress progress;
    private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);

    WeightScan(Path path, GgufHeader header, Progress progress) {
        this.path = path;
        this.refusal = new Refusal(path);
        this.header = header;
        this.progress = progress;
    }

    void run() {
        long total = header.tensorBytes();
        long done = 0;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            for (GgufTensor tensor : header.tensors()) {
                done = scan(channel, tensor, done, total);
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER, path + ": cannot be read (" + e + "); check the file and the disk", e);
        }
    }

    private long scan(FileChannel channel, GgufTensor tensor, long doneBefore, long total) throws IOException {
        Numbers numbers = numbers(tensor.type());
        int blockBytes = tensor.type().blockBytes();
        int chunk = CHUNK / blockBytes * blockBytes;
        long bytes = tensor.bytes();
        for (long at = 0; at < bytes; at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(chunk, bytes - at));
            fill(channel, header.dataOffset() + tensor.offset() + at);
            int found = numbers.firstNotFinite(buffer);
            if (found >= 0) {
                long element = (at + found) / blockBytes * tensor.type().blockElements();
                throw refusal.because("tensor " + tensor.name() + " (" + tensor.type()
                        + ") has NaN or infinity at element " + element + " of " + tensor.elements());
            }
            progress.at(doneBefore + at + buffer.limit(), total);
        }
        return doneBefore + bytes;
    }

    private void fill(FileChannel channel, long from) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                throw refusal.because("became shorter since it was examined", "is something still writing it?");
            }
        }
    }

    private static Numbers numbers(GgmlType type) {
        int bytes = type.blockBytes();
        return switch (type) {
            case F32 -> new Floats(4, 0x7f8000007f800000L, 0x0080000000800000L);
            case F16 -> new Floats(2, 0x7c007c007c007c00L, 0x0400040004000400L);
            case BF16 -> new Floats(2, 0x7f807f807f807f80L, 0x0080008000800080L);
            case F64 -> new Floats(8, 0x7ff0000000000000L, 0x0010000000000000L);
            case Q4_0, Q5_0, Q8_0, Q1_0, Q2_0, IQ4_NL, IQ4_XS -> new Scales(bytes, 0, 1, HALF);
            case IQ1_S, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S -> new Scales(bytes, 0, 1, HALF);
            case Q4_1, Q5_1, Q8_1, Q4_K, Q5_K -> new Scales(bytes, 0, 2, HALF);
            case Q2_K -> new Scales(bytes, bytes - 4, 2, HALF);
            case Q3_K, Q6_K, TQ1_0, TQ2_0 -> new Scales(bytes, bytes - 2, 1, HALF);
            case Q8_K -> new Scales(bytes, 2, 1, BRAIN);
            case IQ1_M -> new SpreadScale(bytes);
            case MXFP4 -> new ByteExponent(bytes);
            case NVFP4, I8, I16, I32, I64 -> new AlwaysFinite();
        };
    }
}
