package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FitCommandTest {
    private static final String NANO = "../examples/quickstart/models/nano.gguf";
    private static final String MINI = "../examples/quickstart/models/mini.gguf";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int fit(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "fit";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return Main.commandLine(new House(
                        Map.of(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Clock.systemUTC()))
                .execute(all);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void jsonSaysHowExactItIs() {
        assertThat(fit(NANO, "--context", "512", "--json")).isZero();

        JsonNode fit = JsonMapper.shared().readTree(out()).get(0);
        assertThat(fit.get("weights").longValue()).isEqualTo(427_776);
        assertThat(fit.get("keysAndValues").longValue()).isEqualTo(196_608);
        assertThat(fit.get("exactness").stringValue()).isEqualTo("exact");
        assertThat(fit.get("offload").isNull()).isTrue();
    }

    @Test
    void aDraftModelIsCounted() {
        assertThat(fit(MINI, "--context", "512", "--draft", NANO, "--json")).isZero();

        JsonNode fit = JsonMapper.shared().readTree(out()).get(0);
        assertThat(fit.get("beside").get(0).get("what").stringValue()).isEqualTo("draft model");
        long beside = fit.get("beside").get(0).get("bytes").longValue();
        assertThat(beside).isEqualTo(427_776 + 196_608 + 2_361_344 + 4096);
        assertThat(fit.get("total").longValue() - beside)
                .isEqualTo(fit.get("weights").longValue()
                        + fit.get("repacked").longValue()
                        + fit.get("keysAndValues").longValue()
                        + fit.get("compute").longValue()
                        + fit.get("output").longValue());
    }

    @Test
    void layersOnADeviceTakeTheirCaches() {
        assertThat(fit(MINI, "--context", "512", "--gpu-layers", "99")).isZero();

        assertThat(out()).contains("with 99 layers on the device").contains("and KV cache 0 B in the host's memory");
    }

    @Test
    void quantizedCachesAreSmaller() {
        fit(MINI, "--context", "4096", "--json");
        long plain =
                JsonMapper.shared().readTree(out()).get(0).get("keysAndValues").longValue();
        out.reset();
        fit(MINI, "--context", "4096", "--kv-type", "q8_0", "--json");
        long quantized =
                JsonMapper.shared().readTree(out()).get(0).get("keysAndValues").longValue();

        assertThat(quantized).isEqualTo(plain / 16 * 17 / 2);
    }

    @Test
    void mistakesAreNamed() {
        assertThat(fit(NANO, "--kv-type", "Q2_K")).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("--kv-type Q2_K: no cache has that type");
        err.reset();
        assertThat(fit(NANO, "--adapter", NANO)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("is not an adapter");
        err.reset();
        assertThat(fit(NANO, "--flash-attention", "maybe")).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("write on or off");
    }

    @Test
    void aFolderOfSafetensors() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"model_type\": \"llama\", \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"hidden_size\": 64}");
        byte[] header = "{\"a\": {\"dtype\": \"BF16\", \"shape\": [8], \"data_offsets\": [0, 16]}}"
                .getBytes(StandardCharsets.UTF_8);
        Files.write(
                folder.resolve("model.safetensors"),
                ByteBuffer.allocate(8 + header.length + 16)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .put(header)
                        .array());

        assertThat(fit(folder.toString(), "--context", "512")).isZero();
        assertThat(out()).contains("KV cache 256.0 KiB").contains("blocks of 16 tokens");
    }
}
