package io.stoa.hardware.memory;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.hardware.memory.Architecture.Recurrence;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a layer with causal attention looks back on.
 *
 * @param heads of queries
 * @param headWidth the width of a query and of a key
 * @param cachedValues the numbers that a token leaves in the layer's cache, keys and values together
 * @param window the tokens that it looks back on at most; empty where it sees all
 */
public record AttentionLayer(long heads, long headWidth, long cachedValues, OptionalLong window) {
    public AttentionLayer {
        requireNonNull(window, "window");
    }

    /** What reading a header yields. */
    public sealed interface Reading {
        /** All layers, in order. */
        record Read(List<AttentionLayer> layers) implements Reading {
            public Read {
                layers = List.copyOf(layers);
            }
        }

        /** Not every layer is one of causal attention, and why, as a clause. */
        record Refused(String reason) implements Reading {}
    }

    /** The layers of a decoder that does nothing but attend and feed forward. */
    public static Reading read(GgufHeader header) {
        return switch (LayerCaches.read(header)) {
            case LayerCaches.Reading.Refused(String reason) -> new Reading.Refused(reason);
            case LayerCaches.Reading.Read(LayerCaches caches) -> read(header, caches);
        };
    }

    private static Reading read(GgufHeader header, LayerCaches caches) {
        if (caches.architecture() == Architecture.T5 || caches.architecture().recurrence() == Recurrence.NO_CACHE) {
            return new Reading.Refused(
                    "a model of " + header.architecture() + " has an encoder, which is not modelled");
        }
        if (caches.architecture().recurrence() != Recurrence.NONE) {
            return new Reading.Refused(
                    "layers of " + header.architecture() + " keep a recurrent state, whose cost is not modelled");
        }
        if (header.hyperParameter("attention.kv_lora_rank").isPresent()) {
            return new Reading.Refused("latent attention is not modelled");
        }
        if (header.hyperParameter("nextn_predict_layers").orElse(0) > 0) {
            return new Reading.Refused("layers that predict further tokens are not modelled");
        }
        return new Reading.Read(caches.layers().stream()
                .map(layer -> new AttentionLayer(
                        layer.heads(),
                        layer.keyLength(),
                        layer.keyWidth() + layer.valueWidth(),
                        layer.windowed() ? OptionalLong.of(caches.window()) : OptionalLong.empty()))
                .toList());
    }

    /** How many of so many tokens it looks back on. */
    public long reach(long tokens) {
        return Math.min(tokens, window.orElse(tokens));
    }
}
