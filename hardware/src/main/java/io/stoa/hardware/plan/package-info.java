/**
 * Plans: which combinations of model, quantization and machine fit and are fast enough and at what cost; which of
 * several tiers serves which part of a workload; what is on the Pareto front; what a sheet of costs comes to.
 *
 * <p>Everything here is a pure function of values that other packages read or measured. Three answers are possible
 * everywhere, yes, no and not known, because an interval may lie on either side of a target or across it ({@link
 * io.stoa.hardware.plan.Standing}).
 */
@NullMarked
package io.stoa.hardware.plan;

import org.jspecify.annotations.NullMarked;
