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
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        fit(MINI, "--context", "512", "--gpu-layers", "99");

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

    private JsonNode first() {
        return JsonMapper.shared().readTree(out()).get(0);
    }

    /** A device is held against its memory: what lies there at least, and what may come on top. */
    @ParameterizedTest
    @CsvSource({"8GiB, yes, 0", "300MiB, unknown, 11", "1MiB, no, 0"})
    void theDeviceHasAMemoryOfItsOwn(String memory, String fits, int code) {
        assertThat(fit(MINI, "--context", "65536", "--gpu-layers", "99", "--gpu-memory", memory, "--json"))
                .as(err())
                .isEqualTo(code);
        assertThat(first().get("fits").stringValue()).isEqualTo(fits);
        assertThat(first().get("exactness").stringValue()).contains("as on the processor alone");
    }

    @Test
    void aDeviceOfUnknownMemoryLeavesItOpen() {
        assertThat(fit(MINI, "--context", "512", "--gpu-layers", "99", "--json"))
                .isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(first().get("fits").stringValue()).isEqualTo("unknown");
        assertThat(first().get("reason").stringValue()).contains("--gpu-memory");
        out.reset();
        assertThat(fit(MINI, "--context", "512", "--gpu-layers", "0", "--json")).isZero();
        assertThat(first().get("fits").stringValue()).isEqualTo("yes");
    }

    @Test
    void theProcessIsCounted() {
        assertThat(fit(NANO, "--context", "512", "--json")).isZero();
        assertThat(first().get("fits").stringValue()).isEqualTo("yes");
        assertThat(first().get("process").longValue()).isEqualTo(256 << 20);
        out.reset();
        assertThat(fit(NANO, "--context", "512")).isZero();
        assertThat(out()).contains("beside 256.0 MiB for the process: fits");
    }

    /** A model whose architecture nobody knows, as long as the name that it had. */
    private String stranger() throws IOException {
        String bytes = Files.readString(Path.of(NANO), StandardCharsets.ISO_8859_1);
        String file = folder.resolve("stranger.gguf").toString();
        Files.writeString(Path.of(file), bytes.replace("llama", "xlama"), StandardCharsets.ISO_8859_1);
        return file;
    }

    @Test
    void whatIsNotKnownIsSaidInJson() throws IOException {
        assertThat(fit(stranger(), "--context", "512", "--json")).isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(first().get("fits").stringValue()).isEqualTo("unknown");
        assertThat(first().get("reason").stringValue()).contains("xlama");
        assertThat(first().get("weights").longValue()).isEqualTo(427_776);
        out.reset();
        assertThat(fit(NANO, "--draft", stranger(), "--context", "512", "--json"))
                .isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(first().get("exactness").stringValue())
                .contains("of the draft model only the weights are counted")
                .contains("xlama");
        assertThat(first().get("fits").stringValue()).isEqualTo("unknown");
    }

    @Test
    void whatAProjectorComputesWithIsNotCounted() throws IOException {
        byte[] key = "general.architecture".getBytes(StandardCharsets.UTF_8);
        byte[] name = "v.weight".getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        file.put("GGUF".getBytes(StandardCharsets.UTF_8)).putInt(3).putLong(1).putLong(1);
        file.putLong(key.length).put(key).putInt(8).putLong(4).put("clip".getBytes(StandardCharsets.UTF_8));
        file.putLong(name.length).put(name).putInt(1).putLong(8).putInt(0).putLong(0);
        int header = (file.position() + 31) / 32 * 32;
        Path projector = Files.write(folder.resolve("mmproj.gguf"), Arrays.copyOf(file.array(), header + 32));

        assertThat(fit(NANO, "--context", "512", "--projector", projector.toString(), "--json"))
                .as(err())
                .isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(first().get("beside").get(0).get("bytes").longValue()).isEqualTo(32);
        assertThat(first().get("exactness").stringValue()).contains("what the projector computes with");
        assertThat(first().get("reason").stringValue()).contains("what the projector computes with");
    }

    /** llama.cpp is asked with the settings of the prediction, so that both say the same. */
    @ParameterizedTest
    @CsvSource({"f16, on, 1", "q8_0, on, 4", "f16, off, 3"})
    void theComparisonHasThePredictionsSettings(String type, String flashAttention, String sequences) {
        assertThat(fit(
                        MINI,
                        "--compare",
                        "--context",
                        "512",
                        "--kv-type",
                        type,
                        "--flash-attention",
                        flashAttention,
                        "--sequences",
                        sequences))
                .as(err())
                .isZero();
        assertThat(out()).contains("| mini.gguf | 512 |").contains("| 0.00 % |");
    }

    @Test
    void whatLlamaCppCannotReadIsNotCompared() {
        assertThat(fit("https://example.org/model.gguf", "--compare")).isEqualTo(ExitCode.USER.code());
        assertThat(err())
                .contains("https://example.org/model.gguf: is an address")
                .contains("--compare");
        err.reset();
        assertThat(fit(folder.toString(), "--compare")).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains(folder + ": is a folder").contains("--compare");
    }

    private void checkpoint(String keys) throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"hidden_size\": 64, " + keys + "}");
        byte[] header = "{\"a\": {\"dtype\": \"BF16\", \"shape\": [8], \"data_offsets\": [0, 16]}}"
                .getBytes(StandardCharsets.UTF_8);
        Files.write(
                folder.resolve("model.safetensors"),
                ByteBuffer.allocate(8 + header.length + 16)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .put(header)
                        .array());
    }

    /** vLLM's blocks lie in 0.9 of the device, not in the host's memory: 2 layers of 4 KiB a block, less weights. */
    @Test
    void aFolderOfSafetensors() throws IOException {
        checkpoint("\"model_type\": \"llama\"");

        assertThat(fit(folder.toString(), "--context", "512")).isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(out())
                .contains("KV cache 256.0 KiB: not known whether it fits")
                .contains("its blocks are not known")
                .contains("--gpu-memory");
        out.reset();
        fit(folder.toString(), "--context", "512", "--gpu-memory", "100MiB");
        assertThat(out()).contains("at most 11519 blocks of 16 tokens");
        out.reset();
        fit(folder.toString(), "--context", "512", "--gpu-memory", "100MiB", "--json");
        assertThat(first().get("vllmBlocks").longValue()).isEqualTo((90L * (1 << 20) - 16) / 8192);
        out.reset();
        assertThat(fit(folder.toString(), "--context", "512", "--gpu-memory", "200KiB", "--json"))
                .isZero();
        assertThat(first().get("fits").stringValue()).isEqualTo("no");
    }

    @Test
    void aFolderOfAnotherFamily() throws IOException {
        checkpoint("\"model_type\": \"jamba\"");

        assertThat(fit(folder.toString(), "--context", "512", "--json")).isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(first().get("reason").stringValue()).contains("jamba").contains("GGUF");
        assertThat(first().get("weights").longValue()).isEqualTo(16);
    }
}
