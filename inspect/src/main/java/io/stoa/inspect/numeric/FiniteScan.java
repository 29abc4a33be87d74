package io.stoa.inspect.numeric;

import io.stoa.engine.safetensors.DataType;
import io.stoa.engine.safetensors.SafetensorsHeader;
import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import io.stoa.model.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads all data of a safetensors file and looks for NaN and infinity; GGUF's are looked for by the preflight. */
public final class FiniteScan {
    private static final int CHUNK = 1 << 20;

    private FiniteScan() {}

    public static void examine(Path file, SafetensorsHeader header, Notes notes, Progress progress) throws IOException {
        long total = header.bytes().count();
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (SafetensorsHeader.Tensor tensor : header.tensors()) {
                for (long at = tensor.begin(); at < tensor.end(); at += CHUNK) {
                    buffer.clear().limit((int) Math.min(CHUNK, tensor.end() - at));
                    GgufWeights.fill(channel, buffer, header.dataOffset() + at);
                    int found = firstNotFinite(tensor.type(), buffer.flip());
                    if (found >= 0) {
                        long element = (at - tensor.begin() + found)
                                * 8
                                / tensor.type().bits();
                        notes.fail(
                                Check.FINITE,
                                tensor.name(),
                                "The tensor has NaN or infinity at element " + element + " of " + tensor.elements()
                                        + ".");
                        break;
                    }
                    progress.at(at, total);
                }
            }
        }
        notes.passIfClean(Check.FINITE, "Every weight is finite (" + total + " bytes read).");
    }

    private static int firstNotFinite(DataType type, ByteBuffer in) {
        return switch (type) {
            case F32 -> first(in, 4, 0x7f800000L);
            case F16 -> first(in, 2, 0x7c00L);
            case BF16 -> first(in, 2, 0x7f80L);
            case F64 -> first(in, 8, 0x7ff0000000000000L);
            case C64 -> first(in, 4, 0x7f800000L);
            case F8_E4M3 -> first(in, 1, 0x7fL);
            case F8_E5M2 -> first(in, 1, 0x7cL);
            case F8_E8M0 -> first(in, 1, 0xffL);
            case BOOL, U8, I8, F4, F6_E2M3, F6_E3M2, I16, U16, I32, U32, I64, U64 -> -1;
        };
    }

    private static int first(ByteBuffer in, int width, long exponent) {
        for (int at = 0; at + width <= in.limit(); at += width) {
            long bits = switch (width) {
                case 1 -> in.get(at);
                case 2 -> in.getShort(at);
                case 4 -> in.getInt(at);
                default -> in.getLong(at);
            };
            if ((bits & exponent) == exponent) {
                return at;
            }
        }
        return -1;
    }
}
