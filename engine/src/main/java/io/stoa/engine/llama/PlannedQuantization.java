package io.stoa.engine.llama;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.model.Bytes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a quantization will make, known without making it.
 *
 * @param file the size of the file, to the byte
 * @param tensorBytes of the tensors alone, without padding
 * @param parameters how many weights they hold
 * @param types each tensor's type
 */
public record PlannedQuantization(Bytes file, long tensorBytes, long parameters, Map<String, GgmlType> types) {
    public PlannedQuantization {
        types = Collections.unmodifiableMap(new LinkedHashMap<>(types));
    }

    /** Bits per weight over all tensors, as llama.cpp counts them. */
    public double bitsPerWeight() {
        return 8.0 * tensorBytes / parameters;
    }
}
