package io.stoa.hardware.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.engine.safetensors.DataType;
import io.stoa.engine.safetensors.SafetensorsHeader;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsModelTest {
    private static final String SMALL =
            "{\"model_type\": \"llama\", \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"hidden_size\": 64}";

    @TempDir
    private Path folder;

    @Test
    void aModelOfOneFile() throws IOException {
        config(SMALL);
        file(
                "model.safetensors",
                "{\"__metadata__\": {\"format\": \"pt\"}, \"a\": {\"dtype\": \"BF16\", \"shape\": [4, 8],"
                        + " \"data_offsets\": [0, 64]}, \"b\": {\"dtype\": \"F8_E4M3\", \"shape\": [16], \"data_offsets\":"
                        + " [64, 80]}, \"scale\": {\"dtype\": \"F32\", \"shape\": [], \"data_offsets\": [80, 84]}}",
                84);

        SafetensorsModel model = SafetensorsModel.read(folder);

        assertThat(model.weights()).isEqualTo(new Bytes(84));
        assertThat(model.parameters()).isEqualTo(49);
        assertThat(model.byType())
                .containsEntry(DataType.BF16, new Bytes(64))
                .containsEntry(DataType.F32, new Bytes(4));
        assertThat(known(model.config()).elementsPerToken()).isEqualTo(2 * 4 * 2 * 16);
    }

    @Test
    void shardsAreAddedUpAndMissingOnesNamed() throws IOException {
        config(SMALL);
        write(
                "model.safetensors.index.json",
                "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\":" + " \"model-2.safetensors\"}}");
        file("model-1.safetensors", "{\"a\": {\"dtype\": \"F16\", \"shape\": [8], \"data_offsets\": [0, 16]}}", 16);

        assertThatThrownBy(() -> SafetensorsModel.read(folder))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("1 of 2 shards are missing: model-2.safetensors");
        file("model-2.safetensors", "{\"b\": {\"dtype\": \"F16\", \"shape\": [4], \"data_offsets\": [0, 8]}}", 8);
        assertThat(SafetensorsModel.read(folder).weights()).isEqualTo(new Bytes(24));
    }

    @Test
    void shardsOutsideTheFolderAreRefused() throws IOException {
        config(SMALL);
        write("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../secret.safetensors\"}}");

        assertThatThrownBy(() -> SafetensorsModel.read(folder)).hasMessageContaining("no name of a file beside it");
    }

    @Test
    void aHeaderOf400GigabytesIsRefused() throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(400_000_000_000L);
        Path file = folder.resolve("model.safetensors");
        Files.write(file, bytes.array());

        assertThatThrownBy(() -> SafetensorsHeader.read(file))
                .hasMessageContaining("claims a header of 400000000000 bytes; the file has 64");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{\"a\": {\"dtype\": \"F16\", \"shape\": [8], \"data_offsets\": [0, 17]}} | does not fit",
                "{\"a\": {\"dtype\": \"F16\", \"shape\": [8], \"data_offsets\": [8, 24]}} | without gap or overlap",
                "{\"a\": {\"dtype\": \"Q9\", \"shape\": [8], \"data_offsets\": [0, 16]}} | unknown type Q9",
                "{\"a\": {\"dtype\": \"F16\", \"shape\": [-8], \"data_offsets\": [0, 16]}} | impossible shape",
                "{\"a\": {\"dtype\": \"F16\", \"shape\": [4611686018427387904, 4], \"data_offsets\": [0, 0]}} |"
                        + " impossible",
                "{\"a\": {\"dtype\": \"F16\", \"shape\": [4], \"data_offsets\": [0, 8]}} | its header says 8",
                "{\"a\": {\"dtype\": \"F16\", \"shape\": [8]}} | without data_offsets",
                "{\"a\": 1 | not sound JSON",
                "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]] | not a JSON object",
            })
    void brokenHeadersAreRefused(String header, String message) throws IOException {
        file("model.safetensors", header, 16);

        assertThatThrownBy(() -> SafetensorsHeader.read(folder.resolve("model.safetensors")))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aDeepHeaderIsRefused() throws IOException {
        file("model.safetensors", "{\"a\":".repeat(5000) + "1" + "}".repeat(5000), 0);

        assertThatThrownBy(() -> SafetensorsHeader.read(folder.resolve("model.safetensors")))
                .isInstanceOf(StoaException.class);
    }

    /** The cache of one sequence at the full context in 16 bits, in GiB; published figures. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"model_type\": \"llama\", \"num_hidden_layers\": 32, \"num_attention_heads\": 32,"
                        + " \"num_key_value_heads\": 8, \"hidden_size\": 4096 | 8192 | 1.00",
                "\"model_type\": \"qwen3\", \"num_hidden_layers\": 28, \"num_attention_heads\": 16,"
                        + " \"num_key_value_heads\": 8, \"head_dim\": 128, \"hidden_size\": 1024, \"sliding_window\": null"
                        + " | 40960 | 4.38",
                "\"model_type\": \"deepseek_v3\", \"num_hidden_layers\": 61, \"num_attention_heads\": 128,"
                        + " \"kv_lora_rank\": 512, \"qk_rope_head_dim\": 64 | 163840 | 10.72",
                "\"model_type\": \"kimi_k25\", \"num_hidden_layers\": 61, \"num_attention_heads\": 64,"
                        + " \"kv_lora_rank\": 512, \"qk_rope_head_dim\": 64 | 262144 | 17.16",
                "\"model_type\": \"glm_moe_dsa\", \"num_hidden_layers\": 79, \"num_attention_heads\": 64,"
                        + " \"kv_lora_rank\": 512, \"qk_rope_head_dim\": 64 | 202752 | 17.18",
                "\"text_config\": {\"model_type\": \"gemma3_text\", \"num_hidden_layers\": 62,"
                        + " \"num_attention_heads\": 32, \"num_key_value_heads\": 16, \"head_dim\": 128, \"hidden_size\":"
                        + " 5376, \"sliding_window\": 1024} | 131072 | 10.41",
                "\"model_type\": \"qwen3_5\", \"num_hidden_layers\": 64, \"num_attention_heads\": 24,"
                        + " \"num_key_value_heads\": 4, \"head_dim\": 256, \"full_attention_interval\": 4,"
                        + " \"linear_num_key_heads\": 16, \"linear_num_value_heads\": 48, \"linear_key_head_dim\": 128,"
                        + " \"linear_value_head_dim\": 128, \"linear_conv_kernel_dim\": 4 | 262144 | 16.15",
                "\"model_type\": \"qwen2\", \"num_hidden_layers\": 28, \"num_attention_heads\": 28,"
                        + " \"num_key_value_heads\": 4, \"hidden_size\": 3584, \"sliding_window\": 131072,"
                        + " \"use_sliding_window\": false | 32768 | 1.75",
            })
    void cachesOfPublishedConfigurations(String keys, long tokens, double gibibytes) throws IOException {
        config("{" + keys + "}");

        ModelConfig config = ModelConfig.read(folder.resolve("config.json"));
        assertThat(known(config).bytes(tokens, 16).count() / 0x1p30).isCloseTo(gibibytes, within(0.005));
    }

    private static ModelConfig.Known known(ModelConfig config) {
        assertThat(config.caches()).isInstanceOf(ModelConfig.Known.class);
        return (ModelConfig.Known) config.caches();
    }

    /** Their keys mean something else, so that plain attention would be a guess. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"model_type\": \"jamba\", \"attn_layer_period\": 8, \"num_key_value_heads\": 8 | jamba",
                "\"model_type\": \"nemotron_h\", \"hybrid_override_pattern\": \"M-M*-\", \"num_key_value_heads\": 8 |"
                        + " nemotron_h",
                "\"model_type\": \"bert\", \"max_position_embeddings\": 512 | bert",
                "\"text_config\": {\"model_type\": \"llama4_text\", \"num_key_value_heads\": 8} | llama4_text",
                "\"model_type\": \"mamba\", \"state_size\": 16 | mamba",
                "\"model_type\": \"qwen3_next\", \"full_attention_interval\": 4, \"num_key_value_heads\": 2 | layer 0",
            })
    void otherFamiliesAreUnknown(String keys, String culprit) throws IOException {
        config("{\"num_hidden_layers\": 12, \"num_attention_heads\": 32, \"hidden_size\": 4096, " + keys + "}");

        ModelConfig config = ModelConfig.read(folder.resolve("config.json"));
        assertThat(config.caches())
                .isInstanceOfSatisfying(
                        ModelConfig.Unknown.class,
                        unknown ->
                                assertThat(unknown.reason()).contains(culprit).contains("not modelled"));
        assertThatThrownBy(() -> PagedCache.of(config, 16)).hasMessageContaining(culprit);
    }

    /** Falcon-7B has one head of keys and values for all, Falcon-40B eight, Falcon-RW-1B one for each. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"num_attention_heads\": 71, \"hidden_size\": 4544, \"multi_query\": true,"
                        + " \"new_decoder_architecture\": false | 1",
                "\"num_attention_heads\": 71, \"hidden_size\": 4544 | 1",
                "\"num_attention_heads\": 128, \"hidden_size\": 8192, \"num_kv_heads\": 8,"
                        + " \"new_decoder_architecture\": true, \"multi_query\": true | 8",
                "\"num_attention_heads\": 32, \"hidden_size\": 2048, \"multi_query\": false, \"num_kv_heads\": 8 | 32",
            })
    void falconSharesHeads(String keys, long heads) throws IOException {
        config("{\"model_type\": \"falcon\", \"num_hidden_layers\": 2, " + keys + "}");

        ModelConfig config = ModelConfig.read(folder.resolve("config.json"));
        assertThat(known(config).elementsPerToken()).isEqualTo(2 * heads * 2 * 64);
    }

    /** Qwen's window counts where it is switched on, and from a layer on. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"use_sliding_window\": true, \"max_window_layers\": 3 | 3 | 1",
                "\"use_sliding_window\": true | 0 | 4",
                "\"max_window_layers\": 3 | 4 | 0",
            })
    void windowsOfQwen(String keys, int without, int with) throws IOException {
        config("{\"model_type\": \"qwen2\", \"num_hidden_layers\": 4, \"num_attention_heads\": 4, \"hidden_size\": 64,"
                + " \"sliding_window\": 100, " + keys + "}");

        assertThat(known(ModelConfig.read(folder.resolve("config.json"))).bytes(1000, 16))
                .isEqualTo(new Bytes(4L * 2 * 16 * 2 * (without * 1000 + with * 100)));
    }

    /** One kind of page is computed for layers that are alike in width, window and state. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"model_type\": \"gemma2\", \"sliding_window\": 4096 | differ",
                "\"model_type\": \"mistral\", \"sliding_window\": 4096 | windows",
                "\"model_type\": \"mistral\", \"sliding_window\": 4096, \"max_position_embeddings\": 32768 | windows",
                "\"model_type\": \"qwen3_next\", \"full_attention_interval\": 2, \"linear_num_key_heads\": 2,"
                        + " \"linear_num_value_heads\": 4, \"linear_key_head_dim\": 8, \"linear_value_head_dim\": 8 |"
                        + " differ",
            })
    void pagesOfDifferentLayersAreNotComputed(String keys, String reason) throws IOException {
        config("{\"num_hidden_layers\": 4, \"num_attention_heads\": 4, \"hidden_size\": 64, " + keys + "}");

        ModelConfig config = ModelConfig.read(folder.resolve("config.json"));
        assertThat(config.caches()).isInstanceOf(ModelConfig.Known.class);
        assertThatThrownBy(() -> PagedCache.of(config, 16)).hasMessageContaining(reason);
    }

    @Test
    void aWindowBeyondAllContextsIsNone() throws IOException {
        config("{\"model_type\": \"phi3\", \"num_hidden_layers\": 4, \"num_attention_heads\": 4, \"hidden_size\": 64,"
                + " \"sliding_window\": 262144, \"max_position_embeddings\": 131072}");

        assertThat(PagedCache.of(ModelConfig.read(folder.resolve("config.json")), 16)
                        .layers())
                .isEqualTo(4);
    }

    @Test
    void anAbsurdConfigurationIsRefused() throws IOException {
        config("{\"model_type\": \"llama\", \"num_hidden_layers\": 2000000000}");
        assertThatThrownBy(() -> ModelConfig.read(folder.resolve("config.json")))
                .hasMessageContaining("num_hidden_layers is 2000000000, not a whole number from 1 to 1024");
        config("{\"architectures\": []}");
        assertThatThrownBy(() -> ModelConfig.read(folder.resolve("config.json")))
                .hasMessageContaining("no model_type");
    }

    /** 40 GiB for Llama-3.1-8B in BF16: pages of 64 KiB, 32 layers. */
    @Test
    void blocksAreRoundedDownAndRequestsUp() throws IOException {
        config("{\"model_type\": \"llama\", \"num_hidden_layers\": 32, \"num_attention_heads\": 32,"
                + " \"num_key_value_heads\": 8, \"hidden_size\": 4096}");
        PagedCache cache = PagedCache.of(ModelConfig.read(folder.resolve("config.json")), 16);

        assertThat(cache.pageBytes()).isEqualTo(new Bytes(64L << 10));
        assertThat(cache.blocks(new Bytes(40L << 30))).isEqualTo(20_480);
        assertThat(cache.blocks(new Bytes((40L << 30) - 1))).isEqualTo(20_479);
        assertThat(cache.concurrency(new Bytes(40L << 30), 8192)).isEqualTo(40);
        assertThat(cache.concurrency(new Bytes(40L << 30), 8193)).isCloseTo(20_480.0 / 513, within(1e-12));
        assertThat(cache.request(17)).isEqualTo(new Bytes(2L * 65_536 * 32));
    }

    private void config(String json) throws IOException {
        write("config.json", json);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private void file(String name, String header, int dataBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text);
        Files.write(folder.resolve(name), bytes.array());
    }
}
