/** Pillar three: which licence applies, and whether the intended use is allowed. */
@NullMarked
package io.stoa.license;

import org.jspecify.annotations.NullMarked;
