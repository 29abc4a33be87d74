package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.ToLongFunction;

/**
 * The graph of a micro-batch, put together from the names and shapes of a model's tensors: a layer that has {@code
 * ssm_conv1d} convolves, one that has {@code ffn_gate_exps} routes to experts. It has the large intermediate tensors in
 * llama.cpp's order, but not every small one, so its size is an estimate; {@link DecoderGraph} is exact for fewer
 * architectures.
 */
final class LayerGraph {
    private static final int FLOAT = 4;
    private static final int HALF = 2;
    private static final int INDEX = 8;

    /** Shared pieces of the largest layers: more experts at once than this are no model. */
    private static final long MOST_USED = 1024;

    private final GgufHeader header;
    private final LayerCaches caches;
    private final MemorySettings settings;
    private final Map<String, GgufTensor> tensors = new HashMap<>();
    private final Graph graph = new Graph();
    private final Tensor weights = Tensor.external();
    private final long tokens;
    private final long embedding;
    private final Tensor positions;
    private final boolean meanNorms;
    private final boolean encoderDecoder;

    private LayerGraph(GgufHeader header, LayerCaches caches, MemorySettings settings) {
        this.header = header;
        this.caches = caches;
        this.settings = settings;
        header.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
        this.tokens = settings.graphTokens();
        this.embedding = header.hyperParameter("embedding_length").orElse(1);
        this.positions = Tensor.input(FLOAT, tokens);
        this.meanNorms = !header.metadata().containsKey(header.architecture() + ".attention.layer_norm_rms_epsilon");
        this.encoderDecoder = caches.architecture() == Architecture.T5;
    }

    /** Why there is no estimate, as a clause. */
    static Optional<String> refusal(GgufHeader header) {
        boolean tokens = header.tensors().stream()
                .anyMatch(tensor -> tensor.name().equals("token_embd.weight")
                        && tensor.shape().size() == 2);
        return tokens ? Optional.empty() : Optional.of("the tensor token_embd.weight is missing");
    }

    /** The largest graph: a full micro-batch that looks back on a full cache. */
    static Graph of(GgufHeader header, LayerCaches caches, MemorySettings settings) {
        return new LayerGraph(header, caches, settings).build();
    }

    /** What attention needs besides its weights: how far it looks back, where new rows go, who sees whom from where. */
    private record Cache(
            long cells,
            Tensor keyIndices,
            Tensor valueIndices,
            Tensor mask,
            Tensor buckets,
            Optional<Tensor> keyRotation,
            Optional<Tensor> valueRotation) {}

    private Graph build() {
        Tensor ids = Tensor.input(FLOAT, tokens);
        Tensor stream = Tensor.computed(List.of(weights, ids), embedding, tokens);
        graph.expand(stream);
        graph.expand(Tensor.input(FLOAT, embedding, tokens));
        if (tensors.containsKey("position_embd.weight")) {
            stream = Tensor.inPlace(Tensor.computed(List.of(weights, positions), embedding, tokens), stream);
        }
        if (tensors.containsKey("token_embd_norm.weight") && tensors.containsKey("token_embd_norm.bias")) {
            stream = normed(stream);
        }
        boolean encoder = caches.architecture().recurrence() == Architecture.Recurrence.NO_CACHE;
        Cache full = cache(encoder ? tokens : settings.contextPerStream());
        Cache windowed = cache(KeyValueCache.windowCells(caches.window(), settings));
        Tensor read = encoderDecoder ? Tensor.input(FLOAT, embedding, trained()) : weights;
        Tensor outputIds = Tensor.input(FLOAT, settings.graphOutputs());
        int count = caches.layers().size();
        for (int index = 0; index < count; index++) {
            boolean last = index == count - 1 && !caches.architecture().dropsRowsLate();
            LayerCaches.Layer layer = caches.layers().get(index);
            Block block = new Block(index, layer, layer.windowed() ? windowed : full, read);
            stream = block.run(stream, last ? Optional.of(outputIds) : Optional.empty());
        }
        Tensor result = encoder ? stream : result(stream, outputIds);
        graph.expand(result);
        if (!encoder) {
            long vocabulary = rows("output.weight")
                    .orElseGet(() -> rows("token_embd.weight").orElse(1L));
            graph.expand(Tensor.computed(List.of(weights, result), vocabulary, settings.graphOutputs())
                    .asOutput());
        }
        return graph;
    }

