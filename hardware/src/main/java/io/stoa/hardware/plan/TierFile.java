package io.stoa.hardware.plan;

import io.stoa.hardware.cost.CostRange;
import io.stoa.hardware.cost.Price;
import io.stoa.hardware.input.Dimension;
import io.stoa.hardware.input.YamlPart;
import io.stoa.model.Interval;
import io.stoa.model.Score;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Tasks and tiers of a hybrid plan, read from a file:
 *
 * <pre>{@code
 * latency: 5 s
 * reference: big
 * tasks:
 *   - {name: triage, share: 0.7, gate: 0.85}
 *   - {name: contracts, share: 0.3, gate: 0.9}
 * tiers:
 *   - name: small
 *     per-request: {amount: 0.0003 USD, date: 2026-11-01, source: stoa cost small.yaml}
 *     latency: [0.4 s, 0.9 s]
 *     acceptance: {triage: {right: 186, of: 200}, contracts: {right: 120, of: 200}}
 *   - name: other
 *     excluded: its licence does not allow this use
 *     …
 * }</pre>
 *
 * @param latency the longest that a request may take, in seconds
 * @param reference the tier that would serve everything otherwise
 */
public record TierFile(
        List<HybridPlan.Task> tasks, List<HybridPlan.Tier> tiers, OptionalDouble latency, Optional<String> reference) {
    private static final int MOST = 1000;

    public TierFile {
        tasks = List.copyOf(tasks);
        tiers = List.copyOf(tiers);
    }

    public static TierFile read(Path file) {
        return read(YamlPart.read(file));
    }

    static TierFile read(YamlPart part) {
        part.only("latency", "reference", "tasks", "tiers");
        List<HybridPlan.Task> tasks = new ArrayList<>();
        for (YamlPart task : part.parts("tasks", MOST)) {
            task.only("name", "share", "gate");
            tasks.add(new HybridPlan.Task(task.text("name"), task.number("share", 0, 1), task.number("gate", 0, 1)));
        }
        List<String> names = tasks.stream().map(HybridPlan.Task::name).toList();
        List<HybridPlan.Tier> tiers = new ArrayList<>();
        for (YamlPart tier : part.parts("tiers", MOST)) {
            tiers.add(tier(tier, names));
        }
        if (tasks.isEmpty() || tiers.isEmpty()) {
            throw part.wrong("a plan needs tasks and tiers");
        }
        if (tiers.stream()
                        .map(tier -> tier.perRequest().low().currency())
                        .distinct()
                        .count()
                > 1) {
            throw part.wrong("the tiers' costs are in several currencies; give them in one");
        }
        return new TierFile(
                tasks,
                tiers,
                part.optionalMeasure("latency", Dimension.TIME, 1e-3, 86_400, "people wait between 1 ms and a day"),
                part.optionalText("reference"));
    }

    private static HybridPlan.Tier tier(YamlPart part, List<String> tasks) {
        part.only("name", "per-request", "latency", "acceptance", "excluded");
        Map<String, Score> acceptance = new LinkedHashMap<>();
        Optional<YamlPart> measured = part.optionalPart("acceptance");
        measured.ifPresent(each -> {
            each.only(tasks.toArray(String[]::new));
            each.keys().forEach(task -> acceptance.put(task, CostSheet.score(each.part(task))));
        });
        Price cost = Price.read(part.part("per-request"), 10_000, "a request");
        return new HybridPlan.Tier(
                part.text("name"),
                acceptance,
                CostRange.exactly(cost.amount()),
                latency(part),
                part.optionalText("excluded"));
    }

    private static Interval latency(YamlPart part) {
        List<Double> ends = new ArrayList<>();
        for (String text : part.texts("latency", 2)) {
            ends.add(Dimension.TIME
                    .parse(text)
                    .orElseThrow(() -> part.wrong("latency", "'" + text + "' is not " + Dimension.TIME.form())));
        }
        if (ends.isEmpty() || ends.getFirst() > ends.getLast()) {
            throw part.wrong("latency", "write one time or two, the lower first, as [0.4 s, 0.9 s]");
        }
        return new Interval(ends.getFirst(), ends.getLast());
    }

    public HybridPlan plan() {
        try {
            return HybridPlan.of(tasks, tiers, latency, reference);
        } catch (IllegalArgumentException e) {
            throw StoaException.user(e.getMessage() + "; mend the plan's file");
        }
    }

    /** The tiers that are not excluded, with their quality over the whole workload. */
    public List<ParetoFront.Option> options() {
        return tiers.stream()
                .filter(tier -> tier.excluded().isEmpty())
                .map(tier -> new ParetoFront.Option(tier.name(), tier.perRequest(), quality(tier), tier.latency()))
                .toList();
    }

    /**
     * Each tier that is not excluded before the reference: everything goes to it first, and on to the reference what is
     * not accepted there, by a check that knows right answers and costs nothing. Empty without a reference, or where
     * that is excluded or free.
     */
    public List<HybridPlan.Cascade.Named> cascades() {
        Optional<HybridPlan.Tier> big = tiers.stream()
                .filter(tier -> reference.equals(Optional.of(tier.name())))
                .filter(tier -> tier.excluded().isEmpty())
                .filter(tier -> tier.perRequest().low().isPositive())
                .findFirst();
        return big.stream()
                .flatMap(then -> tiers.stream()
                        .filter(tier -> tier.excluded().isEmpty() && !tier.equals(then))
                        .map(first -> new HybridPlan.Cascade.Named(
                                first.name(),
                                then.name(),
                                HybridPlan.Cascade.of(first.perRequest(), then.perRequest(), quality(first)))))
                .toList();
    }

    /** Accepted answers over the whole workload, as bounds: shares of tasks times the ends of their intervals. */
    private Interval quality(HybridPlan.Tier tier) {
        double low = 0;
        double high = 0;
        for (HybridPlan.Task task : tasks) {
            Optional<Score> score = Optional.ofNullable(tier.acceptance().get(task.name()));
            // What was not measured may be anything.
            low += task.share() * score.map(each -> each.interval().low()).orElse(0.0);
            high += task.share() * score.map(each -> each.interval().high()).orElse(1.0);
        }
        return new Interval(Math.min(1, low), Math.min(1, high));
    }
}
