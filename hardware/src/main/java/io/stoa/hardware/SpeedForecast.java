package io.stoa.hardware;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.hardware.machine.MachineType;
import io.stoa.hardware.plan.MemoryNeed;
import io.stoa.hardware.roofline.Claim;
import io.stoa.hardware.roofline.Efficiency;
import io.stoa.hardware.roofline.ModelFacts;
import io.stoa.hardware.roofline.Parallelism;
import io.stoa.hardware.roofline.PhysicsCheck;
import io.stoa.hardware.roofline.SpeedEstimate;
import io.stoa.hardware.roofline.SpeedEstimator;
import io.stoa.model.Check;
import io.stoa.model.Finding;
import io.stoa.model.Interval;
import io.stoa.model.Quantity;
import io.stoa.model.Subject;
import io.stoa.model.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What can be said of the speed on a machine of the catalogue that is not at hand: the interval between what its
 * bandwidth and its peak allow and what engines are known to make of them. Only what breaks a bound of {@link
 * PhysicsCheck} with all the devices that the machine may have is blocked; everything else stays unknown, for an
 * estimate is no measurement.
 */
final class SpeedForecast {
    private static final String FIRST = "time to first token";
    private static final String EACH = "time per output token";

    private final Check check;
    private final Subject subject;
    private final MachineType machine;

    SpeedForecast(Check check, Subject subject, MachineType machine) {
        this.check = check;
        this.subject = subject;
        this.machine = machine;
    }

    List<Finding> of(GgufHeader header) {
        ModelFacts model = ModelFacts.of(subject.candidate().id(), header);
        MemoryNeed need = MemoryNeed.of(header);
        Parallelism whole = new Parallelism(Parallelism.Way.TENSOR, machine.devices());
        if (fits(model, need, Parallelism.NONE)) {
            return of(model, Parallelism.NONE);
        }
        return fits(model, need, whole)
                ? of(model, whole)
                : withTargets(
                        model,
                        List.of(unknown("it needs more memory than " + devices(whole.devices()) + " of it have")));
    }

    private boolean fits(ModelFacts model, MemoryNeed need, Parallelism parallelism) {
        Workload workload = subject.workload();
        double least = need.bytes(workload.contextTokens(), workload.concurrency(), parallelism)
                .map(Interval::low)
                .orElse(model.weightBytes() / parallelism.devices());
        return least <= machine.memory().count();
    }

    private List<Finding> of(ModelFacts model, Parallelism parallelism) {
        Workload workload = subject.workload();
        SpeedEstimate estimate = new SpeedEstimator(model, machine, Efficiency.unmeasured(machine.kind()), parallelism)
                .estimate(workload.promptTokens(), workload.answerTokens(), workload.concurrency());
        return switch (estimate) {
            case SpeedEstimate.Unknown(String reason) ->
                withTargets(
                        model,
                        List.of(unknown(
                                parallelism.devices() == 1 ? reason : "it needs several devices, and " + reason)));
            case SpeedEstimate.Known known -> findings(model, known, parallelism);
        };
    }

    /** Adds the targets that physics refuses: for those, nothing has to be estimated. */
    private List<Finding> withTargets(ModelFacts model, List<Finding> said) {
        List<Finding> findings = new ArrayList<>(said);
        Workload.Latency latency = subject.workload().latency();
        latency.timeToFirstToken()
                .flatMap(target -> refused(FIRST, target, claim(model, seconds(target), OptionalDouble.empty())))
                .ifPresent(findings::add);
        latency.timePerOutputToken()
                .flatMap(target -> refused(EACH, target, claim(model, OptionalDouble.empty(), seconds(target))))
                .ifPresent(findings::add);
        return findings;
    }

    /**
     * A target as a claim. An engine may keep its cache in fewer bits or share it between streams, so the bound is that
     * of one stream's weights alone.
     */
    private Claim claim(ModelFacts model, OptionalDouble first, OptionalDouble each) {
        return new Claim(
                model,
                machine,
                machine.devices(),
                1,
                0,
                subject.workload().promptTokens(),
                0,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                first,
                each);
    }

