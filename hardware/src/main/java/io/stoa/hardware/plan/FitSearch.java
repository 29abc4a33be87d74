package io.stoa.hardware.plan;

import io.stoa.hardware.cost.CostRange;
import io.stoa.hardware.cost.TokenCost;
import io.stoa.hardware.machine.MachineType;
import io.stoa.hardware.plan.FitPlan.Contender;
import io.stoa.hardware.roofline.Efficiency;
import io.stoa.hardware.roofline.Parallelism;
import io.stoa.hardware.roofline.SpeedEstimate;
import io.stoa.hardware.roofline.SpeedEstimator;
import io.stoa.model.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Goes through all combinations of a plan: memory first, which most of them fail; then speed; then cost. What is not
 * known is counted with its reason and never taken for good.
 */
public final class FitSearch {
    /** What becomes of a combination. */
    public enum Outcome {
        /** It fits, and meets the targets, at the bad ends of all intervals. */
        MEETS,
        /** It may: an interval lies across memory or a target. */
        MAY_MEET,
        /** It is too slow even at the good ends. */
        TOO_SLOW,
        /** It does not fit. */
        DOES_NOT_FIT,
        /** A fact is missing. */
        UNKNOWN,
        /** The machine has fewer devices. */
        NOT_OFFERED
    }

    /**
     * A combination that meets the targets, or may.
     *
     * @param memory bytes of each device
     * @param tokensPerSecond prompts and answers in the workload's mix, while the machine is busy
     * @param utilisation the share of the paid time in which it is
     */
    public record Cell(
            Contender contender,
            MachineType machine,
            int context,
            int streams,
            Parallelism parallelism,
            Interval memory,
            SpeedEstimate.Known speed,
            Interval tokensPerSecond,
            double utilisation,
            Outcome outcome) {
        /** Cost per million tokens, prompts and answers in the workload's mix; empty for a machine without a price. */
        public Optional<CostRange> perMillion() {
            return machine.hourly()
                    .map(hourly -> TokenCost.perMillion(
                            hourly.amount().times(parallelism.devices()), tokensPerSecond, utilisation));
        }

        /** The upper end of the cost in some unit; infinite without a price. */
        private double rank() {
            return machine.hourly()
                    .map(hourly -> hourly.amount().toDouble() * parallelism.devices() / tokensPerSecond.low())
                    .orElse(Double.POSITIVE_INFINITY);
        }
    }

    /** A combination with what it is sorted by, which is worked out once. */
    private record Ranked(Cell cell, double rank) {}

    /**
     * What a search found.
     *
     * @param counts combinations by outcome
     * @param unknown why some are not known, and how many
     * @param found those that meet the targets, then those that may; in each the cheapest first by the upper end of
     *     their cost, and those without a price last
     */
    public record Result(Map<Outcome, Integer> counts, Map<String, Integer> unknown, List<Cell> found) {
        public Result {
            counts = Map.copyOf(counts);
            unknown = new TreeMap<>(unknown);
            found = List.copyOf(found);
        }

        public int count(Outcome outcome) {
            return counts.getOrDefault(outcome, 0);
        }

        public int cells() {
            return counts.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    private final FitPlan plan;
    private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    private final Map<String, Integer> unknown = new TreeMap<>();
    private final List<Cell> found = new ArrayList<>();

    private FitSearch(FitPlan plan) {
        this.plan = plan;
    }

    public static Result search(FitPlan plan) {
        FitSearch search = new FitSearch(plan);
        for (Contender contender : plan.contenders()) {
            for (MachineType machine : plan.machines()) {
                for (Parallelism parallelism : plan.parallelisms()) {
                    search.search(contender, machine, parallelism);
                }
            }
        }
        List<Cell> sorted = search.found.stream()
                .map(cell -> new Ranked(cell, cell.rank()))
                .sorted(Comparator.comparing((Ranked ranked) -> ranked.cell().outcome())
                        .thenComparingDouble(Ranked::rank)
                        .thenComparingDouble(
                                ranked -> -ranked.cell().speed().generation().low()))
                .map(Ranked::cell)
                .toList();
        return new Result(search.counts, search.unknown, sorted);
    }

    private void search(Contender contender, MachineType machine, Parallelism parallelism) {
        int cells = plan.contexts().size() * plan.streams().size();
        if (parallelism.devices() > machine.devices()) {
            counts.merge(Outcome.NOT_OFFERED, cells, Integer::sum);
            return;
        }
        Efficiency efficiency = plan.efficiency(machine);
        SpeedEstimator estimator = new SpeedEstimator(contender.facts(), machine, efficiency, parallelism);
        for (int streams : plan.streams()) {
            // Speed depends on the prompt and the answer, not on how long the context may be at most.
            Optional<SpeedEstimate> speed = Optional.empty();
            for (int context : plan.contexts()) {
                Optional<Interval> memory = contender.memory().bytes(context, streams, parallelism);
                if (memory.isEmpty()) {
                    missing("the memory of " + contender.facts().name() + " is not known");
                    continue;
                }
                if (memory.get().low() > machine.memory().count()) {
                    counts.merge(Outcome.DOES_NOT_FIT, 1, Integer::sum);
                    continue;
                }
                SpeedEstimate estimate =
                        speed.orElseGet(() -> estimator.estimate(plan.promptTokens(), plan.answerTokens(), streams));
                speed = Optional.of(estimate);
                switch (estimate) {
                    case SpeedEstimate.Unknown(String reason) -> missing(reason);
                    case SpeedEstimate.Known known ->
                        judge(contender, machine, context, streams, parallelism, memory.get(), known);
                }
            }
        }
    }

    private void missing(String reason) {
        counts.merge(Outcome.UNKNOWN, 1, Integer::sum);
        unknown.merge(reason, 1, Integer::sum);
    }

    private void judge(
            Contender contender,
            MachineType machine,
            int context,
            int streams,
            Parallelism parallelism,
            Interval memory,
            SpeedEstimate.Known speed) {
        Standing standing = Standing.atMost(speed.timeToFirstToken(), plan.timeToFirstToken())
                .and(Standing.atMost(speed.timePerOutputToken(), plan.timePerOutputToken()));
        if (standing == Standing.MISSES) {
            counts.merge(Outcome.TOO_SLOW, 1, Integer::sum);
            return;
        }
        boolean sure =
                standing == Standing.MEETS && memory.high() <= machine.memory().count();
        Outcome outcome = sure ? Outcome.MEETS : Outcome.MAY_MEET;
        counts.merge(outcome, 1, Integer::sum);
        double tokens = (double) plan.promptTokens() + plan.answerTokens();
        found.add(new Cell(
                contender,
                machine,
                context,
                streams,
                parallelism,
                memory,
                speed,
                new Interval(
                        tokens * speed.requests().low(),
                        tokens * speed.requests().high()),
                plan.utilisation(),
                outcome));
    }
}
