package io.stoa.hardware.deploy;

/** How keys and values are kept. Each engine knows some of these, under its own names. */
public enum CacheType {
    /** Half precision: llama.cpp's {@code f16}; vLLM's and SGLang's {@code auto}, which is the model's own type. */
    F16,
    /** Eight bits in blocks of 32: llama.cpp and Ollama. */
    Q8_0,
    /** Four bits in blocks of 32: llama.cpp and Ollama. */
    Q4_0,
    /** Eight-bit floating point, E4M3: vLLM and SGLang. */
    FP8
}
