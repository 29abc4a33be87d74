/**
 * Whether a model is derived from another, judged by their weights.
 */
@NullMarked
package io.stoa.inspect.parentage;

import org.jspecify.annotations.NullMarked;
