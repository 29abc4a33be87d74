package io.stoa.inspect.numeric;

import io.stoa.engine.safetensors.DataType;
import io.stoa.engine.safetensors.SafetensorsHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tensors of one or several safetensors files, under the names that llama.cpp's converter gives them. */
public final class SafetensorsWeights implements Weights {
    private static final Pattern LAYER = Pattern.compile("(?:model\\.)?layers\\.([0-9]{1,4})\\.(.+)");

    private static final Map<String, String> OUTER = Map.of(
            "model.embed_tokens.weight", "token_embd.weight",
            "model.norm.weight", "output_norm.weight",
            "lm_head.weight", "output.weight");

    private static final Map<String, String> INNER = Map.ofEntries(
            Map.entry("self_attn.q_proj", "attn_q"),
            Map.entry("self_attn.k_proj", "attn_k"),
            Map.entry("self_attn.v_proj", "attn_v"),
            Map.entry("self_attn.o_proj", "attn_output"),
            Map.entry("self_attn.q_norm", "attn_q_norm"),
            Map.entry("self_attn.k_norm", "attn_k_norm"),
            Map.entry("mlp.gate_proj", "ffn_gate"),
            Map.entry("mlp.up_proj", "ffn_up"),
            Map.entry("mlp.down_proj", "ffn_down"),
            Map.entry("input_layernorm", "attn_norm"),
            Map.entry("post_attention_layernorm", "ffn_norm"));

    /** One file's tensor. */
    private record Source(FileChannel channel, SafetensorsHeader.Tensor tensor, long begin) {}

    private final List<FileChannel> channels = new ArrayList<>();
    private final Map<String, Source> byName = new HashMap<>();
    private final List<Tensor> tensors = new ArrayList<>();

    private SafetensorsWeights() {}

    /** Opens files whose headers were examined. */
    public static SafetensorsWeights open(Map<Path, SafetensorsHeader> files) throws IOException {
        SafetensorsWeights weights = new SafetensorsWeights();
        for (Map.Entry<Path, SafetensorsHeader> file : files.entrySet()) {
            FileChannel channel = FileChannel.open(file.getKey(), StandardOpenOption.READ);
            weights.channels.add(channel);
            for (SafetensorsHeader.Tensor tensor : file.getValue().tensors()) {
                weights.add(channel, tensor, file.getValue().dataOffset() + tensor.begin());
            }
        }
        return weights;
    }

    private void add(FileChannel channel, SafetensorsHeader.Tensor tensor, long begin) {
        String name = ggufName(tensor.name());
        if (tensor.elements() == 0 || byName.putIfAbsent(name, new Source(channel, tensor, begin)) != null) {
            return;
        }
        long rowLength = tensor.shape().isEmpty() ? 1 : tensor.shape().getLast();
        boolean known = switch (tensor.type()) {
            case F32, F16, BF16, F64 -> true;
            default -> false;
        };
        tensors.add(new Tensor(
                name, rowLength, tensor.elements() / rowLength, tensor.type().name(), known, known));
    }

    static String ggufName(String name) {
        Matcher layer = LAYER.matcher(name);
        if (layer.matches()) {
            String rest = layer.group(2);
            int dot = rest.lastIndexOf('.');
            String inner = dot < 0 ? "" : INNER.getOrDefault(rest.substring(0, dot), "");
            return inner.isEmpty() ? name : "blk." + layer.group(1) + "." + inner + rest.substring(dot);
        }
        return OUTER.getOrDefault(name, name);
    }

    @Override
    public List<Tensor> tensors() {
        return List.copyOf(tensors);
    }

    @Override
    public Optional<Tensor> find(String name) {
        return byName.containsKey(name) ? Weights.super.find(name) : Optional.empty();
    }

    @Override
    public float[] row(Tensor tensor, long row) throws IOException {
        Source source = Optional.ofNullable(byName.get(tensor.name())).orElseThrow();
        DataType type = source.tensor().type();
        int width = type.bits() / 8;
        int count = (int) Math.min(tensor.rowLength(), GgufWeights.MOST_ELEMENTS);
        ByteBuffer buffer = ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);
        GgufWeights.fill(source.channel(), buffer, source.begin() + row * tensor.rowLength() * width);
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            int at = i * width;
            out[i] = switch (type) {
                case F32 -> buffer.getFloat(at);
                case F16 -> Float.float16ToFloat(buffer.getShort(at));
                case BF16 -> Float.intBitsToFloat(buffer.getShort(at) << 16);
                case F64 -> (float) buffer.getDouble(at);
                default -> throw new IllegalArgumentException(type + " is not decoded");
            };
        }
        return out;
    }

    @Override
    public void close() throws IOException {
        for (FileChannel channel : channels) {
            channel.close();
        }
    }
}
