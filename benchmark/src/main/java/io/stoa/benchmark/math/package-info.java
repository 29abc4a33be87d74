/**
 * Answers to mathematical problems: where in a text the answer stands, and whether it is the one wanted.
 *
 * <p>Two families. {@link io.stoa.benchmark.math.MinervaMath} and {@link io.stoa.benchmark.math.HendrycksMath} are the
 * published text rules of lm-evaluation-harness and give its strings. {@link io.stoa.benchmark.math.MathAnswer} and
 * {@link io.stoa.benchmark.math.MathEquality} look at the value instead: a bounded reader turns LaTeX into an answer
 * (number, expression, set, interval, tuple, matrix, relation, text), exact arithmetic and evaluation at seeded points
 * decide. What a model writes is hostile input: every length, depth and number here has a bound.
 */
@NullMarked
package io.stoa.benchmark.math;

import org.jspecify.annotations.NullMarked;
