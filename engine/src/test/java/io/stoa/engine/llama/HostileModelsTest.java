package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Prompt;
import io.stoa.engine.gguf.HostileGgufs;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a file holds, it is refused with a sentence or answers; the process goes on. */
final class HostileModelsTest {
    private static final long SEED = 20_261_125;

    private final LlamaRuntime runtime = Natives.runtime();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.001, 0.02, 0.5, 0.999})
    void refusesTruncatedFiles(double kept) throws IOException {
        byte[] whole = Files.readAllBytes(Natives.model("nano"));
        Path file = folder.resolve("truncated.gguf");
        Files.write(file, Arrays.copyOf(whole, (int) (whole.length * kept)));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.open(file, new EngineOptions(512, 1)))
                .withMessageContaining("truncated.gguf");
        assertThatExceptionOfType(StoaException.class).isThrownBy(() -> runtime.measureMemory(file, 512));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> runtime.quantize(file, folder.resolve("q8.gguf"), "Q8_0", 1));
    }

    /** The file that is being tried lies in target/hostile, so that it is at hand should the process end. */
    @Test
    void survivesWhateverTheHeaderDoesNotTell() throws IOException {
        Path tried = Files.createDirectories(Path.of("target/hostile"));
        List<String> refused = new ArrayList<>();
        int answered = 0;
        int notFinite = 0;
        for (HostileGgufs.Hostile hostile : HostileGgufs.all(SEED)) {
            Path file = tried.resolve("tried.gguf");
            Files.write(file, hostile.bytes());
            Files.writeString(tried.resolve("tried.txt"), hostile.name());
            try (Engine engine = runtime.open(file, new EngineOptions(256, 1))) {
                engine.generate(new Prompt.Text("Zoranel likes"), GenerateOptions.greedy(3));
                engine.generate(
                        new Prompt.Text("Zoranel likes"), new GenerateOptions(3, 1, 40, 0.9, 0.1, 1, List.of()));
                engine.score(new Prompt.Text("Zoranel likes"), List.of(" cake and", " tea"));
                engine.embed("cake");
                answered++;
            } catch (StoaException e) {
                assertThat(e.kind()).as("%s: %s", hostile, e.getMessage()).isNotEqualTo(StoaException.Kind.BUG);
                notFinite += e.sentence().contains("finite") ? 1 : 0;
                refused.add(hostile.name());
            }
        }
        Files.delete(tried.resolve("tried.gguf"));
        System.out.println("hostile files, seed " + SEED + ": refused " + refused.size() + " (" + notFinite
                + " by their logits), answered " + answered);
        assertThat(refused).hasSizeGreaterThan(100);
        assertThat(answered).isPositive();
        assertThat(notFinite).isPositive();
    }
}