    /** What the output matrix reads. Where rows are dropped late, all of them are kept for speculative decoding. */
    private Tensor result(Tensor stream, Tensor outputIds) {
        if (!caches.architecture().dropsRowsLate()) {
            return normed(stream).asOutput();
        }
        if (caches.architecture() == Architecture.GPT_OSS) {
            return normed(chosen(stream.asOutput(), outputIds)).asOutput();
        }
        return chosen(normed(stream).asOutput(), outputIds).asOutput();
    }

    private long trained() {
        return Math.clamp(header.hyperParameter("context_length").orElse(512), 1, 1 << 20);
    }

    private Cache cache(long cells) {
        boolean flash = settings.flashAttention();
        int streams = settings.streams();
        long written = flash ? tokens : Math.multiplyExact(tokens, Math.max(1, caches.widestValues()));
        return new Cache(
                cells,
                Tensor.input(INDEX, tokens),
                Tensor.input(INDEX, written),
                Tensor.input(flash ? HALF : FLOAT, cells, tokens / streams, 1, streams),
                Tensor.input(FLOAT, cells, tokens),
                rotation(LayerCaches.Layer::keyLength, KeyValueCache::keyRotation),
                rotation(LayerCaches.Layer::valueLength, KeyValueCache::valueRotation));
    }

    /** A Hadamard matrix for quantized keys or values, when all layers that keep some have them of one length. */
    private Optional<Tensor> rotation(
            ToLongFunction<LayerCaches.Layer> length, BiFunction<Long, MemorySettings, Optional<Long>> side) {
        List<Long> lengths = caches.layers().stream()
                .filter(layer -> layer.keyHeads() > 0)
                .map(length::applyAsLong)
                .distinct()
                .toList();
        return lengths.size() != 1
                ? Optional.empty()
                : side.apply(lengths.getFirst(), settings).map(width -> Tensor.input(FLOAT, width, width));
    }

    private Tensor chosen(Tensor tensor, Tensor outputIds) {
        return Tensor.computed(List.of(tensor, outputIds), tensor.shape().n0(), settings.graphOutputs());
    }

    /** Norms by the root of the mean square run in place, those by mean and variance do not. */
    private Tensor normed(Tensor tensor) {
        Tensor.Shape shape = tensor.shape();
        return meanNorms
                ? Tensor.computed(List.of(tensor), shape.n0(), shape.n1(), shape.n2(), shape.n3())
                : Tensor.inPlace(tensor);
    }

    private Tensor times(Tensor input, long width) {
        return Tensor.computed(List.of(weights, input), width, input.shape().n1());
    }

    private Optional<Long> rows(String name) {
        return dimension(name, 1);
    }

    private Optional<Long> dimension(String name, int index) {
        return Optional.ofNullable(tensors.get(name))
                .filter(tensor -> tensor.shape().size() > index)
                .map(tensor -> tensor.shape().get(index));
    }

    /** One layer. */
    private final class Block {
        private final String prefix;
        private final LayerCaches.Layer layer;
        private final Cache cache;
        private final Tensor read;

        Block(int index, LayerCaches.Layer layer, Cache cache, Tensor read) {
            this.prefix = (encoderDecoder ? "dec." : "") + "blk." + index + ".";
            this.layer = layer;
            this.cache = cache;
            this.read = read;
        }

        private boolean has(String name) {
            return tensors.containsKey(prefix + name);
        }

        private long rows(String name) {
            return LayerGraph.this.rows(prefix + name).orElse(1L);
        }

