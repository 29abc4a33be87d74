package io.stoa.hardware.plan;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.cost.CostRange;
import io.stoa.model.Interval;
import io.stoa.model.Score;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Which tier serves which part of a workload. Each task goes to the cheapest tier that surely passes its gate and the
 * latency target and is not excluded; a task that no tier surely passes stays unserved, and is undecided where a
 * measurement could still help.
 *
 * @param assignments one for each task, in the workload's order
 * @param perRequest cost of an average request of the served part; empty where nothing is served
 * @param saved the share of the cost that is saved against serving the same part by the reference alone; empty where
 *     the reference is not given or nothing is served. It may be negative.
 */
public record HybridPlan(List<Assignment> assignments, Optional<CostRange> perRequest, Optional<Interval> saved) {
    /**
     * A part of the workload.
     *
     * @param share its part of the requests
     * @param gate the acceptance that it needs
     */
    public record Task(String name, double share, double gate) {
        public Task {
            if (!(share >= 0 && share <= 1 && gate >= 0 && gate <= 1)) {
                throw new IllegalArgumentException("share and gate of task " + name + " lie in [0, 1]");
            }
        }
    }

    /**
     * A model on a machine that may serve.
     *
     * @param acceptance how many of its answers are accepted, by task; a task that is missing was not measured
     * @param perRequest what a request costs
     * @param latency seconds until an answer is complete
     * @param excluded why it may not serve at all (licence, memory), if so
     */
    public record Tier(
            String name,
            Map<String, Score> acceptance,
            CostRange perRequest,
            Interval latency,
            Optional<String> excluded) {
        public Tier {
            acceptance = Map.copyOf(acceptance);
            requireNonNull(perRequest, "perRequest");
            requireNonNull(latency, "latency");
            requireNonNull(excluded, "excluded");
        }
    }

    /**
     * Who serves a task.
     *
     * @param standing whether someone serves it, nobody can, or it is not decided
     * @param tier who does
     * @param reasons for each other tier why it does not
     */
    public record Assignment(Task task, Standing standing, Optional<Tier> tier, Map<String, String> reasons) {
        public Assignment {
            requireNonNull(standing, "standing");
            reasons = new LinkedHashMap<>(reasons);
        }
    }

    public HybridPlan {
        assignments = List.copyOf(assignments);
        requireNonNull(perRequest, "perRequest");
        requireNonNull(saved, "saved");
    }

