/**
 * GGUF files, read in Java with bounds before any native code sees them.
 *
 * <p>A GGUF file (version 3, little-endian) is: the magic {@code GGUF}, a 32-bit version, a 64-bit tensor count, a
 * 64-bit key count; the keys, each a length-prefixed name, a type and a value; the tensor table, each a name, its
 * dimensions, a ggml type and an offset; padding to {@code general.alignment}; the tensors' data. Source: the GGUF
 * specification in ggml's {@code docs/gguf.md}.
 */
@NullMarked
package io.stoa.engine.gguf;

import org.jspecify.annotations.NullMarked;
