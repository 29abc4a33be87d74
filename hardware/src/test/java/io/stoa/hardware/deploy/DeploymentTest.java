package io.stoa.hardware.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.hardware.memory.MemoryParts;
import io.stoa.hardware.memory.ModelShape;
import io.stoa.hardware.memory.Repacking;
import io.stoa.model.Bytes;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeploymentTest {
    @Test
    void anAddressThatOthersReachNeedsAKey() {
        assertThatThrownBy(() -> Sample.with(Sample.GGUF, Sample.NONE))
                .hasMessageContaining("0.0.0.0:9000")
                .hasMessageContaining("--key-env");
        for (String host : List.of("localhost", "::1", "127.0.0.1", "127.9.9.9")) {
            assertThat(new Deployment.Address(host, 80).isLoopback()).as(host).isTrue();
        }
        for (String host : List.of("0.0.0.0", "::", "10.0.0.1", "localhost.example.org", "127.0.0.1.example.org")) {
            assertThat(new Deployment.Address(host, 80).isLoopback()).as(host).isFalse();
        }
    }

    @Test
    void aKeyIsNeverInAnArtifact() {
        Deployment deployment = Sample.with(Sample.GGUF, new ApiKey.Variable("LLAMA_API_KEY"));
        Artifact unit = Sample.systemd(Target.Service.LLAMA_SERVER).artifact(deployment);
        assertThat(unit.text())
                .contains("EnvironmentFile=/etc/stoa/stoa-small.env")
                .doesNotContain("LLAMA_API_KEY=");
        Artifact compose = Sample.compose(Target.Compose.Server.LLAMA_SERVER).artifact(deployment);
        assertThat(compose.text()).contains("LLAMA_API_KEY: \"${LLAMA_API_KEY:?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vllm/vllm-openai", "vllm/vllm-openai:latest", "localhost:5000/x", "", "a b:1", "x:1\n"})
    void imagesNameTheirVersion(String image) {
        assertThatThrownBy(() -> new Image(image)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void imagesWithVersions() {
        String digest = "@sha256:" + "ab".repeat(32);
        for (String image :
                List.of("x:1", "localhost:5000/a/b:v2", "vllm/vllm-openai" + digest, "a/b:latest" + digest)) {
            assertThat(new Image(image).reference()).isEqualTo(image);
        }
    }

    @Test
    void absurdNumbersAreNamed() {
        assertThatThrownBy(() -> new Deployment.Load(0, 1, CacheType.F16)).hasMessageContaining("0");
        assertThatThrownBy(() -> new Deployment.Load(1_000_000, 4096, CacheType.F16))
                .hasMessageContaining("4096");
        assertThatThrownBy(() -> new Deployment.Resources(1, 0, 1, OptionalDouble.empty(), Optional.of(new Bytes(24))))
                .hasMessageContaining("8GiB");
        assertThatThrownBy(() -> new Deployment.Resources(1, 0, 1, OptionalDouble.of(1.5), Optional.empty()))
                .hasMessageContaining("1.5");
        assertThatThrownBy(() -> new Deployment.Resources(1, 0, 1, OptionalDouble.of(Double.NaN), Optional.empty()))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> new ServedModel.Hub("acme/small", "main")).hasMessageContaining("main");
        assertThatThrownBy(() -> new ServedModel.Hub("../etc", Sample.REVISION)).hasMessageContaining("../etc");
        assertThatThrownBy(() -> Sample.gguf("model.gguf")).hasMessageContaining("absolute");
    }

    @Test
    void cacheTypesAreThoseOfTheEngine() {
        assertThatThrownBy(() ->
                        Sample.compose(Target.Compose.Server.VLLM).artifact(Sample.with(Sample.HUB, CacheType.Q8_0)))
                .hasMessageContaining("Q8_0");
        assertThatThrownBy(() -> new Target.Ollama().artifact(Sample.with(Sample.GGUF, CacheType.FP8)))
                .hasMessageContaining("fp8");
        assertThat(new Target.Kserve()
                        .artifact(Sample.with(Sample.HUB, CacheType.FP8))
                        .text())
                .contains("--kv-cache-dtype=fp8_e4m3");
    }

    @Test
    void modelfile() {
        Artifact artifact = new Target.Ollama().artifact(Sample.of(Sample.gguf("/srv/my models/a#b.gguf")));
        assertThat(ModelfileText.read(artifact.text()))
                .containsExactly(
                        new ModelfileText.Line("FROM", "/srv/my models/a#b.gguf"),
                        new ModelfileText.Line("PARAMETER", "num_ctx 4096"),
                        new ModelfileText.Line("PARAMETER", "num_thread 4"),
                        new ModelfileText.Line("PARAMETER", "num_gpu 0"),
                        new ModelfileText.Line("LICENSE", "apache-2.0"));
        assertThat(artifact.next().getFirst())
                .isEqualTo("OLLAMA_HOST=127.0.0.1:8080 OLLAMA_NUM_PARALLEL=8 OLLAMA_FLASH_ATTENTION=1"
                        + " OLLAMA_KV_CACHE_TYPE=f16 ollama serve");
        for (String wrong : List.of(
                "PARAMETER num_ctx 1",
                "FROM a\nFROM b",
                "FROM a\nRUN x",
                "FROM a\nPARAMETER num_ctx many",
                "FROM a\nLICENSE \"\"\"open",
                "FROM a\nPARAMETER nonsense 1")) {
            assertThatThrownBy(() -> ModelfileText.read(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void memoryIsHeldAgainstTheMachine() {
        GgufHeader header = Preflight.examine(Path.of("../examples/quickstart/models/micro.gguf"));
        Deployment.Load load = new Deployment.Load(256, 1, CacheType.F16);
        Target stoa = Sample.systemd(Target.Service.STOA);
        assertThat(MemoryFit.of(header, stoa, load, Repacking.NONE, Bytes.gibibytes(4)))
                .isInstanceOfSatisfying(MemoryFit.Fits.class, fits -> {
                    assertThat(fits.need()).isGreaterThan(MemoryParts.PROCESS);
                    assertThat(fits.limit()).isGreaterThan(fits.need());
                });
        assertThat(MemoryFit.of(header, stoa, load, Repacking.NONE, Bytes.mebibytes(100)))
                .isInstanceOf(MemoryFit.TooBig.class);
    }

    /** llama-server and Ollama keep a sliding window alone; stoa engine keeps the whole context of every layer. */
    @Test
    void everyoneIsPlannedInTheirOwnWay() {
        GgufHeader gemma = ModelShape.all().stream()
                .filter(shape -> shape.name().equals("gemma3"))
                .findFirst()
                .orElseThrow()
                .header();
        Deployment.Load load = new Deployment.Load(8192, 2, CacheType.Q8_0);
        long full = need(gemma, Sample.systemd(Target.Service.STOA), load);
        long windows = need(gemma, Sample.systemd(Target.Service.LLAMA_SERVER), load);
        // Seven of eight layers: for each of two slots 1,024 cells instead of 8,192; keys and values of 128 elements.
        long cell = 2 * 128 / 32 * 34;
        assertThat(full - windows).isGreaterThanOrEqualTo(7 * 2 * (8192 - 1024) * cell);
        for (Target target : List.of(
                Sample.compose(Target.Compose.Server.LLAMA_SERVER),
                Sample.compose(Target.Compose.Server.LLAMA_SERVER_CUDA),
                new Target.Ollama())) {
            assertThat(need(gemma, target, load)).as(target.toString()).isEqualTo(windows);
        }
    }

    private static long need(GgufHeader header, Target target, Deployment.Load load) {
        return switch (MemoryFit.of(header, target, load, Repacking.NONE, Bytes.gibibytes(64))) {
            case MemoryFit.Fits fits -> fits.need().count();
            case MemoryFit.TooBig tooBig -> throw new AssertionError(tooBig);
            case MemoryFit.Unknown unknown -> throw new AssertionError(unknown);
        };
    }

    /** No store of the server may grow beyond what the limit was made from. */
    @Test
    void llamaServerKeepsNothingBesideItsBuffers() {
        for (Target target : List.of(
                Sample.systemd(Target.Service.LLAMA_SERVER),
                Sample.compose(Target.Compose.Server.LLAMA_SERVER),
                Sample.compose(Target.Compose.Server.LLAMA_SERVER_CUDA))) {
            assertThat(target.artifact(Sample.of(Sample.GGUF)).text().replaceAll("[\\s\",\\[\\]-]+", " "))
                    .as(target.toString())
                    .contains(" cache ram 0 ctx checkpoints 0");
        }
    }

    @Test
    void theRefusalNamesAnOptionThatExists() {
        assertThatThrownBy(() -> Sample.compose(Target.Compose.Server.LLAMA_SERVER)
                        .artifact(Sample.withGpuLayers(Sample.GGUF, 10)))
                .hasMessageContaining("--to compose-llama-cuda");
    }
}
