/**
 * How fast a model answers, measured through {@link io.stoa.engine.Engine} alone, so that a local file and a remote
 * endpoint are measured alike.
 *
 * <p>{@link io.stoa.hardware.speed.SpeedProbe} asks the same kind of question several times, each time beginning
 * differently so that no cached prefix helps, and records every round as it was ({@link
 * io.stoa.hardware.speed.SpeedMeasurement}). Figures are medians with a distribution-free interval from order
 * statistics ({@link io.stoa.hardware.speed.Spread}): times have long tails, so no normal distribution is assumed.
 */
@NullMarked
package io.stoa.hardware.speed;

import org.jspecify.annotations.NullMarked;