        Tensor run(Tensor stream, Optional<Tensor> outputIds) {
            Tensor norm = has("attn_norm.weight") ? normed(stream) : stream;
            Optional<Tensor> mixed = mixed(norm);
            if (mixed.isEmpty()) {
                // The layer is a feed-forward network and nothing else.
                Tensor fed = feedForward(norm);
                return Tensor.inPlace(
                        outputIds.map(ids -> chosen(fed, ids)).orElse(fed),
                        outputIds.map(ids -> chosen(stream, ids)).orElse(stream));
            }
            Tensor attended = outputIds.map(ids -> chosen(mixed.get(), ids)).orElse(mixed.get());
            Tensor residual = outputIds.map(ids -> chosen(stream, ids)).orElse(stream);
            boolean between = has("ffn_norm.weight")
                    || has("ffn_norm")
                    || has("post_attention_norm.weight")
                    || has("attn_output_norm.weight")
                    || (has("attn_norm_2.weight") && has("channel_mix_key.weight"));
            boolean network = has("ffn_up.weight") || has("ffn_up_exps.weight") || has("channel_mix_key.weight");
            if (!network) {
                return Tensor.inPlace(attended, residual);
            }
            if (!between) {
                Tensor same = outputIds.map(ids -> chosen(norm, ids)).orElse(norm);
                return Tensor.inPlace(Tensor.inPlace(feedForward(same), attended), residual);
            }
            boolean sandwich = has("post_ffw_norm.weight");
            Tensor middle = Tensor.inPlace(sandwich ? normed(attended) : attended, residual);
            if (has("attn_output_norm.weight")) {
                middle = normed(middle);
                return normed(Tensor.inPlace(feedForward(middle), middle));
            }
            boolean before = has("ffn_norm.weight") || has("ffn_norm") || !sandwich;
            Tensor fed = feedForward(before ? normed(middle) : middle);
            return Tensor.inPlace(sandwich ? normed(fed) : fed, middle);
        }

        /** What looks at other tokens: attention, a recurrence, or both side by side. */
        private Optional<Tensor> mixed(Tensor norm) {
            if (has("time_mix_key.weight")) {
                return Optional.of(timeMix(norm));
            }
            if (has("shortconv.in_proj.weight")) {
                return Optional.of(shortConvolution(norm));
            }
            if (has("ssm_x.weight")) {
                return Optional.of(selectiveScan(norm));
            }
            if (has("ssm_ba.weight") || has("ssm_beta.weight")) {
                return Optional.of(deltaRule(norm));
            }
            if (has("ssm_in.weight") && has("attn_q.weight")) {
                Tensor scanned = groupedScan(norm);
                return Optional.of(Tensor.inPlace(attention(norm), scanned));
            }
            if (has("ssm_in.weight")) {
                return Optional.of(groupedScan(norm));
            }
            if (has("attn_kv_a_mqa.weight")) {
                return Optional.of(latentAttention(norm));
            }
            if (encoderDecoder) {
                Tensor self = biasedAttention(norm);
                return Optional.of(Tensor.inPlace(crossAttention(Tensor.inPlace(self)), self));
            }
            return has("attn_output.weight") ? Optional.of(attention(norm)) : Optional.empty();
        }

        private Tensor attention(Tensor norm) {
            long heads = layer.heads();
            long key = layer.keyLength();
            long value = valueLength();
            Tensor queries;
            Tensor keys;
            Tensor values;
            Optional<Tensor> gate = Optional.empty();
            if (has("attn_qkv.weight")) {
                Tensor all = times(norm, rows("attn_qkv.weight"));
                queries = rotated(all.strided(key, heads, tokens));
                keys = rotated(all.strided(key, keyHeads(), tokens));
                values = all.strided(value, keyHeads(), tokens);
            } else {
                Tensor wide = times(norm, rows("attn_q.weight"));
                boolean gated = rows("attn_q.weight") == 2 * heads * key;
                Tensor own = gated
                        ? Tensor.computed(List.of(wide.strided(key, heads, tokens)), key, heads, tokens)
                        : wide.reshaped(key, heads, tokens);
                gate = gated
                        ? Optional.of(Tensor.computed(List.of(wide.strided(key, heads, tokens)), key * heads, tokens))
                        : Optional.empty();
                queries = rotated(own);
                keys = rotated(times(norm, keyHeads() * key).reshaped(key, keyHeads(), tokens));
                values = times(norm, keyHeads() * value).reshaped(value, keyHeads(), tokens);
            }
            if (cache.keyRotation().isPresent() && layer.keyHeads() > 0) {
                queries = DecoderGraph.spread(queries, cache.keyRotation().get());
                keys = DecoderGraph.spread(keys, cache.keyRotation().get());
            }
            if (cache.valueRotation().isPresent() && layer.keyHeads() > 0) {
                values = DecoderGraph.spread(values, cache.valueRotation().get());
            }
            graph.expand(queries);
            graph.expand(values);
            graph.expand(keys);
            store(keys, values, value);
            Tensor mixed = layer.keyHeads() > 0
                    ? attended(queries, value, Optional.empty(), cache)
                    : attended(queries, keys, values, value);
            graph.expand(mixed);
            if (cache.valueRotation().isPresent() && layer.keyHeads() > 0) {
                mixed = DecoderGraph.spread(mixed, cache.valueRotation().get());
            }
            Tensor result = gate.isPresent() ? Tensor.inPlace(mixed, Tensor.inPlace(gate.get())) : mixed;
            return times(result, embedding);
        }

