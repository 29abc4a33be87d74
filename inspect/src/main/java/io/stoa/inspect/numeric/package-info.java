/**
 * Weights as numbers: blocks of all types to floats, and tensors that no training leaves behind.
 */
@NullMarked
package io.stoa.inspect.numeric;

import org.jspecify.annotations.NullMarked;
