package io.stoa.gateway.cascade;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * What keeping answers with the small model is allowed to cost, shown by answers that neither the router nor its
 * threshold was fitted on.
 *
 * <p>It says: over the draw of the calibration prompts, with probability at least 1 − δ, the {@link Risk} of the traffic
 * that these prompts were drawn from is at most α. It says nothing about other traffic, nor about other model files,
 * templates or quantizations; {@link RouteMonitor} watches for what it cannot say.
 *
 * <p>Method: Learn-then-Test (A. Angelopoulos et al., Ann. Appl. Stat. 19 (2025) 1641–1662) with fixed-sequence testing.
 * The thresholds and their order come from the training part alone; each is tested at δ on the calibration part, from
 * strict to loose, until the first that fails; the last that passed is used.
 *
 * @param small the identity of the small model
 * @param large the identity of the large model
 * @param template what renders the prompts, as far as it is known; empty where the engine's own does
 * @param risk what is bounded
 * @param alpha the most that it may be
 * @param delta the chance that the bound is wrong
 * @param seed what the parts were drawn with
 * @param training how many examples the router was fitted on
 * @param calibration how many the threshold was tested on
 * @param router the digest of the router's coefficients
 * @param examples the digest of the calibration examples
 * @param made when
 * @param kept what may be kept; absent when nothing may
 * @param why one sentence: what was found, or why nothing may be kept
 */
public record Certificate(
        String small,
        String large,
        String template,
        Risk risk,
        double alpha,
        double delta,
        long seed,
        int training,
        int calibration,
        Digest router,
        Digest examples,
        Instant made,
        Optional<Kept> kept,
        String why) {
    public Certificate {
        requireNonNull(small, "small");
        requireNonNull(large, "large");
        requireNonNull(template, "template");
        requireNonNull(risk, "risk");
        requireNonNull(router, "router");
        requireNonNull(examples, "examples");
        requireNonNull(made, "made");
        requireNonNull(kept, "kept");
        requireNonNull(why, "why");
        RiskBounds.requireShare(alpha);
        RiskBounds.requireShare(delta);
        if (kept.filter(k -> !(k.bound() <= alpha)).isPresent()) {
            throw new IllegalArgumentException("a bound above its own limit certifies nothing: " + kept + ", " + alpha);
        }
    }

    /**
     * What may be kept.
     *
     * @param threshold the least score of an answer that is used (of a prompt, where answers are not scored)
     * @param share the part of the calibration prompts whose local answer is used
     * @param n how many losses the bound rests on
     * @param losses their sum
     * @param bound the upper bound of the risk at δ
     * @param method how it was computed
     * @param quality mean quality of the local answers in calibration, which live traffic is held against: 1 − the risk
     *     among local answers
     * @param qualityAtLeast its lower bound at δ
     */
    public record Kept(
            double threshold,
            double share,
            int n,
            double losses,
            double bound,
            Risk.Method method,
            double quality,
            double qualityAtLeast) {}

    /** A short name that changes with anything in it. */
    public String id() {
        return Digest.of(toString()).abbreviated();
    }

    /** Whether it speaks of exactly these models. */
    public boolean appliesTo(String smallIdentity, String largeIdentity) {
        return small.equals(smallIdentity) && large.equals(largeIdentity);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
