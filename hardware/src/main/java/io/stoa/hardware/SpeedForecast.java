package io.stoa.hardware;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.hardware.machine.MachineType;
import io.stoa.hardware.roofline.Efficiency;
import io.stoa.hardware.roofline.ModelFacts;
import io.stoa.hardware.roofline.Parallelism;
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
import java.util.OptionalInt;

/**
 * What can be said of the speed on a machine that is not at hand: the interval between what its bandwidth and its peak
 * allow and what engines are known to make of them. It blocks what no engine can reach, and never says that something is
 * fast enough, only that it may be.
 */
final class SpeedForecast {
    private final Check check;
    private final Subject subject;
    private final MachineType machine;

    SpeedForecast(Check check, Subject subject, MachineType machine) {
        this.check = check;
        this.subject = subject;
        this.machine = machine;
    }

    List<Finding> of(GgufHeader header) {
        Workload workload = subject.workload();
        ModelFacts model = ModelFacts.of(subject.candidate().id(), header);
        SpeedEstimate estimate = new SpeedEstimator(
                        model, machine, Efficiency.unmeasured(machine.kind()), Parallelism.NONE)
                .estimate(workload.promptTokens(), workload.answerTokens(), workload.concurrency());
        return switch (estimate) {
            case SpeedEstimate.Unknown(String reason) -> List.of(unknown(reason));
            case SpeedEstimate.Known known -> findings(known);
        };
    }

    private Finding unknown(String reason) {
        String sentence = "speed on " + machine.name() + " is not known: " + reason;
        Workload.Latency latency = subject.workload().latency();
        return latency.timeToFirstToken().isPresent()
                        || latency.timePerOutputToken().isPresent()
                ? Finding.unknown(check, sentence, "run the assessment on " + machine.name(), List.of(), List.of())
                : Finding.info(check, sentence, List.of(), List.of());
    }

    private List<Finding> findings(SpeedEstimate.Known known) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.info(
                check,
                String.format(
                        Locale.ROOT,
                        "estimated on %s, not measured: reads %.0f to %.0f tokens/s, generates %.1f to %.1f tokens/s with"
                                + " %d at once",
                        machine.name(),
                        known.prompt().low(),
                        known.prompt().high(),
                        known.generation().low(),
                        known.generation().high(),
                        subject.workload().concurrency()),
                List.of(
                        quantity(Quantity.PROMPT, Quantity.Unit.TOKENS_PER_SECOND, known.prompt()),
                        quantity(Quantity.GENERATION, Quantity.Unit.TOKENS_PER_SECOND, known.generation())),
                List.of()));
        ServingCost.of(check, subject.machine(), known.generation(), List.of()).ifPresent(findings::add);
        Workload.Latency latency = subject.workload().latency();
        latency.timeToFirstToken()
                .ifPresent(target -> findings.add(judge("time to first token", target, known.timeToFirstToken())));
        latency.timePerOutputToken()
                .ifPresent(target -> findings.add(judge("time per output token", target, known.timePerOutputToken())));
        return findings;
    }

    private Finding judge(String what, Duration target, Interval estimate) {
        double limit = target.toNanos() / 1e9;
        String figures = what + " is estimated at " + SpeedCheck.seconds(estimate.low()) + " to "
                + SpeedCheck.seconds(estimate.high()) + " on " + machine.name();
        List<Quantity> quantities = List.of(quantity(what, Quantity.Unit.SECONDS, estimate));
        if (estimate.low() > limit) {
            return Finding.blocks(
                    check,
                    figures + ": no engine reaches the target of " + SpeedCheck.seconds(limit) + " there",
                    "choose a smaller model or quantization, a faster machine, or another target",
                    quantities,
                    List.of());
        }
        return Finding.unknown(
                check,
                figures + "; the target is " + SpeedCheck.seconds(limit) + ", and only a measurement decides",
                "run the assessment on " + machine.name(),
                quantities,
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
