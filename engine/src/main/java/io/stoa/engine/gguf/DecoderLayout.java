package io.stoa.engine.gguf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which tensors the common decoder-only architectures have, and in which shapes; the table says {@code load_arch_tensors}
 * of {@code src/models/*.cpp} at llama.cpp v0.5.0. With E the width, q and k the heads times the head size, F the
 * feed-forward length, X the experts and V the vocabulary:
 *
 * <pre>
 * token_embd [E V]   output [E V]   output_norm [E]   norms of a layer [E]   norms of a head [head size]
 * attn_q [E q]   attn_k, attn_v [E k]   attn_qkv [E q+2k]   attn_output [q E]
 * ffn_gate, ffn_up [E F]   ffn_down [F E]   ffn_gate_inp [E X]   ffn_*_exps: the same with X last
 * </pre>
 *
 * A tensor of a name that is not in the table is left to the general checks.
 */
final class DecoderLayout {
    private static final List<String> ATTENTION = List.of("attn_norm.weight", "attn_output.weight");
    private static final List<String> GATED =
            List.of("ffn_norm.weight", "ffn_gate.weight", "ffn_up.weight", "ffn_down.weight");
    private static final List<String> EXPERTS =
            List.of("ffn_norm.weight", "ffn_gate_inp.weight", "ffn_up_exps.weight", "ffn_down_exps.weight");
    private static final List<String> HEAD_NORMS = List.of("attn_q_norm.weight", "attn_k_norm.weight");
    private static final List<String> POST_NORMS = List.of("post_attention_norm.weight", "post_ffw_norm.weight");

    /** Whether all of a head is rotated. Graphs for which it must be so assert it, which ends the process. */
    private enum Rotation {
        WHOLE,
        PART
    }

    /**
     * What one architecture needs.
     *
     * @param dense what each layer needs without experts; empty when there is no such model
     * @param sparse what each layer needs with experts; empty when there is no such model
     */
    private record Known(Rotation rotation, List<String> dense, List<String> sparse) {}

    private static final Map<String, Known> KNOWN = Map.ofEntries(
            Map.entry("llama", new Known(Rotation.WHOLE, all(ATTENTION, GATED), all(ATTENTION, EXPERTS))),
            Map.entry("mistral3", new Known(Rotation.WHOLE, all(ATTENTION, GATED), all(ATTENTION, EXPERTS))),
            Map.entry("granite", new Known(Rotation.WHOLE, all(ATTENTION, GATED), all(ATTENTION, EXPERTS))),
            Map.entry("granitemoe", new Known(Rotation.WHOLE, all(ATTENTION, GATED), all(ATTENTION, EXPERTS))),
            Map.entry("qwen2", new Known(Rotation.WHOLE, all(ATTENTION, GATED), List.of())),
            Map.entry("qwen3", new Known(Rotation.WHOLE, all(ATTENTION, HEAD_NORMS, GATED), List.of())),
            Map.entry("qwen3moe", new Known(Rotation.WHOLE, List.of(), all(ATTENTION, HEAD_NORMS, EXPERTS))),
            Map.entry("internlm2", new Known(Rotation.WHOLE, all(ATTENTION, GATED), List.of())),
            Map.entry("smollm3", new Known(Rotation.WHOLE, all(ATTENTION, GATED), List.of())),
            Map.entry("gemma", new Known(Rotation.PART, all(ATTENTION, GATED), List.of())),
            Map.entry("gemma2", new Known(Rotation.PART, all(ATTENTION, GATED, POST_NORMS), List.of())),
            Map.entry("gemma3", new Known(Rotation.PART, all(ATTENTION, HEAD_NORMS, GATED, POST_NORMS), List.of())),
            Map.entry(
                    "phi3",
                    new Known(
                            Rotation.PART,
                            all(ATTENTION, List.of("ffn_norm.weight", "ffn_up.weight", "ffn_down.weight")),
                            List.of())));

    private final HyperParameters parameters;
    private final Refusal refusal;
    private final List<String> needed;
    private final long width;
    private final long experts;

    private DecoderLayout(HyperParameters parameters, Refusal refusal, Known known) {
        this.parameters = parameters;
        this.refusal = refusal;
        this.width = parameters.width();
        this.experts = known.sparse().isEmpty() ? 0 : parameters.experts();
        this.needed = experts > 0 ? known.sparse() : known.dense();
        if (needed.isEmpty()) {
            throw refusal.because("is of the architecture " + parameters.architecture() + " without experts");
        }
        checkHeads(known.rotation());
    }

    /** Whether the shapes of an architecture's tensors are known. */
    static boolean knows(String architecture) {
        return KNOWN.containsKey(architecture);
    }

    /** The layout of a model, when its architecture is known. */
    static Optional<DecoderLayout> of(HyperParameters parameters, Refusal refusal) {
        return Optional.ofNullable(KNOWN.get(parameters.architecture()))
                .map(known -> new DecoderLayout(parameters, refusal, known));
    }

    /** Refuses a model that lacks a tensor, or has one in another shape or type. */
    void check(GgufHeader header) {
        Map<String, GgufTensor> tensors = new HashMap<>();
        header.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
        long tokens = header.array("tokenizer.ggml.tokens").map(List::size).orElse(0);
        need(tensors, "token_embd.weight", List.of(width, tokens));
        need(tensors, "output_norm.weight", List.of(width));
        have(tensors, "output.weight", List.of(width, tokens));
        have(tensors, "rope_freqs.weight", List.of(rotated() / 2));
        for (int layer = 0; layer < parameters.plainBlocks(); layer++) {
            checkLayer(tensors, layer);
        }
        header.tensors().stream()
                .filter(tensor -> !tensor.type().holdsWeights())
                .forEach(tensor -> {
                    throw refusal.because(
                            "tensor " + tensor.name() + " has type " + tensor.type() + ", which no weights have");
                });
    }

    private void checkLayer(Map<String, GgufTensor> tensors, int layer) {
        String block = "blk." + layer + ".";
        Map<String, List<Long>> shapes = shapes(layer);
        shapes.forEach((name, shape) -> have(tensors, block + name, shape));
        List<String> all = new ArrayList<>(needed);
        if (!tensors.containsKey(block + "attn_qkv.weight")) {
            all.addAll(List.of("attn_q.weight", "attn_k.weight", "attn_v.weight"));
        }
        for (String name : all) {
            if (!tensors.containsKey(block + name)) {
                throw refusal.because("lacks the tensor " + block + name);
            }
        }
    }

    private Map<String, List<Long>> shapes(int layer) {
        long head = headSize();
        long q = head * parameters.heads(layer);
        long k = head * parameters.keyHeads(layer);
        long forward = parameters.feedForward(layer);
        // Phi-3 keeps gate and up in one matrix.
        long up = parameters.architecture().equals("phi3") ? 2 * forward : forward;
        Map<String, List<Long>> shapes = new HashMap<>();
        for (String name : List.of("attn_norm", "ffn_norm", "post_attention_norm", "post_ffw_norm")) {
            shapes.put(name + ".weight", List.of(width));
        }
        shapes.put("attn_q_norm.weight", List.of(head));
        shapes.put("attn_k_norm.weight", List.of(head));
        matrix(shapes, "attn_q", width, q);
        matrix(shapes, "attn_k", width, k);
        matrix(shapes, "attn_v", width, k);
        matrix(shapes, "attn_qkv", width, q + 2 * k);
        matrix(shapes, "attn_output", q, width);
        matrix(shapes, "ffn_gate", width, forward);
        matrix(shapes, "ffn_up", width, up);
        matrix(shapes, "ffn_down", forward, width);
        if (experts > 0) {
            long one = parameters.architecture().equals("qwen3moe") ? expertForward(layer) : forward;
            shapes.put("ffn_gate_inp.weight", List.of(width, experts));
            shapes.put("ffn_gate_exps.weight", List.of(width, one, experts));
            shapes.put("ffn_up_exps.weight", List.of(width, one, experts));
            shapes.put("ffn_down_exps.weight", List.of(one, width, experts));
        }
        return shapes;
    }

    /** A matrix from {@code in} to {@code out} numbers, and the bias that may be added to what it gives. */
    private static void matrix(Map<String, List<Long>> shapes, String name, long in, long out) {
        shapes.put(name + ".weight", List.of(in, out));
        shapes.put(name + ".bias", List.of(out));
    }

    private long expertForward(int layer) {
        return parameters
                .ofLayer("expert_feed_forward_length", layer, 1, Integer.MAX_VALUE)
                .orElseGet(() -> parameters.feedForward(layer)
                        / parameters
                                .ofLayer("expert_used_count", layer, 1, experts)
                                .orElse(1));
    }

    private void checkHeads(Rotation rotation) {
        for (int layer = 0; layer < parameters.plainBlocks(); layer++) {
            if (parameters.heads(layer) < 1 || parameters.keyHeads(layer) < 1) {
                throw refusal.because("block " + layer + " has " + parameters.heads(layer) + " heads and "
                        + parameters.keyHeads(layer) + " key heads; it needs some");
            }
        }
        long head = headSize();
        long value = parameters
                .number("attention.value_length", 1, Integer.MAX_VALUE)
                .orElse(head);
        if (value != head) {
            throw refusal.because("keys have " + head + " numbers, values " + value + "; they must have the same");
        }
        long rotated = rotated();
        if (rotated < 2 || rotated % 2 != 0 || rotated > head || (rotation == Rotation.WHOLE && rotated != head)) {
            throw refusal.because("rotates " + rotated + " of the " + head + " numbers of a head, which "
                    + parameters.architecture() + " cannot");
        }
        long sliding = parameters
                .number("rope.dimension_count_swa", 2, Integer.MAX_VALUE)
                .orElse(rotated);
        if (sliding > head) {
            throw refusal.because("rotates " + sliding + " of the " + head + " numbers of a head in sliding windows");
        }
        parameters.needNormEpsilon();
    }

    /** The same in all layers: where it is not said, the heads of the first share the width. */
    private long headSize() {
        return parameters.number("attention.key_length", 1, Integer.MAX_VALUE).orElseGet(() -> {
            if (width % parameters.heads(0) != 0) {
                throw refusal.because(
                        "has a width of " + width + ", which " + parameters.heads(0) + " heads do not divide");
            }
            return width / parameters.heads(0);
        });
    }

    private long rotated() {
        return parameters.number("rope.dimension_count", 0, Integer.MAX_VALUE).orElse(headSize());
    }

    private void need(Map<String, GgufTensor> tensors, String name, List<Long> shape) {
        if (!tensors.containsKey(name)) {
            throw refusal.because("lacks the tensor " + name);
        }
        have(tensors, name, shape);
    }

    private void have(Map<String, GgufTensor> tensors, String name, List<Long> shape) {
        GgufTensor tensor = tensors.get(name);
        if (tensor != null && !trimmed(tensor.shape()).equals(trimmed(shape))) {
            throw refusal.because("tensor " + name + " has the shape " + tensor.shape() + ", expected " + shape
                    + " by the hyper-parameters and the vocabulary");
        }
    }

    /** Trailing dimensions of 1 mean nothing. */
    private static List<Long> trimmed(List<Long> shape) {
        int size = shape.size();
        while (size > 1 && shape.get(size - 1) == 1) {
            size--;
        }
        return shape.subList(0, size);
    }

    @SafeVarargs
    private static List<String> all(List<String>... parts) {
        List<String> all = new ArrayList<>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return List.copyOf(all);
    }
}
