/**
 * Python checkpoints, never loaded: the opcodes of their pickles are walked, and what they would import is listed.
 */
@NullMarked
package io.stoa.inspect.pickle;

import org.jspecify.annotations.NullMarked;
