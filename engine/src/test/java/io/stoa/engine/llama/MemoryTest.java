package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.engine.EngineOptions;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.model.Bytes;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MemoryTest {
    private final LlamaRuntime runtime = Natives.runtime();

    @ParameterizedTest
    @CsvSource({"nano, 512", "micro, 512", "mini, 512", "mini, 4096", "nano, 100"})
    void theDryRunSaysWhatIsThenAllocated(String name, int contextTokens) {
        Path gguf = Natives.model(name);
        assertThat(runtime.measureMemory(gguf, contextTokens))
                .isEqualTo(runtime.measureMemory(gguf, new EngineOptions(contextTokens, 1), false));
    }

    /** Keys and values: 2 × 2 bytes × layers × key-value heads × (width / heads) × context rounded up to 256. */
    @ParameterizedTest
    @CsvSource({"nano, 512, 196608", "micro, 512, 524288", "mini, 512, 1048576", "nano, 100, 98304"})
    void theCacheIsExactlyItsFormula(String name, int contextTokens, long bytes) {
        assertThat(runtime.measureMemory(Natives.model(name), contextTokens).context())
                .isEqualTo(new Bytes(bytes));
    }

    @ParameterizedTest
    @CsvSource({"nano", "micro", "mini"})
    void theWeightsAreTheTensors(String name) {
        GgufHeader header = GgufReader.read(Natives.model(name));
        MemoryReport report = runtime.measureMemory(Natives.model(name), 512);
        // each tensor may be padded to the backend's alignment of 32 bytes
        assertThat(report.model().count())
                .isBetween(
                        header.tensorBytes(),
                        header.tensorBytes() + 32L * header.tensors().size());
        assertThat(report.total())
                .isEqualTo(report.model().plus(report.context()).plus(report.compute()));
    }
}
