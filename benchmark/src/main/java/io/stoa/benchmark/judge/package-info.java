/**
 * A model that judges answers, and what its judgement is worth.
 *
 * <p>A {@link io.stoa.benchmark.judge.Judge} puts each answer to an engine by a {@link
 * io.stoa.benchmark.judge.JudgePrompt} and reads a verdict on a {@link io.stoa.benchmark.judge.Scale}. What cannot be read
 * is dropped and counted, never guessed. The result alone is a {@link io.stoa.benchmark.judge.JudgesShare}: what the judge
 * says, not what is true, and no score. It becomes one ({@link io.stoa.benchmark.judge.CalibratedScore}) by a {@link
 * io.stoa.benchmark.judge.Calibration}, items that people labelled too, and then the judge's errors are in the interval.
 * Two answers are compared by a {@link io.stoa.benchmark.judge.PairJudge}, which asks in both orders.
 *
 * <p>The formulas are in {@link io.stoa.benchmark.stats}: {@link io.stoa.benchmark.stats.JudgedShare}, {@link
 * io.stoa.benchmark.stats.PredictionPowered} and {@link io.stoa.benchmark.stats.Agreement}.
 */
@NullMarked
package io.stoa.benchmark.judge;

import org.jspecify.annotations.NullMarked;
