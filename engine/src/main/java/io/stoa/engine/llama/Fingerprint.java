package io.stoa.engine.llama;

import java.util.HexFormat;

/**
 * The bytes that llama.cpp v0.5.0's {@code *_default_params} functions, and ggml's, write, as a fingerprint of its struct layouts. A
 * field that was added, removed or moved shifts or lengthens the pattern; padding, which holds whatever was on the
 * stack, is not compared. The room after the struct must stay untouched: writing there means a longer struct.
 */
enum Fingerprint {
    /** {@code llama_model_params}: n_gpu_layers -1, split by layer, load mode auto, lazy mode auto, repacking on. */
    MODEL("llama_model_params", """
            00000000 00000000 00000000 00000000
            ffffffff 01000000 ffffffff 01000000
            00000000 ........ 00000000 00000000
            00000000 00000000 00000000 00000000
            00000000 00000000 00000100 0000....
            """),

    /** {@code llama_context_params}: n_ctx 512, n_batch 2048, n_ubatch 512, one sequence, 4 threads, F16 cache. */
    CONTEXT("llama_context_params", """
            00020000 00080000 00020000 01000000
            00000000 00000000 01000000 04000000
            04000000 00000000 ffffffff ffffffff
            ffffffff ffffffff 00000000 00000000
            000080bf 000080bf 000080bf 000080bf
            00000000 000080bf 00000000 00000000
            00000000 00000000 01000000 01000000
            00000000 00000000 00000000 00000000
            00010101 0100.... 00000000 00000000
            00000000 00000000 00000000 00000000
            """),

    /** {@code llama_model_quantize_params}: Q8_0, tensor types "count", 8 GiB at once. */
    QUANTIZE("llama_model_quantize_params", """
            00000000 07000000 2b000000 2b000000
            00010000 0000.... 00000000 00000000
            00000000 00000000 00000000 00000000
            00000000 00000000 00000000 02000000
            """),

    /** {@code ggml_threadpool_params} of one thread: no processors named, usual priority, polling level 50. */
    THREADS("ggml_threadpool_params", "00".repeat(512) + """
            01000000 00000000 32000000 0000....
            """);

    /** What the return buffer is filled with before the call. */
    static final byte UNTOUCHED = (byte) 0xA5;

    /** The size of the return buffer, far more than any of the structs. */
    static final int ROOM = 1024;

    private final String struct;
    private final String pattern;

    Fingerprint(String struct, String pattern) {
        this.struct = struct;
        this.pattern = pattern.replaceAll("\\s", "");
    }

    /** The struct's name in {@code llama.h} or {@code ggml.h}. */
    String struct() {
        return struct;
    }

    /** Whether a buffer that was filled with {@link #UNTOUCHED} now holds this struct's defaults and nothing more. */
    boolean matches(byte[] buffer) {
        String seen = HexFormat.of().formatHex(buffer);
        String untouched = HexFormat.of().toHexDigits(UNTOUCHED).repeat(buffer.length - pattern.length() / 2);
        return seen.matches(pattern + untouched);
    }
}
