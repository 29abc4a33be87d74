package io.stoa.hardware.memory;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.util.Optional;

/**
 * A file that is loaded beside a model and takes memory of its own: its tensors, each aligned to 32 bytes. What a
 * projector computes with comes on top and is not known.
 *
 * @param kind what it is
 * @param weights its tensors
 */
public record Companion(Kind kind, Bytes weights) {
    /** What loads beside a model. */
    public enum Kind {
        /** A low-rank adapter (LoRA). */
        ADAPTER,
        /** What turns images or sound into embeddings ({@code mmproj}). */
        PROJECTOR
    }

    public Companion {
        requireNonNull(kind, "kind");
        requireNonNull(weights, "weights");
    }

    /**
     * An adapter.
     *
     * @throws StoaException of kind {@code USER} when the file is not one
     */
    public static Companion adapter(String file, GgufHeader header) {
        if (!header.string("general.type").equals(Optional.of("adapter"))) {
            throw StoaException.user(file + ": is not an adapter (general.type is "
                    + header.string("general.type").orElse("missing")
                    + "); name the file that convert_lora_to_gguf.py made");
        }
        return new Companion(Kind.ADAPTER, tensors(header));
    }

    /**
     * A projector.
     *
     * @throws StoaException of kind {@code USER} when the file is not one
     */
    public static Companion projector(String file, GgufHeader header) {
        if (!header.architecture().equals("clip")) {
            throw StoaException.user(file + ": is not a projector but a model of the architecture "
                    + header.architecture() + "; name the mmproj file");
        }
        return new Companion(Kind.PROJECTOR, tensors(header));
    }

    private static Bytes tensors(GgufHeader header) {
        return new Bytes(header.tensors().stream()
                .mapToLong(tensor -> MemorySettings.roundUp(tensor.bytes(), 32))
                .sum());
    }
}
