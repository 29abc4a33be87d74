package io.stoa.inspect;

import static io.stoa.inspect.GgufForge.ARRAY;
import static io.stoa.inspect.GgufForge.join;
import static io.stoa.inspect.GgufForge.nano;
import static io.stoa.inspect.GgufForge.u32;
import static io.stoa.inspect.GgufForge.u64;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Files as honest people publish them. */
final class Benign {
    record File(String name, boolean small, Attacks.Maker maker) {}

    private final List<File> all = new ArrayList<>();

    private Benign() {}

    static List<File> all() {
        Benign benign = new Benign();
        benign.ggufs();
        benign.safetensors();
        benign.checkpoints();
        benign.texts();
        benign.folders();
        return List.copyOf(benign.all);
    }

    private void add(String name, String file, byte[] bytes) {
        all.add(new File(name, true, folder -> Files.write(folder.resolve(file), bytes)));
    }

    private void text(String name, String file, String text) {
        add(name, file, text.getBytes(StandardCharsets.UTF_8));
    }

    private void ggufs() {
        for (String model : new String[] {"nano", "micro", "mini"}) {
            all.add(new File(model, false, folder -> GgufForge.MODELS.resolve(model + ".gguf")));
        }
        add("one layer", "model.gguf", nano().bytes());
        GgufForge old = nano();
        old.version = 2;
        add("version 2", "model.gguf", old.bytes());
        add(
                "template with roles",
                "model.gguf",
                nano().text("tokenizer.chat_template", TemplateForge.PLAIN).bytes());
        add(
                "strict template",
                "model.gguf",
                nano().text("tokenizer.chat_template", TemplateForge.STRICT).bytes());
        add(
                "dated template",
                "model.gguf",
                nano().text("tokenizer.chat_template", TemplateForge.DATED).bytes());
        add(
                "many lines of description",
                "model.gguf",
                nano().text("general.description", "A model.\n\n\tMade at home.\n")
                        .bytes());
        GgufForge vocabulary = nano();
        vocabulary.tensors.clear();
        add("vocabulary alone", "vocab.gguf", vocabulary.bytes());
        add(
                "first of two parts",
                "model-00001-of-00002.gguf",
                nano().set("split.count", 2, new byte[] {2, 0}).bytes());
        GgufForge adapter = nano().text("general.type", "adapter");
        add("adapter", "lora.gguf", adapter.bytes());
        add("sentence pieces", "model.gguf", sentencePieces());
        GgufForge zeroBias = nano();
        zeroBias.tensors.add(new GgufForge.Tensor("rope_freqs.weight", 1, List.of(8L), 0, 0, new byte[32]));
        add("further vector", "model.gguf", zeroBias.laidOut().bytes());
    }

    private static byte[] sentencePieces() {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        ByteArrayOutputStream types = new ByteArrayOutputStream();
        ByteArrayOutputStream scores = new ByteArrayOutputStream();
        types.writeBytes(join(u32(5), u64(1024), u32(2), u32(3), u32(3)));
        scores.writeBytes(join(u32(6), u64(1024)));
        for (int b = 0; b < 256; b++) {
            tokens.add(String.format(Locale.ROOT, "<0x%02X>", b));
            types.writeBytes(u32(6));
        }
        while (tokens.size() < 1024) {
            tokens.add("▁piece" + tokens.size());
            types.writeBytes(u32(1));
        }
        for (int i = 0; i < 1024; i++) {
            scores.writeBytes(GgufForge.f32(-i));
        }
        return nano().number("tokenizer.ggml.bos_token_id", 1)
                .number("tokenizer.ggml.eos_token_id", 2)
                .number("tokenizer.ggml.padding_token_id", 0)
                .remove("tokenizer.ggml.merges")
                .remove("tokenizer.ggml.pre")
                .text("tokenizer.ggml.model", "llama")
                .texts("tokenizer.ggml.tokens", tokens)
                .set("tokenizer.ggml.token_type", ARRAY, types.toByteArray())
                .set("tokenizer.ggml.scores", ARRAY, scores.toByteArray())
                .bytes();
    }

