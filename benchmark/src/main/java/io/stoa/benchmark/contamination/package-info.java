/**
 * Signs that a model has seen a benchmark. None of them is a proof: {@link io.stoa.benchmark.contamination.Overlap} looks
 * for the items in texts, {@link io.stoa.benchmark.contamination.Exchangeability} asks whether the model prefers their
 * published order, {@link io.stoa.benchmark.contamination.OptionOrder} whether it needs the published order of options.
 */
@NullMarked
package io.stoa.benchmark.contamination;

import org.jspecify.annotations.NullMarked;
