/**
 * How sure a score is.
 *
 * <p>One share and its interval: {@link io.stoa.benchmark.stats.Proportions}. Means of other scores, and clusters: {@link
 * io.stoa.benchmark.stats.Means}. Several answers to each item: {@link io.stoa.benchmark.stats.RepeatedScores}. What a
 * judge says, corrected by people's labels: {@link io.stoa.benchmark.stats.JudgedShare} and {@link
 * io.stoa.benchmark.stats.PredictionPowered}, and how far the two agree: {@link io.stoa.benchmark.stats.Agreement}. When to stop asking: {@link io.stoa.benchmark.stats.SequentialDifference} with a {@link
 * io.stoa.benchmark.stats.StoppingRule}. Two candidates on the same items: {@link
 * io.stoa.model.measure.PairedTable}. Many p-values at once: {@link io.stoa.model.measure.MultipleTests}. How many
 * items it takes: {@link io.stoa.benchmark.stats.SampleSizes}. Everything here is a pure function of its arguments, and
 * is tested against published numbers.
 */
@NullMarked
package io.stoa.benchmark.stats;

import org.jspecify.annotations.NullMarked;
