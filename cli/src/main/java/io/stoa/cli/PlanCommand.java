package io.stoa.cli;

import io.stoa.hardware.plan.HybridPlan;
import io.stoa.hardware.plan.ParetoFront;
import io.stoa.hardware.plan.Standing;
import io.stoa.hardware.plan.TierFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "plan",
        description =
                "Say which tier serves which part of a workload, what that saves, and what is on the Pareto front.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "A task goes to the cheapest tier that surely passes its gate and the latency; acceptance is a count of"
                    + " right answers, whose interval (Wilson, 95 %%) decides. A cascade sends everything to a tier first,"
                    + " and on to the reference what a check refuses that is free and right; latencies add up there.",
            "Exit codes: 0 every task is served, 11 one may be served once more is measured, 12 one is served by none.",
            "A plan:",
            "  latency: 5 s",
            "  reference: big",
            "  tasks:",
            "    - {name: triage, share: 0.7, gate: 0.85}",
            "    - {name: contracts, share: 0.3, gate: 0.9}",
            "  tiers:",
            "    - name: small",
            "      per-request: {amount: 0.0003 USD, date: 2026-11-01, source: stoa cost small.yaml}",
            "      latency: [0.4 s, 0.9 s]",
            "      acceptance: {triage: {right: 186, of: 200}, contracts: {right: 120, of: 200}}",
            "",
            "Examples:",
            "  stoa plan tiers.yaml",
            "  stoa plan tiers.yaml --json"
        })
final class PlanCommand implements Callable<Integer> {
    private final House house;

    @Parameters(paramLabel = "PLAN", description = "The plan, as YAML.")
    private Path file = Path.of("");

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    PlanCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        TierFile read = TierFile.read(file);
        HybridPlan plan = read.plan();
        List<String> front = ParetoFront.of(read.options()).stream()
                .map(ParetoFront.Option::name)
                .toList();
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(figures(read, plan, front)));
        } else {
            plan.assignments().forEach(this::print);
            read.tiers()
                    .forEach(tier -> house.out()
                            .printf(Locale.ROOT, "%s serves %.1f %%%n", tier.name(), 100 * plan.share(tier.name())));
            plan.perRequest().ifPresent(cost -> house.out().println("an average request costs " + cost));
            plan.saved()
                    .ifPresent(saved -> house.out()
                            .printf(
                                    Locale.ROOT,
                                    "against %s alone it saves %.1f to %.1f %%%n",
                                    read.reference().orElse(""),
                                    100 * saved.low(),
                                    100 * saved.high()));
            read.cascades().forEach(this::print);
            house.out().println("not surely beaten in cost, quality and latency at once: " + String.join(", ", front));
        }
        Standing worst = plan.assignments().stream()
                .map(HybridPlan.Assignment::standing)
                .max(Standing::compareTo)
                .orElse(Standing.MISSES);
        return switch (worst) {
            case MEETS -> ExitCode.OK.code();
            case UNDECIDED -> ExitCode.UNDECIDED.code();
            case MISSES -> ExitCode.NOT_READY.code();
        };
    }

    private void print(HybridPlan.Assignment assignment) {
        house.out()
                .printf(
                        Locale.ROOT,
                        "%s (%.1f %%): %s%n",
                        assignment.task().name(),
                        100 * assignment.task().share(),
                        assignment
                                .tier()
                                .map(HybridPlan.Tier::name)
                                .orElse(
                                        assignment.standing() == Standing.UNDECIDED
                                                ? "not decided"
                                                : "served by none"));
        assignment.reasons().forEach((tier, reason) -> house.out().println("  " + tier + ": " + reason));
    }

    private void print(HybridPlan.Cascade.Named named) {
        HybridPlan.Cascade cascade = named.cascade();
        house.out()
                .printf(
                        Locale.ROOT,
                        "everything first to %s, and %.1f to %.1f %% on to %s: an average request costs %s, %s%n",
                        named.first(),
                        100 * cascade.escalated().low(),
                        100 * cascade.escalated().high(),
                        named.then(),
                        cascade.perRequest(),
                        cascade.leastAccepted() < 1
                                ? String.format(
                                        Locale.ROOT,
                                        "cheaper than %s alone if more than %.1f %% stay",
                                        named.then(),
                                        100 * cascade.leastAccepted())
                                : "never cheaper than " + named.then() + " alone");
    }

    private static Map<String, Object> cascade(HybridPlan.Cascade.Named named) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("first", named.first());
        figures.put("then", named.then());
        figures.put("perRequest", CostCommand.Amount.of(named.cascade().perRequest()));
        figures.put("escalated", named.cascade().escalated());
        figures.put("leastAccepted", named.cascade().leastAccepted());
        return figures;
    }

    private static Map<String, Object> figures(TierFile read, HybridPlan plan, List<String> front) {
        List<Map<String, Object>> tasks = new ArrayList<>();
        for (HybridPlan.Assignment assignment : plan.assignments()) {
            Map<String, Object> task = new LinkedHashMap<>();
            task.put("task", assignment.task().name());
            task.put("share", assignment.task().share());
            task.put("standing", assignment.standing().name().toLowerCase(Locale.ROOT));
            assignment.tier().ifPresent(tier -> task.put("tier", tier.name()));
            task.put("reasons", assignment.reasons());
            tasks.add(task);
        }
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("tasks", tasks);
        Map<String, Double> shares = new LinkedHashMap<>();
        read.tiers().forEach(tier -> shares.put(tier.name(), plan.share(tier.name())));
        figures.put("shares", shares);
        plan.perRequest().ifPresent(cost -> figures.put("perRequest", CostCommand.Amount.of(cost)));
        plan.saved().ifPresent(saved -> figures.put("saved", saved));
        figures.put(
                "cascades", read.cascades().stream().map(PlanCommand::cascade).toList());
        figures.put("paretoFront", front);
        return figures;
    }
}