    /** Memory has a check of its own. */
    private Optional<Finding> refused(String what, Duration target, Claim claim) {
        return PhysicsCheck.check(claim).violations().stream()
                .filter(violation -> violation.severity() == PhysicsCheck.Severity.IMPOSSIBLE)
                .filter(violation -> !violation.bound().equals("memory"))
                .findFirst()
                .map(violation -> Finding.blocks(
                        check,
                        what + " takes at least " + SpeedCheck.seconds(violation.limit()) + " with "
                                + devices(machine.devices()) + " of " + machine.name() + " at their peak ("
                                + violation.bound() + "; without speculation and cached prompts): physics forbids the"
                                + " target of " + SpeedCheck.seconds(target.toNanos() / 1e9),
                        "choose a smaller model or quantization, a faster machine, or another target",
                        List.of(),
                        List.of()));
    }

    private static OptionalDouble seconds(Duration target) {
        return OptionalDouble.of(target.toNanos() / 1e9);
    }

    private static String devices(int devices) {
        return devices == 1 ? "1 device" : devices + " devices";
    }

    private Finding unknown(String reason) {
        String sentence = "speed on " + machine.name() + " is not known: " + reason;
        Workload.Latency latency = subject.workload().latency();
        return latency.timeToFirstToken().isPresent()
                        || latency.timePerOutputToken().isPresent()
                ? Finding.unknown(check, sentence, "run the assessment on " + machine.name(), List.of(), List.of())
                : Finding.info(check, sentence, List.of(), List.of());
    }

    private List<Finding> findings(ModelFacts model, SpeedEstimate.Known known, Parallelism parallelism) {
        int streams = subject.workload().concurrency();
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.info(
                check,
                String.format(
                        Locale.ROOT,
                        "estimated on %s%s, not measured: reads %.0f to %.0f tokens/s, generates %.1f to %.1f tokens/s with"
                                + " %d at once",
                        machine.name(),
                        sharing(parallelism),
                        known.prompt().low(),
                        known.prompt().high(),
                        known.generation().low(),
                        known.generation().high(),
                        streams),
                List.of(
                        quantity(Quantity.PROMPT, Quantity.Unit.TOKENS_PER_SECOND, known.prompt()),
                        quantity(Quantity.GENERATION, Quantity.Unit.TOKENS_PER_SECOND, known.generation())),
                List.of()));
        String load = streams + " at once" + (idle(parallelism) ? " on one of its devices" : "");
        String more = idle(parallelism) ? "; its other devices could serve more at the same price" : "";
        ServingCost.of(check, subject.machine(), known.generation(), load, more, List.of())
                .ifPresent(findings::add);
        Workload.Latency latency = subject.workload().latency();
        latency.timeToFirstToken()
                .ifPresent(target ->
                        findings.add(refused(FIRST, target, claim(model, seconds(target), OptionalDouble.empty()))
                                .orElseGet(() -> undecided(FIRST, target, known.timeToFirstToken()))));
        latency.timePerOutputToken()
                .ifPresent(target ->
                        findings.add(refused(EACH, target, claim(model, OptionalDouble.empty(), seconds(target)))
                                .orElseGet(() -> undecided(EACH, target, known.timePerOutputToken()))));
        return findings;
    }

    private boolean idle(Parallelism parallelism) {
        return parallelism.devices() < machine.devices();
    }

    private String sharing(Parallelism parallelism) {
        if (parallelism.devices() > 1) {
            return " (one device is too small: " + parallelism.devices() + " share it by tensors)";
        }
        return idle(parallelism) ? " (one of its devices)" : "";
    }

    private Finding undecided(String what, Duration target, Interval estimate) {
        String limit = SpeedCheck.seconds(target.toNanos() / 1e9);
        String beyond = estimate.low() > target.toNanos() / 1e9
                ? ", which the usual shares of its peaks do not reach; only a measurement decides"
                : ", and only a measurement decides";
        return Finding.unknown(
                check,
                what + " is estimated at " + SpeedCheck.seconds(estimate.low()) + " to "
                        + SpeedCheck.seconds(estimate.high()) + " on " + machine.name() + "; the target is " + limit
                        + beyond,
                "run the assessment on " + machine.name(),
                List.of(quantity(what, Quantity.Unit.SECONDS, estimate)),
                List.of());
    }

    private Quantity quantity(String name, Quantity.Unit unit, Interval interval) {
        return new Quantity(
                name,
                (interval.low() + interval.high()) / 2,
                unit,
                Optional.of(interval),
                OptionalInt.empty(),
                Quantity.Basis.DERIVED,
                "roofline with an engine's usual shares of the peaks",
                subject.candidate().id() + " on " + machine.name() + " (" + machine.source() + ")");
    }
}
