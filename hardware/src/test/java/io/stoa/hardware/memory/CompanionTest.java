package io.stoa.hardware.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.engine.gguf.GgufValue;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompanionTest {
    @TempDir
    private Path folder;

    @Test
    void anAdapterIsItsTensorsAligned() throws IOException {
        GgufHeader header = read(Map.of(
                "general.type", new GgufValue.Text("adapter"), "general.architecture", new GgufValue.Text("llama")));

        Companion adapter = Companion.adapter("lora.gguf", header);

        assertThat(adapter.weights()).isEqualTo(new Bytes(64 * 8 * 2 + 32));
        assertThatThrownBy(() -> Companion.projector("lora.gguf", header))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("is not a projector but a model of the architecture llama");
    }

    @Test
    void aProjectorIsKnownByItsArchitecture() throws IOException {
        GgufHeader header = read(Map.of("general.architecture", new GgufValue.Text("clip")));

        assertThat(Companion.projector("mmproj.gguf", header).kind()).isEqualTo(Companion.Kind.PROJECTOR);
        assertThatThrownBy(() -> Companion.adapter("mmproj.gguf", header))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("is not an adapter (general.type is missing)");
    }

    private GgufHeader read(Map<String, GgufValue> metadata) throws IOException {
        ShapeFile.Table table = new ShapeFile.Table();
        table.add("blk.0.attn_q.weight.lora_a", GgmlType.F16, 64, 8);
        table.add("blk.0.attn_q.weight.lora_b", GgmlType.F32, 3);
        List<GgufTensor> tensors = table.tensors();
        Path file = folder.resolve("part.gguf");
        ShapeFile.write(new GgufHeader(3, metadata, tensors, 32, 0, 0), file);
        return GgufReader.read(file);
    }
}
