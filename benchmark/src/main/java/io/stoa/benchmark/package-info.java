/** Pillar one: what is asked, how it is scored, and how sure the score is. */
@NullMarked
package io.stoa.benchmark;

import org.jspecify.annotations.NullMarked;
