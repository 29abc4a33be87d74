/**
 * What bandwidth and compute allow: bounds that no claim may break, and estimates for machines that nobody measured.
 *
 * <p>{@link io.stoa.hardware.roofline.ModelFacts} says what a step reads and computes. {@link
 * io.stoa.hardware.roofline.PhysicsCheck} holds a claim against the bounds of a machine's data sheet: whatever breaks
 * them is impossible as labelled, and is refused with the bound. {@link io.stoa.hardware.roofline.SpeedEstimator} turns
 * the same counts into intervals by way of an {@link io.stoa.hardware.roofline.Efficiency}, the share of the peaks that
 * is reached: wide where nothing was measured, narrow where a calibration says more. A missing fact makes an estimate
 * unknown, never a guess.
 *
 * <p>Source of the bounds: S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance model
 * for multicore architectures", Communications of the ACM 52 (2009), 65–76.
 */
@NullMarked
package io.stoa.hardware.roofline;

import org.jspecify.annotations.NullMarked;
