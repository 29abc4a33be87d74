/**
 * How much memory a model takes, computed from its GGUF header before it is loaded.
 *
 * <p>llama.cpp on a processor allocates five things: the weights as they lie in the file, a second copy of some of them
 * in the order that the processor's kernels like (repacked), the cache of keys and values with the states of recurrent
 * layers, the compute buffer for the intermediate tensors of one micro-batch, and the output buffer for the logits
 * handed to the caller. Four of them are arithmetic on the header ({@code LayerCaches} reads what each layer keeps, for
 * the architectures that {@code Architecture} lists). The compute buffer is not: it is what llama.cpp's graph allocator
 * arrives at, a best-fit allocator with reuse in place, run over the whole graph. So {@link
 * io.stoa.hardware.memory.MemoryPredictor} builds a graph of tensor shapes in the same order and runs the same rules
 * over it ({@code GraphAllocator}). For the architectures of {@code Family} it is the same graph ({@code DecoderGraph})
 * and the result agrees with llama.cpp to the byte; for the others it is put together from the tensors that are there
 * ({@code LayerGraph}) and the result is an estimate, by its type. Any other architecture is answered with "unknown",
 * never with a guess.
 *
 * <p>Source: the behaviour of llama.cpp v0.5.0 (llama-graph.cpp, llama-kv-cache.cpp, llama-context.cpp,
 * ggml-alloc.c), checked against the sizes that it reports; see {@code measured-buffers.json} and {@code measured-shapes.json}
 * among the tests. Not in
 * the plan, because llama.cpp does not report it: the work area of the kernels, a few MiB of tokenizer tables, thread
 * stacks, and the process itself.
 */
@NullMarked
package io.stoa.hardware.memory;

import org.jspecify.annotations.NullMarked;