        /** The heads of keys as the tensors have them: layers that keep nothing have them, too. */
        private long keyHeads() {
            return Math.max(
                    1,
                    layer.keyHeads() > 0
                            ? layer.keyHeads()
                            : header.hyperParameter("attention.head_count_kv").orElse(layer.heads()));
        }

        private long valueLength() {
            return Math.max(1, layer.valueLength());
        }

        private Tensor rotated(Tensor tensor) {
            return Tensor.inPlace(tensor, positions);
        }

        private void store(Tensor keys, Tensor values, long value) {
            if (layer.keyHeads() == 0) {
                return;
            }
            graph.expand(Tensor.written(keys.strided(layer.keyWidth(), tokens), cache.keyIndices(), Tensor.external()));
            boolean copied = !settings.flashAttention() && !values.shape().contiguous();
            Tensor rows = copied ? Tensor.computed(List.of(values), keyHeads() * value, tokens) : values;
            graph.expand(
                    Tensor.written(rows.strided(keyHeads() * value, tokens), cache.valueIndices(), Tensor.external()));
        }

        /** Softmax(queries · keys + bias) · values, as one row per token. */
        private Tensor attended(Tensor queries, long value, Optional<Tensor> bias, Cache seen) {
            long heads = layer.heads();
            int streams = settings.streams();
            long each = tokens / streams;
            Tensor turned = queries.strided(queries.shape().n0(), heads, each, streams)
                    .strided(queries.shape().n0(), each, heads, streams);
            Tensor cached = Tensor.external();
            if (settings.flashAttention() && bias.isEmpty()) {
                return Tensor.computed(List.of(turned, cached, cached, seen.mask()), value, heads, each, streams)
                        .reshaped(value * heads, tokens);
            }
            Tensor scores = Tensor.computed(List.of(cached, turned), seen.cells(), each, heads, streams);
            Tensor biased = bias.map(by -> Tensor.inPlace(scores, by)).orElse(scores);
            Tensor shares = Tensor.inPlace(biased, seen.mask());
            Tensor stored = settings.flashAttention()
                    ? Tensor.halves(List.of(cached), seen.cells(), value, keyHeads(), streams)
                    : cached;
            Tensor sums = Tensor.computed(List.of(stored, shares), value, each, heads, streams);
            return Tensor.computed(List.of(sums.strided(value, heads, each, streams)), value * heads, tokens);
        }

        /** The same in an encoder, which keeps nothing: keys and values are those of the batch. */
        private Tensor attended(Tensor queries, Tensor keys, Tensor values, long value) {
            long heads = layer.heads();
            if (settings.flashAttention()) {
                Tensor half = Tensor.halves(List.of(keys), layer.keyLength(), keyHeads(), tokens);
                Tensor other = Tensor.halves(List.of(values), value, keyHeads(), tokens);
                return Tensor.computed(List.of(queries, half, other, cache.mask()), value, heads, tokens)
                        .reshaped(value * heads, tokens);
            }
            Tensor scores = Tensor.computed(List.of(keys, queries), tokens, tokens, heads);
            Tensor shares = Tensor.inPlace(scores, cache.mask());
            Tensor turned = Tensor.computed(List.of(values), tokens, value, keyHeads());
            Tensor sums = Tensor.computed(List.of(turned, shares), value, tokens, heads);
            return Tensor.computed(List.of(sums.strided(value, heads, tokens)), value * heads, tokens);
        }