    /**
     * Makes a plan.
     *
     * @param latency the longest that a request may take, in seconds
     * @param reference the tier that would serve everything otherwise
     */
    public static HybridPlan of(
            List<Task> tasks, List<Tier> tiers, OptionalDouble latency, Optional<String> reference) {
        double all = tasks.stream().mapToDouble(Task::share).sum();
        if (Math.abs(all - 1) > 1e-6) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "the shares of the tasks sum up to %.6g, not 1", all));
        }
        List<Assignment> assignments =
                tasks.stream().map(task -> assign(task, tiers, latency)).toList();
        double served = assignments.stream()
                .filter(assignment -> assignment.tier().isPresent())
                .mapToDouble(assignment -> assignment.task().share())
                .sum();
        Optional<CostRange> cost = assignments.stream()
                .filter(assignment -> served > 0)
                .flatMap(assignment -> assignment.tier().stream()
                        .map(tier -> tier.perRequest().times(assignment.task().share() / served)))
                .reduce(CostRange::plus);
        Optional<Tier> big = reference.map(name -> tiers.stream()
                .filter(tier -> tier.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no tier " + name)));
        // Shared tiers cancel: what they cost, they cost in both plans.
        Optional<Interval> saved = big.flatMap(tier -> saved(assignments, tier, served));
        return new HybridPlan(assignments, cost, saved);
    }

    /** The part of the requests that a tier serves. */
    public double share(String tier) {
        return assignments.stream()
                .filter(assignment -> assignment.tier().map(Tier::name).equals(Optional.of(tier)))
                .mapToDouble(assignment -> assignment.task().share())
                .sum();
    }

    private static Assignment assign(Task task, List<Tier> tiers, OptionalDouble latency) {
        Map<String, String> reasons = new LinkedHashMap<>();
        List<Tier> passing = new ArrayList<>();
        Standing best = Standing.MISSES;
        for (Tier tier : tiers) {
            Standing standing = standing(task, tier, latency, reasons);
            best = standing.compareTo(best) < 0 ? standing : best;
            if (standing == Standing.MEETS) {
                passing.add(tier);
            }
        }
        Optional<Tier> chosen = passing.stream()
                .min(Comparator.comparingDouble(tier ->
                        tier.perRequest().high().orElse(tier.perRequest().low()).toDouble()));
        passing.stream()
                .filter(tier -> !Optional.of(tier).equals(chosen))
                .forEach(tier -> reasons.put(tier.name(), "passes, and costs more"));
        return new Assignment(task, best, chosen, reasons);
    }

    private static Standing standing(Task task, Tier tier, OptionalDouble latency, Map<String, String> reasons) {
        if (tier.excluded().isPresent()) {
            reasons.put(tier.name(), "excluded: " + tier.excluded().get());
            return Standing.MISSES;
        }
        Standing time = Standing.atMost(tier.latency(), latency);
        if (time != Standing.MEETS) {
            reasons.put(
                    tier.name(),
                    "takes " + seconds(tier.latency())
                            + (time == Standing.MISSES ? ", too long" : ", which does not decide"));
        }
        Optional<Score> acceptance = Optional.ofNullable(tier.acceptance().get(task.name()));
        if (acceptance.isEmpty()) {
            reasons.putIfAbsent(tier.name(), "its acceptance on " + task.name() + " was not measured");
            return time.and(Standing.UNDECIDED);
        }
        Standing gate = Standing.atLeast(acceptance.get().interval(), task.gate());
        if (gate != Standing.MEETS) {
            reasons.putIfAbsent(
                    tier.name(),
                    String.format(
                            Locale.ROOT,
                            "%.1f to %.1f %% accepted, %s %.1f %%",
                            100 * acceptance.get().interval().low(),
                            100 * acceptance.get().interval().high(),
                            gate == Standing.MISSES ? "below the gate of" : "which does not decide on the gate of",
                            100 * task.gate()));
        }
        return time.and(gate);
    }

    private static String seconds(Interval latency) {
        return String.format(Locale.ROOT, "%.3g to %.3g s", latency.low(), latency.high());
    }

    private static Optional<Interval> saved(List<Assignment> assignments, Tier big, double served) {
        if (served == 0
                || big.perRequest().high().isEmpty()
                || !big.perRequest().low().isPositive()) {
            return Optional.empty();
        }
        double moved = 0;
        double low = 0;
        double high = 0;
        for (Assignment assignment : assignments) {
            if (assignment.tier().isEmpty() || assignment.tier().get().equals(big)) {
                continue;
            }
            CostRange cost = assignment.tier().get().perRequest();
            if (cost.high().isEmpty()) {
                return Optional.empty();
            }
            double share = assignment.task().share() / served;
            moved += share;
            low += share * cost.high().get().dividedBy(big.perRequest().low());
            high += share * cost.low().dividedBy(big.perRequest().high().get());
        }
        return Optional.of(new Interval(moved - low, moved - high));
    }

    /**
     * A cascade: everything goes to a small tier first, and what a check does not accept goes on to a big one.
     *
     * @param perRequest of an average request
     * @param escalated the share of requests that goes on
     * @param leastAccepted the acceptance from which on the cascade is cheaper than the big tier alone, at the prices'
     *     unfavourable ends; above 1 where it never is
     */
    public record Cascade(CostRange perRequest, Interval escalated, double leastAccepted) {
        /** A cascade of named tiers. */
        public record Named(String first, String then, Cascade cascade) {}

        /**
         * Puts two tiers into a cascade.
         *
         * @param accepted the share of the small tier's answers that the check accepts
         */
        public static Cascade of(CostRange small, CostRange big, Interval accepted) {
            Interval escalated = new Interval(1 - accepted.high(), 1 - accepted.low());
            CostRange cost = small.plus(big.times(escalated.low(), escalated.high()));
            double least = small.high().orElse(small.low()).dividedBy(big.low());
            return new Cascade(cost, escalated, least);
        }
    }
}
