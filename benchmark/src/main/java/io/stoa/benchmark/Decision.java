package io.stoa.benchmark;

import io.stoa.model.Interval;

/**
 * What an interval says about a gate.
 *
 * <p>The rule, for the two-sided interval [low, high] at level c and the gate g that the true share must reach:
 *
 * <ul>
 *   <li>low ≥ g: it passes. The bound itself counts, because a share of exactly g reaches the gate.
 *   <li>high &lt; g: it fails.
 *   <li>otherwise low &lt; g ≤ high: undecided. Shares on both sides of the gate agree with what was seen.
 * </ul>
 *
 * <p>Each side errs with a probability of about (1 − c) / 2: at 95 % about one candidate in forty that is exactly at the
 * gate passes by luck. A candidate with several gates must pass all of them, so no correction for their number is due
 * (an intersection-union test: R. L. Berger, Technometrics 24 (1982) 295–300). Where a gate is watched while items are
 * asked, {@link Sampling} keeps these probabilities over all looks together. A gate of 1 can be failed, by one wrong
 * answer, but never be passed.
 */
enum Decision {
    PASSES,
    FAILS,
    UNDECIDED;

    static Decision of(Interval interval, double gate) {
        if (interval.low() >= gate) {
            return PASSES;
        }
        return interval.high() < gate ? FAILS : UNDECIDED;
    }
}
