package io.stoa.assess;

import io.stoa.engine.gguf.GgufHeader;
import java.nio.file.Path;
import java.util.Optional;

/** What makes quantized variants: the native engine, or a stand-in where no engine is at hand. */
public interface Quantizer {
    /** What does the work, such as {@code llama.cpp 0.5.0}: the same input and the same maker give the same bytes. */
    String by();

    /** The type that a file has already, such as {@code F16}, where it says so. */
    Optional<String> typeOf(GgufHeader header);

    /** Writes a quantized copy. {@code to} does not exist yet. */
    void quantize(Path from, Path to, String type);
}
