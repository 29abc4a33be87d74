/**
 * The headers of safetensors files, and JSON files beside them, read with bounds.
 *
 * <p>A header is eight bytes of length and a JSON object of tensors (the format's documentation in the safetensors
 * repository). Nothing in it is trusted: the length is compared with the file and with a limit before a byte of it is
 * read, and tensors must lie in the file without gap or overlap.
 */
@NullMarked
package io.stoa.engine.safetensors;

import org.jspecify.annotations.NullMarked;
