/**
 * Runs GGUF files in this process, through llama.cpp's C API and Java's FFM API.
 *
 * <p>Start at {@link io.stoa.engine.llama.LlamaRuntime}: the loaded library, which opens engines, quantizes files and
 * measures memory. Below it, {@code LlamaLibrary} is the C functions and struct layouts and nothing else; {@code
 * LlamaModel} and {@code LlamaContext} own one native object each, free it once, and hold what it depends on; {@code
 * LlamaEngine} is the {@link io.stoa.engine.Engine} over them. Its {@code Scheduler} owns the context and computes
 * everything on one thread: {@code Answering}s a token at a time, and {@code Work} (scores, log-probabilities,
 * embeddings) in turns between; {@code Sequences} says who holds which part of the context.
 *
 * <p>llama.cpp ends the process on a failed assertion, so what could trip one is checked in Java first: the file's
 * header (engine.gguf), the memory it needs, batch sizes, positions and token ids. Weights are read, not mapped, because
 * a file truncated while it is mapped kills the process. Source of every signature, layout and constant here: {@code
 * include/llama.h} at llama.cpp v0.5.0.
 */
@NullMarked
package io.stoa.engine.llama;

import org.jspecify.annotations.NullMarked;