        /** Keys and values as one low-rank vector per token, which queries are brought into (DeepSeek's MLA). */
        private Tensor latentAttention(Tensor norm) {
            long heads = layer.heads();
            long width = layer.keyLength();
            long rank =
                    Math.max(1, header.hyperParameter("attention.kv_lora_rank").orElse(1));
            long rotated = Math.max(1, width - rank);
            long value = rows("attn_v_b.weight");
            Tensor reduced = has("attn_q_a.weight") ? Tensor.inPlace(times(norm, rows("attn_q_a.weight"))) : norm;
            String up = has("attn_q_b.weight") ? "attn_q_b.weight" : "attn_q.weight";
            Tensor all = times(reduced, rows(up));
            long key = rows(up) / heads;
            Tensor fresh = times(norm, width);
            Tensor place = Tensor.computed(List.of(fresh.strided(rotated, 1, tokens), positions), rotated, 1, tokens);
            Tensor latent = Tensor.computed(List.of(fresh.strided(rank, tokens)), rank, tokens);
            Tensor turned =
                    Tensor.computed(List.of(all.strided(rotated, heads, tokens), positions), rotated, heads, tokens);
            Tensor absorbed = Tensor.computed(
                    List.of(weights, all.strided(Math.max(1, key - rotated), tokens, heads)), rank, tokens, heads);
            Tensor queries =
                    Tensor.computed(List.of(absorbed.strided(rank, heads, tokens), turned), width, heads, tokens);
            Tensor keys = Tensor.computed(List.of(latent.reshaped(rank, 1, tokens), place), width, 1, tokens);
            graph.expand(queries);
            graph.expand(latent);
            graph.expand(keys);
            graph.expand(Tensor.written(keys.strided(width, tokens), cache.keyIndices(), Tensor.external()));
            Tensor mixed = settings.flashAttention()
                    ? Tensor.computed(
                            List.of(queries, Tensor.external(), Tensor.external(), cache.mask()), rank, heads, tokens)
                    : latentScores(queries, rank);
            Tensor values = Tensor.computed(List.of(weights, mixed.strided(rank, tokens, heads)), value, tokens, heads);
            Tensor flat = Tensor.computed(List.of(values.strided(value, heads, tokens)), value * heads, tokens);
            graph.expand(flat);
            return times(flat, embedding);
        }

        private Tensor latentScores(Tensor queries, long rank) {
            long heads = layer.heads();
            Tensor scores = Tensor.computed(List.of(Tensor.external(), queries), cache.cells(), tokens, heads);
            Tensor shares = Tensor.inPlace(scores, cache.mask());
            Tensor turned = Tensor.halves(List.of(Tensor.external()), cache.cells(), rank);
            return Tensor.computed(List.of(turned, shares), rank, tokens, heads);
        }

        /** T5's attention to what was written so far, with a bias for each distance. */
        private Tensor biasedAttention(Tensor norm) {
            long heads = layer.heads();
            Tensor looked = Tensor.computed(
                    List.of(weights, cache.buckets().reshaped(cache.cells() * tokens)), heads, cache.cells(), tokens);
            Tensor bias = Tensor.computed(
                    List.of(looked.strided(cache.cells(), tokens, heads)), cache.cells(), tokens, heads);
            Tensor queries = times(norm, heads * layer.keyLength()).reshaped(layer.keyLength(), heads, tokens);
            Tensor keys = times(norm, layer.keyWidth()).reshaped(layer.keyLength(), keyHeads(), tokens);
            Tensor values = times(norm, layer.valueWidth()).reshaped(valueLength(), keyHeads(), tokens);
            graph.expand(queries);
            graph.expand(values);
            graph.expand(keys);
            store(keys, values, valueLength());
            Tensor mixed = attended(queries, valueLength(), Optional.of(bias), cache);
            graph.expand(mixed);
            return times(mixed, embedding);
        }

