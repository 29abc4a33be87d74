package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgufHeader;
import java.util.Optional;

/**
 * The bytes of cache that one sequence takes at a context of C tokens: state + C · token + min(C, window) · windowed.
 *
 * @param tokenBytes what each token adds in the layers that look back on everything
 * @param windowBytes what each token adds in the layers that look back no further than the window
 * @param window the window in tokens; 0 where no layer has one
 * @param chunked whether the window is a chunk that begins anew, so that a token may look back on hardly anything
 * @param stateBytes recurrent states, whose size is the same at every context
 * @param parts the most devices that tensor parallelism divides it over, which is by heads: beyond that, devices keep
 *     the same; 1 for a latent vector that every device needs, and where it is not known
 */
public record ContextCache(
        double tokenBytes, double windowBytes, long window, boolean chunked, double stateBytes, int parts) {
    private static final int MICRO_BATCH = 512;
    private static final int CELLS = 256;

    public ContextCache {
        if (!(tokenBytes >= 0 && windowBytes >= 0 && stateBytes >= 0) || window < 0 || parts < 1) {
            throw new IllegalArgumentException("a cache's bytes cannot be negative, and it is one part at least");
        }
    }

    /** A cache that grows evenly. */
    public static ContextCache linear(double tokenBytes, int parts) {
        return new ContextCache(tokenBytes, 0, 0, false, 0, parts);
    }

    /** That of a header, with 16 bits an element; empty for an architecture that is not modelled. */
    public static Optional<ContextCache> of(GgufHeader header) {
        try {
            return switch (LayerCaches.read(header)) {
                case LayerCaches.Reading.Read(LayerCaches caches) -> Optional.of(of(caches));
                case LayerCaches.Reading.Refused _ -> Optional.empty();
            };
        } catch (ArithmeticException e) {
            return Optional.empty();
        }
    }

    private static ContextCache of(LayerCaches caches) {
        double token = 0;
        double windowed = 0;
        double state = 0;
        long heads = Integer.MAX_VALUE;
        boolean attends = false;
        for (LayerCaches.Layer layer : caches.layers()) {
            state += (double) Float.BYTES * layer.state();
            if (layer.keyHeads() == 0) {
                continue;
            }
            attends = true;
            double bytes = (double) Short.BYTES * (layer.keyWidth() + layer.valueWidth());
            token += layer.windowed() ? 0 : bytes;
            windowed += layer.windowed() ? bytes : 0;
            heads = Math.min(heads, layer.valueLength() == 0 ? 1 : layer.keyHeads());
        }
        return new ContextCache(
                token,
                windowed,
                windowed > 0 ? caches.window() : 0,
                caches.architecture().fixedWindow(),
                state,
                attends ? (int) heads : 1);
    }

    /** What a token at this context surely looks back on. */
    public double least(double context) {
        double seen = chunked ? 0 : Math.min(context, (double) window);
        return stateBytes + context * tokenBytes + seen * windowBytes;
    }

    /**
     * What is kept for a context: layers with a window hold a micro-batch beside it, in whole cells, as llama.cpp does
     * unless it is asked for full windows.
     */
    public double kept(double context) {
        double held = Math.min(context, (double) MemorySettings.roundUp(window + MICRO_BATCH, CELLS));
        return stateBytes + context * tokenBytes + held * windowBytes;
    }
}
