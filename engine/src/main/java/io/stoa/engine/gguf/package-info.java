/**
 * GGUF files, examined in Java before any native code sees them.
 *
 * <p>A GGUF file (versions 2 and 3, little-endian) is: the magic {@code GGUF}, a 32-bit version, a 64-bit tensor count,
 * a 64-bit key count; the keys, each a length-prefixed name, a type and a value; the tensor table, each a name, its
 * dimensions, a ggml type and an offset; padding to {@code general.alignment}; the tensors' data. Source: the GGUF
 * specification in ggml's {@code docs/gguf.md}, and {@code gguf.cpp} at llama.cpp v0.5.0.
 *
 * <p>Such a file comes from a stranger, and native code stops the whole process on some that are malformed. So it passes
 * three gates, each slower than the one before:
 *
 * <ol>
 *   <li>{@link io.stoa.engine.gguf.GgufReader} reads the header, bounded in memory and work whatever the file claims.
 *       Who has a {@link io.stoa.engine.gguf.GgufHeader} has tensors that lie in the file in order, without overlap.
 *   <li>{@link io.stoa.engine.gguf.Preflight#examine} asks whether the header makes a model: hyper-parameters,
 *       tokenizer, and the shapes of the tensors of the architectures it knows. Milliseconds.
 *   <li>{@link io.stoa.engine.gguf.Preflight#weights} reads all data and looks for NaN and infinity. Gigabytes a second.
 * </ol>
 *
 * <p>A refusal is a {@link io.stoa.model.StoaException} of kind {@code USER} that names the file, what is wrong with the
 * numbers in it, and what to do. What the gates know of llama.cpp's assertions was read in its source and tried on
 * it: the tests' {@code HostileGgufs} makes the files.
 */
@NullMarked
package io.stoa.engine.gguf;

import org.jspecify.annotations.NullMarked;