        /** T5's attention to what the encoder made of the text, which is as long as the model was trained for. */
        private Tensor crossAttention(Tensor norm) {
            long heads = layer.heads();
            long length = trained();
            Tensor queries = times(norm, heads * layer.keyLength()).reshaped(layer.keyLength(), heads, tokens);
            Tensor keys = times(read, layer.keyWidth());
            Tensor values = times(read, layer.valueWidth());
            graph.expand(queries);
            graph.expand(keys);
            graph.expand(values);
            Tensor mask = Tensor.input(settings.flashAttention() ? HALF : FLOAT, length, tokens);
            Tensor mixed;
            if (settings.flashAttention()) {
                Tensor half = Tensor.halves(List.of(keys), layer.keyWidth(), length);
                Tensor other = Tensor.halves(List.of(values), layer.valueWidth(), length);
                mixed = Tensor.computed(List.of(queries, half, other, mask), valueLength(), heads, tokens);
            } else {
                Tensor scores = Tensor.computed(List.of(keys, queries), length, tokens, heads);
                mixed = Tensor.computed(List.of(values, Tensor.inPlace(scores, mask)), valueLength(), heads, tokens);
            }
            graph.expand(mixed);
            return times(mixed.reshaped(valueLength() * heads, tokens), embedding);
        }

        /** The state of a convolution before the tokens of the batch, and its new end stored. */
        private Tensor convolved(Tensor channels, String kernelName) {
            long width = channels.shape().n0();
            long kernel = dimension(prefix + kernelName, 0).orElse(4L);
            Tensor before = Tensor.computed(
                    List.of(Tensor.external(), Tensor.input(FLOAT, settings.sequences())),
                    (kernel - 1) * width,
                    settings.sequences());
            graph.expand(before);
            long each = tokens / settings.sequences();
            Tensor joined = Tensor.computed(List.of(before, channels), kernel - 1 + each, width, settings.sequences());
            graph.expand(Tensor.written(
                    joined.strided(kernel - 1, width, settings.sequences()), positions, Tensor.external()));
            return Tensor.computed(List.of(joined), width, tokens);
        }

        /** What a scan gives: a row for each token, and the new state, stored. */
        private Tensor scanned(List<Tensor> from, long inner, long state) {
            Tensor result = Tensor.computed(from, Math.addExact(inner * tokens, state * settings.sequences()));
            graph.expand(result);
            graph.expand(Tensor.written(result.strided(state), positions, Tensor.external()));
            return result.strided(inner, tokens);
        }

        /** Mamba. */
        private Tensor selectiveScan(Tensor norm) {
            long inner = rows("ssm_in.weight") / 2;
            long rank = dimension(prefix + "ssm_dt.weight", 0).orElse(1L);
            long size = (rows("ssm_x.weight") - rank) / 2;
            Tensor both = times(norm, 2 * inner);
            Tensor x = Tensor.inPlace(convolved(both.strided(inner, tokens), "ssm_conv1d.weight"));
            Tensor parameters = times(x, rows("ssm_x.weight"));
            Tensor step = Tensor.computed(List.of(parameters.strided(rank, tokens)), rank, tokens);
            Tensor wide = Tensor.inPlace(times(step, inner));
            Tensor y =
                    scanned(List.of(Tensor.external(), x, wide, parameters.strided(size, tokens)), inner, inner * size);
            return gatedOutput(y, Tensor.inPlace(x), both.strided(inner, tokens), inner);
        }

