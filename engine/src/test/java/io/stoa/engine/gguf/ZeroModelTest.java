package io.stoa.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.engine.gguf.ZeroModel.Content;
import io.stoa.engine.gguf.ZeroModel.Shape;
import io.stoa.model.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ZeroModelTest {
    private static final int COLUMNS = 512;
    private static final int ROWS = 300;

    @TempDir
    private Path folder;

    private Path write(GgmlType type) throws IOException {
        Path file = folder.resolve(type + ".gguf");
        List<Long> dimensions = List.of((long) COLUMNS, (long) ROWS);
        ZeroModel.write(
                file,
                Map.of("general.architecture", new GgufValue.Text("llama")),
                List.of(
                        new Shape("before", type, dimensions, Content.ZEROS),
                        new Shape("noise", type, dimensions, Content.NOISE),
                        new Shape("after", type, dimensions, Content.ZEROS)));
        return file;
    }

    private static ByteBuffer data(Path file, GgufHeader header, int tensor) throws IOException {
        GgufTensor shape = header.tensors().get(tensor);
        return ByteBuffer.wrap(Files.readAllBytes(file))
                .slice((int) (header.dataOffset() + shape.offset()), (int) shape.bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Wherever a block of the type has its scales. */
    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void noiseIsFiniteInEveryType(GgmlType type) throws IOException {
        if (!type.holdsWeights()) {
            return;
        }
        Path file = write(type);
        GgufHeader header = GgufReader.read(file);
        Preflight.weights(file, header, Progress.NONE);
        for (int tensor : List.of(0, 2)) {
            ByteBuffer zeros = data(file, header, tensor);
            assertThat(zeros).isEqualTo(ByteBuffer.allocate(zeros.capacity()));
        }
        ByteBuffer noise = data(file, header, 1);
        assertThat(noise).isNotEqualTo(ByteBuffer.allocate(noise.capacity()));
    }

    @Test
    void noiseIsSmall() throws IOException {
        Path halves = write(GgmlType.F16);
        ByteBuffer noise = data(halves, GgufReader.read(halves), 1);
        double sum = 0;
        for (int i = 0; i < COLUMNS * ROWS; i++) {
            float value = Float.float16ToFloat(noise.getShort(2 * i));
            assertThat(Math.abs(value)).isBetween(1 / 128f, 1 / 16f);
            sum += value;
        }
        assertThat(sum / (COLUMNS * ROWS)).isBetween(-0.001, 0.001);
        Path upperHalves = write(GgmlType.BF16);
        ByteBuffer signed = data(upperHalves, GgufReader.read(upperHalves), 1);
        for (int i = 0; i < COLUMNS * ROWS; i++) {
            float value = Float.intBitsToFloat(signed.getShort(2 * i) << 16);
            assertThat(Math.abs(value)).isBetween(1 / 150f, 1 / 8f);
        }
        Path floats = write(GgmlType.F32);
        ByteBuffer positive = data(floats, GgufReader.read(floats), 1);
        for (int i = 0; i < COLUMNS * ROWS; i++) {
            assertThat(positive.getFloat(4 * i)).isBetween(1 / 128f, 1 / 8f);
        }
    }
}