    private void safetensors() {
        for (String type : new String[] {"F32", "F16", "BF16", "I32", "U8", "F8_E4M3"}) {
            int bytes = type.endsWith("32") ? 4 : type.endsWith("16") ? 2 : 1;
            add(
                    "safetensors " + type,
                    "model.safetensors",
                    Attacks.safetensors(
                            "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"" + type
                                    + "\",\"shape\":[4,4],\"data_offsets\":[0," + 16 * bytes + "]}}   ",
                            16 * bytes));
        }
        add(
                "empty tensor",
                "model.safetensors",
                Attacks.safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0));
    }

    private void checkpoints() {
        add("pickle of a tensor", "pytorch_model.bin", PickleForge.stateDictionary());
        add(
                "checkpoint of PyTorch",
                "pytorch_model.bin",
                ZipForge.checkpoint(PickleForge.stateDictionary()).bytes());
        add(
                "packed checkpoint",
                "model.pt",
                new ZipForge()
                        .packed("archive/data.pkl", PickleForge.stateDictionary())
                        .bytes());
        add(
                "plain numbers",
                "numbers.pkl",
                PickleForge.protocol(4)
                        .op(']')
                        .op('(')
                        .small(1)
                        .small(2)
                        .op('e')
                        .stop());
        add("protocol 0", "numbers.pkl", "(dp0\nS'a'\np1\nI1\ns.".getBytes(StandardCharsets.US_ASCII));
        add(
                "old format of PyTorch",
                "old.pth",
                join(
                        new byte[] {
                            (byte) 0x80,
                            2,
                            (byte) 0x8a,
                            10,
                            0x6c,
                            (byte) 0xfc,
                            (byte) 0x9c,
                            0x46,
                            (byte) 0xf9,
                            0x20,
                            0x6a,
                            (byte) 0xa8,
                            0x50,
                            0x19,
                            '.'
                        },
                        new byte[] {(byte) 0x80, 2, 'M', (byte) 0xe9, 3, '.'},
                        PickleForge.protocol(2).op('}').stop(),
                        PickleForge.stateDictionary(),
                        PickleForge.protocol(2)
                                .op(']')
                                .op('(')
                                .text("0")
                                .op('e')
                                .stop(),
                        new byte[64]));
        byte[] array = join(
                new byte[] {(byte) 0x93},
                "NUMPY\u0001\u0000F\u0000{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }         \n"
                        .getBytes(StandardCharsets.ISO_8859_1),
                new byte[16]);
        add("NumPy array", "a.npy", array);
        add("NumPy arrays", "a.npz", new ZipForge().add("a.npy", array).bytes());
    }

    private void texts() {
        text("tokenizer", "tokenizer.json", Attacks.tokenizer("", ""));
        text(
                "tokenizer of sentence pieces",
                "tokenizer.json",
                Attacks.tokenizer(
                        "normalizer",
                        "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"▁\"},{\"type\":\"Replace\",\"pattern\":{\"String\":\""
                                + " \"},\"content\":\"▁\"}]}"));
        text(
                "tokenizer that joins spaces",
                "tokenizer.json",
                Attacks.tokenizer(
                        "normalizer", "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\" {2,}\"},\"content\":\" \"}"));
        text(
                "tokenizer that begins texts",
                "tokenizer.json",
                Attacks.tokenizer(
                        "post_processor",
                        "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[0],\"tokens\":[\"<s>\"]}}}"));
        text(
                "configuration",
                "config.json",
                "{\"model_type\":\"llama\",\"architectures\":[\"LlamaForCausalLM\"],\"vocab_size\":1024}");
        text(
                "settings of generation",
                "generation_config.json",
                "{\"temperature\":0.6,\"eos_token_id\":[1,2],\"bad_words_ids\":null}");
        text(
                "settings of the tokenizer",
                "tokenizer_config.json",
                "{\"bos_token\":\"<s>\",\"chat_template\":\"{% for m in messages %}{{ m.role }}: {{ m.content }}\\n"
                        + "{% endfor %}\"}");
        text("template", "chat_template.jinja", TemplateForge.PLAIN);
        text("model card", "README.md", "---\nlicense: apache-2.0\n---\n# A model\n\nIt answers questions.\n");
        text("requirements", "requirements.txt", "numpy\ntorch>=2\n");
        text("pointer", "model.gguf", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
    }

    private void folders() {
        all.add(new File("folder of a model", false, folder -> {
            Path m1 = folder.resolve("model-00001-of-00001.safetensors");
            Files.write(
                    m1, Attacks.safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[0,64]}}", 64));
            Files.writeString(
                    folder.resolve("model.safetensors.index.json"),
                    "{\"weight_map\":{\"a\":\"model-00001-of-00001.safetensors\"}}");
            Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"llama\"}");
            Files.writeString(folder.resolve("tokenizer.json"), Attacks.tokenizer("", ""));
            Files.writeString(folder.resolve("README.md"), "# A model\n");
            Files.createSymbolicLink(folder.resolve("link.safetensors"), m1.getFileName());
            return folder;
        }));
        all.add(new File("empty folder", false, folder -> folder));
    }
}