        /** Mamba-2: heads that share their parameters in groups. */
        private Tensor groupedScan(Tensor norm) {
            long channels = rows("ssm_conv1d.weight");
            long heads = Math.max(1, dimension(prefix + "ssm_dt.bias", 0).orElse(1L));
            long inner = dimension(prefix + "ssm_out.weight", 0).orElse(1L);
            Tensor all = times(norm, rows("ssm_in.weight"));
            Tensor x = Tensor.inPlace(convolved(all.strided(channels, tokens), "ssm_conv1d.weight"));
            Tensor step = Tensor.computed(List.of(all.strided(heads, tokens)), heads, tokens);
            Tensor part = x.strided(inner, tokens);
            Tensor y = scanned(
                    List.of(Tensor.external(), part, Tensor.inPlace(step)),
                    inner,
                    inner * header.hyperParameter("ssm.state_size").orElse(1));
            Tensor direct = Tensor.computed(List.of(part), inner, tokens);
            return gatedOutput(y, direct, all.strided(inner, tokens), inner);
        }

        private Tensor gatedOutput(Tensor y, Tensor direct, Tensor gate, long inner) {
            Tensor sum = Tensor.inPlace(direct, y);
            Tensor open = Tensor.computed(List.of(gate), inner, tokens);
            Tensor gated = Tensor.computed(List.of(open, sum), inner, tokens);
            return times(has("ssm_norm.weight") ? Tensor.inPlace(gated) : gated, embedding);
        }

        /** The gated delta rule of Qwen3-Next and Qwen3.5. */
        private Tensor deltaRule(Tensor norm) {
            long channels = rows("attn_qkv.weight");
            long values = rows("attn_gate.weight");
            long size = Math.max(1, header.hyperParameter("ssm.state_size").orElse(1));
            long keys = Math.max(1, (channels - values) / 2);
            long heads = Math.max(1, values / size);
            graph.expand(norm);
            Tensor all = times(norm, channels);
            Tensor gate = times(norm, values);
            Tensor beta = Tensor.inPlace(times(norm, heads));
            Tensor decay = Tensor.inPlace(times(norm, heads));
            Tensor convolved = convolved(all, "ssm_conv1d.weight");
            Tensor state = Tensor.computed(List.of(Tensor.external(), positions), size * values, settings.sequences());
            graph.expand(state);
            Tensor mixed = Tensor.inPlace(convolved);
            Tensor q = Tensor.computed(List.of(mixed.strided(keys, tokens)), keys, tokens);
            Tensor k = Tensor.computed(List.of(mixed.strided(keys, tokens)), keys, tokens);
            Tensor y = scanned(List.of(q, k, mixed.strided(values, tokens), decay, beta, state), values, values * size);
            Tensor normed = Tensor.computed(List.of(y), values, tokens);
            return times(Tensor.inPlace(normed, Tensor.inPlace(gate)), embedding);
        }

        /** The short convolution between two gates of LFM2. */
        private Tensor shortConvolution(Tensor norm) {
            Tensor all = times(norm, 3 * embedding);
            Tensor gated = Tensor.computed(
                    List.of(all.strided(embedding, tokens), all.strided(embedding, tokens)), embedding, tokens);
            Tensor convolved = convolved(gated, "shortconv.conv.weight");
            return times(Tensor.inPlace(convolved, all.strided(embedding, tokens)), embedding);
        }

        /** RWKV-7: each token mixed with the one before it in six ways, then a recurrence over heads. */
        private Tensor timeMix(Tensor norm) {
            Tensor before = Tensor.computed(List.of(norm), embedding, tokens);
            Tensor shifted = Tensor.inPlace(before, norm);
            Tensor six = Tensor.computed(List.of(shifted), embedding, tokens, 1, 6);
            Tensor mixes = Tensor.inPlace(Tensor.inPlace(six), norm);
            Tensor view = mixes.strided(embedding, tokens);
            Tensor r = times(view, embedding);
            Tensor w = Tensor.inPlace(times(view, embedding));
            Tensor k = times(view, embedding);
            Tensor v = times(view, embedding);
            Tensor g = times(view, embedding);
            Tensor a = Tensor.inPlace(times(view, embedding));
            Tensor kk = Tensor.computed(List.of(Tensor.inPlace(k)), embedding, tokens);
            Tensor scaled = Tensor.inPlace(k, a);
            long size = header.hyperParameter("wkv.head_size").orElse(64);
            Tensor y = scanned(
                    List.of(r, w, scaled, v, Tensor.inPlace(kk), Tensor.inPlace(kk, a)), embedding, embedding * size);
            Tensor out = Tensor.computed(List.of(y), embedding, tokens);
            return times(Tensor.inPlace(Tensor.inPlace(out, Tensor.inPlace(v, r)), g), embedding);
        }

