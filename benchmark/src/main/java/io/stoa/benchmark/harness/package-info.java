/**
 * Tasks in the files of lm-evaluation-harness, read and asked as it does (version 0.4.13; docs/task_guide.md). Start
 * reading at {@link io.stoa.benchmark.harness.TaskLibrary}, which finds a task by its name; {@link
 * io.stoa.benchmark.harness.TaskConfig} is what its file says, {@link io.stoa.benchmark.harness.Prompts} turns documents
 * into requests, and {@link io.stoa.benchmark.harness.Scorer} turns answers into numbers.
 *
 * <p>Documents and what templates make of them are JSON values, which stand for Python's.
 */
@NullMarked
package io.stoa.benchmark.harness;

import org.jspecify.annotations.NullMarked;
