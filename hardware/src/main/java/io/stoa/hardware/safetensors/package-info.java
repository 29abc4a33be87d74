/**
 * How much memory a model takes that is published as safetensors files with a {@code config.json}, as vLLM, SGLang and
 * Transformers load it: weights from the headers of the files, keys and values per token from the configuration.
 *
 * <p>A header is eight bytes of length and a JSON object of tensors (the format's documentation in the safetensors
 * repository). Nothing in it is trusted: the length is compared with the file and with a limit before a byte of it is
 * read, and tensors must lie in the file without gap or overlap.
 */
@NullMarked
package io.stoa.hardware.safetensors;

import org.jspecify.annotations.NullMarked;
