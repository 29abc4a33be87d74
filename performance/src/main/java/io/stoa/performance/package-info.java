/**
 * Speed, measured side by side with llama.cpp's own programs in one run and told as a ratio. Nothing here is shipped,
 * and no test depends on a clock; see {@code performance/README.md}.
 */
@NullMarked
package io.stoa.performance;

import org.jspecify.annotations.NullMarked;
