/**
 * May this model replace that one? {@link io.stoa.benchmark.gate.NewestResults} finds the results of each as lm-evaluation-harness
 * writes them, {@link io.stoa.benchmark.gate.RegressionGate} holds them against each other task by task, and {@link
 * io.stoa.benchmark.gate.JunitReport} and {@link io.stoa.benchmark.gate.MarkdownReport} tell a build server.
 */
@NullMarked
package io.stoa.benchmark.gate;

import org.jspecify.annotations.NullMarked;
