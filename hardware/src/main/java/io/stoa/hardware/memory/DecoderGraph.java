package io.stoa.hardware.memory;

import io.stoa.hardware.memory.Decoder.FeedForward;
import io.stoa.hardware.memory.Decoder.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The graph that llama.cpp evaluates for one micro-batch of a decoder, as far as its memory goes (llama-graph.cpp and
 * the {@code models} folder at v0.5.0).
 *
 * <p>Left out is every operation that always runs in place on its only source and so changes nothing: biases, the
 * weights of a norm, scaling, soft caps, and the norms of queries and keys (which come between a projection and the
 * rotation by position, and one of the two needs a place anyway).
 */
final class DecoderGraph {
    private static final int FLOAT = 4;
    private static final int HALF = 2;
    private static final int INDEX = 8;

    private final Decoder decoder;
    private final MemorySettings settings;
    private final Graph graph = new Graph();
    private final Tensor weights = Tensor.external();
    private final long tokens;
    private final Tensor positions;

    private DecoderGraph(Decoder decoder, MemorySettings settings) {
        this.decoder = decoder;
        this.settings = settings;
        this.tokens = settings.graphTokens();
        this.positions = Tensor.input(FLOAT, tokens);
    }

    /** The largest graph: a full micro-batch that looks back on a full cache. */
    static Graph of(Decoder decoder, MemorySettings settings) {
        return new DecoderGraph(decoder, settings).build();
    }

    /**
     * One cache as the graph sees it.
     *
     * @param cells how many tokens each stream holds
     * @param keyIndices where new keys go
     * @param valueIndices where new values go: one index per token, or per element where values lie transposed
     * @param mask which cells a token may see
     * @param keyRotation a Hadamard matrix for quantized keys
     * @param valueRotation the same for quantized values
     */
    private record Cache(
            long cells,
            Tensor keyIndices,
            Tensor valueIndices,
            Tensor mask,
            Optional<Tensor> keyRotation,
            Optional<Tensor> valueRotation) {}

    private Graph build() {
        Tensor ids = Tensor.input(FLOAT, tokens);
        Tensor stream = Tensor.computed(List.of(weights, ids), decoder.embedding(), tokens);
        graph.expand(stream);
        graph.expand(Tensor.input(FLOAT, decoder.embedding(), tokens));

        Cache full = cache(settings.contextPerStream());
        Cache windowed = cache(KeyValueCache.windowCells(decoder.window(), settings));
        long outputs = settings.graphOutputs();
        Tensor outputIds = Tensor.input(FLOAT, outputs);
        for (int index = 0; index < decoder.layers().size(); index++) {
            Layer layer = decoder.layers().get(index);
            Tensor attended = attention(index, Tensor.inPlace(stream), layer, layer.windowed() ? windowed : full);
            Tensor residual = stream;
            if (index == decoder.layers().size() - 1) {
                attended = Tensor.computed(List.of(attended, outputIds), decoder.embedding(), outputs);
                residual = Tensor.computed(List.of(residual, outputIds), decoder.embedding(), outputs);
            }
            Tensor middle = Tensor.inPlace(sandwiched(attended), residual);
            Tensor fed = sandwiched(feedForward(Tensor.inPlace(middle), layer.feedForward()));
            stream = decoder.family().residualFirst() ? Tensor.inPlace(middle, fed) : Tensor.inPlace(fed, middle);
        }
        Tensor norm = Tensor.inPlace(stream).asOutput();
        graph.expand(Tensor.computed(List.of(weights, norm), decoder.vocabulary(), outputs)
                .asOutput());
        return graph;
    }

    private Cache cache(long cells) {
        boolean flash = settings.flashAttention();
        int streams = settings.streams();
        return new Cache(
                cells,
                Tensor.input(INDEX, tokens),
                Tensor.input(INDEX, flash ? tokens : Math.multiplyExact(tokens, decoder.valueWidth())),
                Tensor.input(flash ? HALF : FLOAT, cells, tokens / streams, 1, streams),
                KeyValueCache.keyRotation(decoder.keyLength(), settings).map(side -> Tensor.input(FLOAT, side, side)),
                KeyValueCache.valueRotation(decoder.valueLength(), settings)
                        .map(side -> Tensor.input(FLOAT, side, side)));
    }

    private Tensor sandwiched(Tensor tensor) {
        return decoder.family().sandwichNorms() ? Tensor.inPlace(tensor) : tensor;
    }

    private Tensor attention(int index, Tensor norm, Layer layer, Cache cache) {
        long heads = decoder.heads();
        long keyHeads = decoder.keyHeads();
        Tensor queries;
        Tensor keys;
        Tensor values;
        if (layer.fusedAttention()) {
            long width = heads * decoder.keyLength() + decoder.keyWidth() + decoder.valueWidth();
            Tensor all = times(norm, width, tokens);
            queries = all.strided(decoder.keyLength(), heads, tokens);
            keys = all.strided(decoder.keyLength(), keyHeads, tokens);
            values = all.strided(decoder.valueLength(), keyHeads, tokens);
        } else {
            queries = times(norm, heads * decoder.keyLength(), tokens).reshaped(decoder.keyLength(), heads, tokens);
            keys = times(norm, decoder.keyWidth(), tokens).reshaped(decoder.keyLength(), keyHeads, tokens);
            values = times(norm, decoder.valueWidth(), tokens).reshaped(decoder.valueLength(), keyHeads, tokens);
        }
        if (decoder.family().rotates(index)) {
            queries = Tensor.inPlace(queries, positions);
            keys = Tensor.inPlace(keys, positions);
        }
        if (cache.keyRotation().isPresent()) {
            queries = spread(queries, cache.keyRotation().get());
            keys = spread(keys, cache.keyRotation().get());
        }
        if (cache.valueRotation().isPresent()) {
            values = spread(values, cache.valueRotation().get());
        }
        graph.expand(queries);
        graph.expand(decoder.family().keysBeforeValues() ? keys : values);
        graph.expand(decoder.family().keysBeforeValues() ? values : keys);
        graph.expand(Tensor.written(keys.strided(decoder.keyWidth(), tokens), cache.keyIndices(), Tensor.external()));
        graph.expand(Tensor.written(valueRows(values), cache.valueIndices(), Tensor.external()));

        Tensor mixed = mixed(queries, cache);
        graph.expand(mixed);
        if (cache.valueRotation().isPresent()) {
            mixed = spread(mixed, cache.valueRotation().get());
        }
        return times(mixed, decoder.embedding(), tokens);
    }

