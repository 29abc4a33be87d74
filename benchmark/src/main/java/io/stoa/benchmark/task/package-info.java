/**
 * What is asked and how it is scored.
 *
 * <p>A {@link io.stoa.benchmark.task.Task} holds an {@link io.stoa.benchmark.task.ItemSet} and turns one {@link
 * io.stoa.benchmark.task.Item} into one {@link io.stoa.benchmark.task.Answer}. It knows nothing of ledgers, intervals or
 * gates; those belong to {@code io.stoa.benchmark}, which treats every task alike. A new kind of task is a new
 * implementation, a new measure over the same answers a new {@link io.stoa.benchmark.task.Metric}.
 */
@NullMarked
package io.stoa.benchmark.task;

import org.jspecify.annotations.NullMarked;
