/**
 * Pillar one: what is asked, how it is scored, and how sure the score is.
 *
 * <p>{@link io.stoa.benchmark.BenchmarkPillar} plans one check per task of the workload. A check puts the task's items
 * ({@code .task}) to the candidate's engine in batches, and each batch goes into the ledger before it is used, so that a
 * run that was killed goes on where it was. From the answers it computes a score with its interval ({@code .stats}) and
 * holds that against the gate. The rule is deliberately one of three: a whole interval on the good side passes, a whole
 * interval on the bad side fails, and everything else is not known yet and says how many items would tell. The gate may
 * be looked at after every batch, and asking ends where it is decided: {@link io.stoa.benchmark.Sampling} says which
 * interval is true then.
 *
 * <p>When all candidates have run, {@link io.stoa.benchmark.BenchmarkPillar#compare compare} reads the recorded answers
 * again and compares candidates item by item, which sees differences that two separate intervals cannot.
 *
 * <p>Arrows: this package uses {@code .task}, {@code .metric} and {@code .stats}; {@code .task} and {@code .judge} use {@code .metric}, and {@code .judge} uses {@code .stats}; none knows this one.
 */
@NullMarked
package io.stoa.benchmark;

import org.jspecify.annotations.NullMarked;
