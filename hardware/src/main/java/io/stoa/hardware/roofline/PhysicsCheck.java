package io.stoa.hardware.roofline;

import io.stoa.model.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Holds a claim against what a machine's bandwidth, compute and memory allow. A claim that breaks a bound is impossible
 * as labelled: the size is wrong, or batching, speculation, a cached prompt or another precision are hidden.
 *
 * <p>The bounds, for n devices (shares are of the data sheet's peaks, all of them reached):
 *
 * <ul>
 *   <li>memory: weights + cache of all streams ≤ n · memory;
 *   <li>generation: steps per second ≤ n · bandwidth ÷ (bytes read by a step − n · largest cache), tokens per second ≤
 *       steps · streams · (1 + draft tokens). A step reads the shared weights once, of the experts at least those of one
 *       token, and the cache of at least one stream (streams may share a prefix);
 *   <li>generation: tokens per second ≤ n · fastest peak ÷ (2 · active parameters);
 *   <li>prompt: tokens per second ≤ n · fastest peak ÷ (2 · parameters of a prompt token), and the time to the first
 *       token accordingly, which no less than reading the weights takes;
 *   <li>consistency: tokens per second ≤ streams ÷ time per token, which counts accepted draft tokens, too.
 * </ul>
 *
 * <p>Two more bounds hold unless a workload is peculiar, and breaking only them is called doubtful: that tokens of
 * different streams go to experts evenly and independently, and that no prefix is shared.
 */
public final class PhysicsCheck {
    /** Data sheets and claims are rounded. */
    static final double ROUNDING = 1.02;

    /** The largest cache of any device so far: 3D V-cache of an EPYC 9684X has 1,152 MiB, an MI300X 256 MiB. */
    private static final double LARGEST_CPU_CACHE = 1152 * 0x1p20;

    private static final double LARGEST_GPU_CACHE = 256 * 0x1p20;

    /** How sure a broken bound is. */
    public enum Severity {
        /** No workload does this. */
        IMPOSSIBLE,
        /** Only a workload with shared prefixes or one-sided routing does. */
        DOUBTFUL
    }

    /**
     * A bound that a claim breaks.
     *
     * @param claimed the claim's figure
     * @param limit what the bound allows
     * @param reason a sentence for people
     */
    public record Violation(Severity severity, String bound, double claimed, double limit, String reason) {}

    /**
     * What came out.
     *
     * @param violations the bounds that are broken, each with its reason
     * @param unchecked what could not be checked, and why
     */
    public record Report(List<Violation> violations, List<String> unchecked) {
        public Report {
            violations = List.copyOf(violations);
            unchecked = List.copyOf(unchecked);
        }

        public boolean flagged() {
            return !violations.isEmpty();
        }

        public boolean impossible() {
            return violations.stream().anyMatch(violation -> violation.severity() == Severity.IMPOSSIBLE);
        }
    }

    private final Claim claim;
    private final List<Violation> violations = new ArrayList<>();
    private final List<String> unchecked = new ArrayList<>();

    private PhysicsCheck(Claim claim) {
        this.claim = claim;
    }

    public static Report check(Claim claim) {
        PhysicsCheck check = new PhysicsCheck(claim);
        check.memory();
        check.bandwidth();
        check.compute();
        check.consistency();
        return new Report(check.violations, check.unchecked);
    }

    private void memory() {
        double cache = claim.streams() * leastCache();
        double needed = claim.model().weightBytes() + cache;
        double there = (double) claim.devices() * claim.machine().memory().count();
        if (needed > ROUNDING * there) {
            violations.add(new Violation(
                    Severity.IMPOSSIBLE,
                    "memory",
                    needed,
                    there,
                    claim.model().name() + " needs " + bytes(needed) + " of weights and cache; " + machines() + " have "
                            + bytes(there)));
        }
    }

    /** What one stream surely keeps: windows are short, states are there from the first token on. */
    private double leastCache() {
        return claim.model()
                .cache()
                .map(cache -> cache.least(claim.contextTokens()))
                .orElse(0.0);
    }

    private void bandwidth() {
        OptionalDouble bandwidth = claim.machine().bandwidth();
        if (bandwidth.isEmpty()) {
            unchecked.add("the bandwidth of " + claim.machine().name() + " is not known");
            return;
        }
        if (claim.model().cache().isEmpty() && claim.contextTokens() > 0) {
            unchecked.add("the cache of " + claim.model().name() + " is not known, and taken as nothing");
        }
        double rate = claim.devices() * bandwidth.getAsDouble();
        double context = leastCache();
        double least = fromMemory(claim.model().leastStepBytes() + context);
        double usual = fromMemory(claim.model().expectedStepBytes(claim.streams() * (1.0 + claim.draftTokens()))
                + context * claim.streams());
        if (least > 0) {
            limitSteps(Severity.IMPOSSIBLE, "bandwidth", rate / least, least);
        }
        if (!flaggedBy("bandwidth") && usual > 0) {
            limitSteps(Severity.DOUBTFUL, "bandwidth, streams on their own", rate / usual, usual);
        }
        double weights = fromMemory(claim.model().leastStepBytes());
        if (weights > 0) {
            longerThan(
                    "bandwidth of the first token",
                    claim.timeToFirstToken(),
                    weights / rate,
                    "reading " + bytes(weights) + " of weights once at " + gigabytes(rate));
        }
    }

    /** A cache may keep a part of what the last step read, and no more than its size of it. */
    private double fromMemory(double bytes) {
        double largest = switch (claim.machine().kind()) {
            case GPU -> LARGEST_GPU_CACHE;
            case CPU, UNIFIED -> LARGEST_CPU_CACHE;
        };
        double cache =
                claim.machine().cache().map(known -> (double) known.count()).orElse(largest);
        return bytes - claim.devices() * cache;
    }

    private void limitSteps(Severity severity, String bound, double steps, double read) {
        double tokens = steps * claim.streams() * (1.0 + claim.draftTokens());
        String reason = String.format(
                Locale.ROOT,
                "a step reads at least %s from memory, which %s do %.4g times a second",
                bytes(read),
                machines(),
                steps);
        if (claim.generation().isPresent() && claim.generation().getAsDouble() > ROUNDING * tokens) {
            violations.add(new Violation(
                    severity,
                    bound,
                    claim.generation().getAsDouble(),
                    tokens,
                    String.format(
                            Locale.ROOT,
                            "%.4g tokens/s are claimed, at most %.4g are possible: %s, for %d stream%s%s",
                            claim.generation().getAsDouble(),
                            tokens,
                            reason,
                            claim.streams(),
                            claim.streams() == 1 ? "" : "s",
                            claim.draftTokens() > 0 ? " and " + claim.draftTokens() + " draft tokens" : "")));
        }
        double perToken = 1 / (steps * (1.0 + claim.draftTokens()));
        if (claim.timePerOutputToken().isPresent()
                && ROUNDING * claim.timePerOutputToken().getAsDouble() < perToken) {
            violations.add(new Violation(
                    severity,
                    bound,
                    claim.timePerOutputToken().getAsDouble(),
                    perToken,
                    String.format(
                            Locale.ROOT,
                            "%.4g s per token are claimed, at least %.4g are possible: %s",
                            claim.timePerOutputToken().getAsDouble(),
                            perToken,
                            reason)));
        }
    }

    private void compute() {
        OptionalDouble peak = claim.machine().fastestPeak();
        if (peak.isEmpty()) {
            unchecked.add("the peak compute of " + claim.machine().name() + " is not known");
            return;
        }
        double rate = claim.devices() * peak.getAsDouble();
        String work = String.format(Locale.ROOT, "of %s at %.4g TFLOPS", machines(), rate / 1e12);
        fasterThan(
                "compute of generation",
                claim.generation(),
                rate / (2 * claim.model().activeParameters()),
                "two operations for each of " + count(claim.model().activeParameters()) + " active parameters " + work);
        double prompt = rate / (2 * claim.model().promptParameters());
        String reason = "two operations for each of " + count(claim.model().promptParameters()) + " parameters " + work;
        fasterThan("compute of the prompt", claim.prompt(), prompt, reason);
        longerThan("compute of the prompt", claim.timeToFirstToken(), claim.promptTokens() / prompt, reason);
    }

    private void consistency() {
        if (claim.timePerOutputToken().isPresent()) {
            double most = claim.streams() / claim.timePerOutputToken().getAsDouble();
            fasterThan(
                    "consistency",
                    claim.generation(),
                    most,
                    claim.streams() + " streams with "
                            + claim.timePerOutputToken().getAsDouble() + " s per token");
        }
    }

    private void fasterThan(String bound, OptionalDouble claimed, double most, String reason) {
        if (claimed.isPresent() && claimed.getAsDouble() > ROUNDING * most) {
            violations.add(new Violation(
                    Severity.IMPOSSIBLE,
                    bound,
                    claimed.getAsDouble(),
                    most,
                    String.format(
                            Locale.ROOT,
                            "%.4g tokens/s are claimed, at most %.4g are possible: %s",
                            claimed.getAsDouble(),
                            most,
                            reason)));
        }
    }

    private void longerThan(String bound, OptionalDouble claimed, double least, String reason) {
        if (claimed.isPresent() && ROUNDING * claimed.getAsDouble() < least) {
            violations.add(new Violation(
                    Severity.IMPOSSIBLE,
                    bound,
                    claimed.getAsDouble(),
                    least,
                    String.format(
                            Locale.ROOT,
                            "a first token after %.4g s is claimed, at least %.4g s are needed: %s",
                            claimed.getAsDouble(),
                            least,
                            reason)));
        }
    }

    private boolean flaggedBy(String bound) {
        return violations.stream().anyMatch(violation -> violation.bound().equals(bound));
    }

    private String machines() {
        return claim.devices() + " × " + claim.machine().name();
    }

    private static String bytes(double bytes) {
        return new Bytes((long) bytes).toString();
    }

    private static String gigabytes(double rate) {
        return String.format(Locale.ROOT, "%.4g GB/s", rate / 1e9);
    }

    private static String count(double parameters) {
        return String.format(Locale.ROOT, "%.4g × 10⁹", parameters / 1e9);
    }
}
