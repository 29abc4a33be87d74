/** Pillar two: does it fit, and how fast is it. */
@NullMarked
package io.stoa.hardware;

import org.jspecify.annotations.NullMarked;
