/**
 * What pipelines are measured by, as pure functions: each takes what was seen and gives shares in [0, 1] or a {@link
 * io.stoa.model.Score} with its interval. How a ranking, a paired comparison or several answers to one item are counted
 * stands in {@link io.stoa.model.measure}, which the benchmark counts by as well.
 */
@NullMarked
package io.stoa.integration.judge.metric;

import org.jspecify.annotations.NullMarked;