        private Tensor feedForward(Tensor norm) {
            if (has("channel_mix_key.weight")) {
                Tensor before =
                        Tensor.computed(List.of(norm), embedding, norm.shape().n1());
                Tensor mixed = Tensor.inPlace(Tensor.inPlace(before, norm), norm);
                return times(Tensor.inPlace(times(mixed, rows("channel_mix_key.weight"))), embedding);
            }
            if (has("ffn_up_exps.weight")) {
                Tensor routed = experts(norm);
                return has("ffn_up_shexp.weight")
                        ? Tensor.inPlace(routed, network(norm, "ffn_up_shexp.weight", "ffn_gate_shexp.weight"))
                        : routed;
            }
            return network(norm, "ffn_up.weight", "ffn_gate.weight");
        }

        private Tensor network(Tensor norm, String upName, String gateName) {
            long width = rows(upName);
            long inner = dimension(prefix + upName.replace("_up", "_down"), 0).orElse(width);
            if (width == 2 * inner) {
                return times(
                        Tensor.computed(
                                List.of(times(norm, width)), inner, norm.shape().n1()),
                        embedding);
            }
            Tensor up = times(norm, width);
            Tensor activated = has(gateName)
                    ? Tensor.computed(
                            List.of(times(norm, width), up), width, norm.shape().n1())
                    : Tensor.inPlace(up);
            return times(activated, embedding);
        }

        private Tensor experts(Tensor norm) {
            long count = rows("ffn_gate_inp.weight");
            long width = rows("ffn_up_exps.weight");
            long used = Math.clamp(header.hyperParameter("expert_used_count").orElse(1), 1, MOST_USED);
            long batch = norm.shape().n1();
            Tensor chances = Tensor.inPlace(times(norm, count));
            Tensor judged = has("exp_probs_b.bias") ? Tensor.inPlace(chances, weights) : chances;
            Tensor chosen = Tensor.computed(List.of(judged), count, batch).strided(used, batch);
            Tensor shares = Tensor.computed(List.of(chances.reshaped(1, count, batch), chosen), 1, used, batch)
                    .reshaped(used, batch);
            boolean softened = has("ffn_gate_inp.bias");
            Tensor weighed = (softened
                            ? Tensor.inPlace(shares)
                            : Tensor.inPlace(shares, Tensor.inPlace(Tensor.computed(List.of(shares), 1, batch))))
                    .reshaped(1, used, batch);
            graph.expand(weighed);
            Tensor one = norm.reshaped(embedding, 1, batch);
            if (caches.architecture() == Architecture.LLAMA4) {
                one = Tensor.inPlace(Tensor.computed(List.of(one), embedding, used, batch), weighed);
            }
            Tensor up = Tensor.computed(List.of(weights, one, chosen), width, used, batch);
            Tensor activated = has("ffn_gate_exps.weight")
                    ? Tensor.computed(
                            List.of(Tensor.computed(List.of(weights, one, chosen), width, used, batch), up),
                            width,
                            used,
                            batch)
                    : Tensor.inPlace(up);
            Tensor down = Tensor.computed(List.of(weights, activated, chosen), embedding, used, batch);
            Tensor weighted = Tensor.inPlace(down, weighed);
            graph.expand(weighted);
            return summed(weighted, used, batch);
        }

        private Tensor summed(Tensor weighted, long used, long batch) {
            List<Tensor> views = new ArrayList<>();
            for (long i = 0; i < used; i++) {
                Tensor view = weighted.strided(embedding, batch);
                graph.expand(view);
                views.add(view);
            }
            Tensor total = views.getFirst();
            for (Tensor view : views.subList(1, views.size())) {
                total = Tensor.inPlace(total, view);
                graph.expand(total);
            }
            return used == 1 ? Tensor.computed(List.of(total), embedding, batch) : total;
        }
    }
}
