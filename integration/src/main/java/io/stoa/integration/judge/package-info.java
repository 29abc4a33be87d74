/**
 * Judges pipelines: measures with intervals, which stage a loss comes from, whether a change made it worse, and how
 * reliability falls with the number of steps.
 */
@NullMarked
package io.stoa.integration.judge;

import org.jspecify.annotations.NullMarked;