    /** The values as they are written: without flash attention they lie transposed, one element per row. */
    private Tensor valueRows(Tensor values) {
        if (settings.flashAttention()) {
            return values.strided(decoder.valueWidth(), tokens);
        }
        Tensor rows = values.shape().contiguous()
                ? values.reshaped(decoder.valueWidth(), tokens)
                : Tensor.computed(List.of(values), decoder.valueWidth(), tokens);
        return rows.reshaped(1, decoder.valueWidth() * tokens);
    }

    /** Softmax(queries · keys) · values, as one row per token. */
    private Tensor mixed(Tensor queries, Cache cache) {
        long heads = decoder.heads();
        long width = decoder.valueLength() * heads;
        int streams = settings.streams();
        long each = tokens / streams;
        Tensor turned = queries.strided(decoder.keyLength(), heads, each, streams)
                .strided(decoder.keyLength(), each, heads, streams);
        Tensor cached = Tensor.external();
        if (settings.flashAttention()) {
            return Tensor.computed(
                            List.of(turned, cached, cached, cache.mask()), decoder.valueLength(), heads, each, streams)
                    .reshaped(width, tokens);
        }
        Tensor scores = Tensor.computed(List.of(cached, turned), cache.cells(), each, heads, streams);
        Tensor shares = Tensor.inPlace(scores, cache.mask());
        Tensor sums = Tensor.computed(List.of(cached, shares), decoder.valueLength(), each, heads, streams);
        return Tensor.computed(List.of(sums.strided(decoder.valueLength(), heads, each, streams)), width, tokens);
    }

    /** Turns each head by a Hadamard matrix, which spreads outliers before quantization. */
    static Tensor spread(Tensor tensor, Tensor rotation) {
        long side = rotation.shape().n0();
        long rows = tensor.shape().elements() / side;
        Tensor flat = tensor.shape().contiguous()
                ? tensor.reshaped(side, rows)
                : Tensor.computed(List.of(tensor), side, rows);
        return Tensor.computed(List.of(rotation, flat), side, rows)
                .reshaped(
                        tensor.shape().n0(),
                        tensor.shape().n1(),
                        tensor.shape().n2(),
                        tensor.shape().n3());
    }

    private Tensor feedForward(Tensor norm, FeedForward kind) {
        long rows = norm.shape().n1();
        return switch (kind) {
            case FeedForward.Dense(long width, boolean fused) -> {
                Tensor activated = fused
                        ? Tensor.computed(List.of(times(norm, 2 * width, rows)), width, rows)
                        : Tensor.computed(List.of(times(norm, width, rows), times(norm, width, rows)), width, rows);
                yield times(activated, decoder.embedding(), rows);
            }
            case FeedForward.Experts experts -> experts(norm, experts);
        };
    }

    private Tensor experts(Tensor norm, FeedForward.Experts kind) {
        long rows = norm.shape().n1();
        long used = kind.used();
        Tensor chances = Tensor.inPlace(times(norm, kind.experts(), rows));
        Tensor chosen = Tensor.computed(List.of(chances), kind.experts(), rows).strided(used, rows);
        Tensor shares = Tensor.computed(List.of(chances.reshaped(1, kind.experts(), rows), chosen), 1, used, rows)
                .reshaped(used, rows);
        Tensor sum = Tensor.inPlace(Tensor.computed(List.of(shares), 1, rows));
        Tensor normalized = Tensor.inPlace(shares, sum).reshaped(1, used, rows);
        if (kind.scaled()) {
            normalized = Tensor.inPlace(normalized);
        }
        graph.expand(normalized);

        Tensor one = norm.reshaped(decoder.embedding(), 1, rows);
        Tensor up = Tensor.computed(List.of(weights, one, chosen), kind.width(), used, rows);
        Tensor gate = Tensor.computed(List.of(weights, one, chosen), kind.width(), used, rows);
        Tensor activated = Tensor.computed(List.of(gate, up), kind.width(), used, rows);
        Tensor down = Tensor.computed(List.of(weights, activated, chosen), decoder.embedding(), used, rows);
        Tensor weighted = Tensor.inPlace(down, normalized);
        graph.expand(weighted);

        List<Tensor> views = new ArrayList<>();
        for (long i = 0; i < used; i++) {
            Tensor view = weighted.strided(decoder.embedding(), rows);
            graph.expand(view);
            views.add(view);
        }
        Tensor total = views.getFirst();
        for (Tensor view : views.subList(1, views.size())) {
            total = Tensor.inPlace(total, view);
            graph.expand(total);
        }
        return used == 1 ? Tensor.computed(List.of(total), decoder.embedding(), rows) : total;
    }

    private Tensor times(Tensor input, long width, long rows) {
        return Tensor.computed(List.of(weights, input), width, rows);
    }
}
