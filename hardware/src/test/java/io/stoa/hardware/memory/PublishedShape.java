package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.engine.gguf.GgufValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A published model as a shape: what its file's header would say, and no weights. The configurations and the tensors of
 * each architecture stand in {@code published-shapes.txt}, which explains itself.
 */
final class PublishedShape {
    /** The architectures whose norms subtract the mean. */
    private static final Set<String> MEAN_NORMS =
            Set.of("phi2", "falcon", "gpt2", "starcoder2", "stablelm", "command-r", "cohere2", "bert", "rwkv7");

    private final String name;
    private final String architecture;
    private final Map<String, List<String>> template;
    private final GgmlType type;
    private final boolean tied;
    private final List<String> kinds;
    private final Map<String, String> keys;
    private final GgmlType experts;
    private final GgufHeader header;

    private PublishedShape(String line, Map<String, Map<String, List<String>>> templates) {
        List<String> words = Arrays.asList(line.split(" +", -1));
        name = words.get(1);
        architecture = words.get(2);
        template = Objects.requireNonNull(templates.get(words.get(3)), words.get(3));
        type = GgmlType.valueOf(words.get(4));
        tied = words.get(5).equals("tied");
        keys = new LinkedHashMap<>();
        for (String pair : words.subList(7, words.size())) {
            int equals = pair.indexOf('=');
            keys.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        String expertType = keys.remove("experts");
        experts = expertType == null ? type : GgmlType.valueOf(expertType);
        kinds = kinds(words.get(6), Integer.parseInt(keys.getOrDefault("block_count", "0")));
        header = made();
    }

    /** All of them. */
    static List<PublishedShape> all() {
        Map<String, Map<String, List<String>>> templates = new HashMap<>();
        List<PublishedShape> shapes = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(PublishedShape.class.getResourceAsStream("published-shapes.txt")),
                StandardCharsets.UTF_8))) {
            Map<String, List<String>> open = new HashMap<>();
            for (String line : in.readAllLines()) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                if (line.startsWith("template ")) {
                    open = new HashMap<>();
                    templates.put(line.substring(9).strip(), open);
                } else if (line.startsWith("shape ")) {
                    shapes.add(new PublishedShape(line, templates));
                } else {
                    int colon = line.indexOf(':');
                    open.put(
                            line.substring(0, colon),
                            Arrays.stream(line.substring(colon + 1).split(";", -1))
                                    .map(String::strip)
                                    .toList());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return shapes;
    }

    String name() {
        return name;
    }

    @Override
    public String toString() {
        return name;
    }

    private static List<String> kinds(String pattern, int layers) {
        List<String> cycle = new ArrayList<>();
        for (String part : pattern.split(",", -1)) {
            int times = part.indexOf('*');
            String kind = times < 0 ? part : part.substring(0, times);
            int count = times < 0 ? 1 : Integer.parseInt(part.substring(times + 1));
            for (int i = 0; i < count; i++) {
                cycle.add(kind);
            }
        }
        List<String> kinds = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            kinds.add(cycle.get(layer % cycle.size()));
        }
        return kinds;
    }

    /** Made once: the largest have thousands of tensors. */
    GgufHeader header() {
        return header;
    }

    private GgufHeader made() {
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", new GgufValue.Text(architecture));
        metadata.put("tokenizer.ggml.model", new GgufValue.Text("no_vocab"));
        keys.forEach((key, value) ->
                metadata.put(key.startsWith("/") ? key.substring(1) : architecture + "." + key, value(value)));
        metadata.putIfAbsent(architecture + ".context_length", new GgufValue.Whole(131_072));
        // Nemotron-H has norms of both kinds.
        if (!MEAN_NORMS.contains(architecture)) {
            metadata.put(architecture + ".attention.layer_norm_rms_epsilon", new GgufValue.Real(1e-5));
        }
        if (MEAN_NORMS.contains(architecture) || architecture.equals("nemotron_h")) {
            metadata.put(architecture + ".attention.layer_norm_epsilon", new GgufValue.Real(1e-5));
        }
        return new GgufHeader(3, metadata, tensors(), 32, 0, 0);
    }

    private GgufValue value(String text) {
        if (text.startsWith("{")) {
            Map<String, Long> each = new HashMap<>();
            for (String pair : text.substring(1, text.length() - 1).split(",", -1)) {
                each.put(pair.substring(0, 1), Long.parseLong(pair.substring(2)));
            }
            return new GgufValue.Array(kinds.stream()
                    .<GgufValue>map(kind -> new GgufValue.Whole(each.getOrDefault(kind, 0L)))
                    .toList());
        }
        if (text.startsWith("[")) {
            return new GgufValue.Array(
                    Arrays.stream(text.substring(1, text.length() - 1).split(",", -1))
                            .<GgufValue>map(number -> new GgufValue.Whole(Long.parseLong(number)))
                            .toList());
        }
        if (text.equals("true") || text.equals("false")) {
            return new GgufValue.Truth(text.equals("true"));
        }
        if (text.indexOf('.') >= 0) {
            return new GgufValue.Real(Double.parseDouble(text));
        }
        return text.chars().allMatch(Character::isDigit)
                ? new GgufValue.Whole(Long.parseLong(text))
                : new GgufValue.Text(text);
    }

    private List<GgufTensor> tensors() {
        ShapeFile.Table table = new ShapeFile.Table();
        Map<String, Long> symbols = symbols();
        for (String line : template.getOrDefault("model", List.of())) {
            add(table, "", line, symbols);
        }
        for (int layer = 0; layer < kinds.size(); layer++) {
            for (String line : template.getOrDefault(kinds.get(layer), List.of())) {
                int dot = line.startsWith("enc.") || line.startsWith("dec.") ? 4 : 0;
                String block = line.substring(0, dot) + "blk." + layer + ".";
                add(table, block, line.substring(dot), symbols);
            }
        }
        return table.tensors();
    }

    private void add(ShapeFile.Table table, String block, String line, Map<String, Long> symbols) {
        List<String> words = Arrays.asList(line.split(" +", -1));
        String tensor = words.getFirst();
        if (tensor.endsWith("?")) {
            if (tied) {
                return;
            }
            tensor = tensor.substring(0, tensor.length() - 1);
        }
        long[] shape =
                words.stream().skip(1).mapToLong(word -> sum(word, symbols)).toArray();
        String full = tensor.endsWith("!")
                ? tensor.substring(0, tensor.length() - 1)
                : tensor.endsWith(".bias") ? tensor : tensor + ".weight";
        table.add(block + full, type(tensor, shape), shape);
    }

    private GgmlType type(String tensor, long[] shape) {
        boolean small = shape.length == 1
                || tensor.endsWith(".bias")
                || tensor.matches("(ssm_(a|d|conv1d|norm)|shortconv\\.conv|ffn_gate_inp|attn_rel_b|.*_lerp_.*)!?");
        if (small) {
            return GgmlType.F32;
        }
        if (tensor.endsWith("_exps")) {
            return experts;
        }
        return shape[0] % type.blockElements() == 0 ? type : GgmlType.F16;
    }

    private static long sum(String expression, Map<String, Long> symbols) {
        long sum = 0;
        for (String term : expression.split("\\+", -1)) {
            long product = 1;
            for (String factor : term.split("\\*", -1)) {
                product *= factor.chars().allMatch(Character::isDigit)
                        ? Long.parseLong(factor)
                        : Objects.requireNonNull(symbols.get(factor), factor);
            }
            sum += product;
        }
        return sum;
    }

    private Map<String, Long> symbols() {
        Map<String, Long> symbols = new HashMap<>();
        symbols.put("E", number("embedding_length", 0));
        symbols.put("V", number("vocab_size", 0));
        symbols.put("C", number("context_length", 131_072));
        symbols.put("F", number("feed_forward_length", 0));
        long heads = number("attention.head_count", 0);
        symbols.put("H", heads);
        long key = number("attention.key_length", heads == 0 ? 0 : number("embedding_length", 0) / heads);
        symbols.put("D", key);
        symbols.put("Q", heads * key);
        symbols.put("K", number("attention.head_count_kv", heads) * key);
        long rotated = number("rope.dimension_count", key);
        symbols.put("P", rotated);
        symbols.put("PH", rotated / 2);
        symbols.put("X", number("expert_count", 0));
        long expert = number("expert_feed_forward_length", 0);
        symbols.put("FX", expert);
        symbols.put("FS", number("expert_shared_feed_forward_length", expert * number("expert_shared_count", 0)));
        symbols.put("LQ", number("attention.q_lora_rank", 0));
        symbols.put("LK", number("attention.kv_lora_rank", 0));
        symbols.put("DM", number("attention.key_length_mla", 0));
        symbols.put("DV", number("attention.value_length_mla", 0));
        symbols.put("NP", number("attention.key_length_mla", 0) - rotated);
        symbols.put("I", number("ssm.inner_size", 0));
        symbols.put("S", number("ssm.state_size", 0));
        symbols.put("N", number("ssm.group_count", 1));
        symbols.put("IN", number("ssm.inner_size", 0) / number("ssm.group_count", 1));
        symbols.put("R", number("ssm.time_step_rank", 0));
        symbols.put("W", number("ssm.conv_kernel", 0));
        symbols.put("L", number("shortconv.l_cache", 0));
        return symbols;
    }

    /** A key's number; of one per kind of layer, the largest. */
    private long number(String key, long otherwise) {
        String text = keys.get(key);
        if (text == null) {
            return otherwise;
        }
        return switch (value(text)) {
            case GgufValue.Whole(long whole) -> whole;
            case GgufValue.Array(List<GgufValue> values) ->
                values.stream()
                        .mapToLong(each -> each instanceof GgufValue.Whole(long whole) ? whole : 0)
                        .max()
                        .orElse(otherwise);
            case GgufValue.Real real -> otherwise;
            case GgufValue.Truth truth -> otherwise;
            case GgufValue.Text other -> otherwise;
        };
    }

    /** Writes the shape as a GGUF file without data. */
    void write(Path file) throws IOException {
        ShapeFile.write(header(), file);
    }
}
