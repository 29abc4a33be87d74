package io.stoa.hardware;

import io.stoa.engine.EngineSource;
import io.stoa.engine.Prompt;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.hardware.machine.MachineCatalogue;
import io.stoa.hardware.memory.MemoryPrediction;
import io.stoa.hardware.memory.MemoryPredictor;
import io.stoa.hardware.memory.MemorySettings;
import io.stoa.hardware.memory.Repacking;
import io.stoa.hardware.speed.SpeedMeasurement;
import io.stoa.hardware.speed.SpeedProbe;
import io.stoa.hardware.speed.Spread;
import io.stoa.model.Bytes;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.Machine;
import io.stoa.model.PillarName;
import io.stoa.model.Progress;
import io.stoa.model.Quantity;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import io.stoa.model.Subject;
import io.stoa.model.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Is the candidate fast enough for the workload's latency targets: one stream, measured on the machine at hand or over
 * the network. An interval that lies within a target passes, one that lies beyond it blocks, one that straddles it
 * decides nothing. What one stream misses, several miss too; what one stream meets is a condition where several are
 * wanted.
 */
final class SpeedCheck implements Check {
    private final Subject subject;
    private final EngineSource engines;
    private final String engineBuild;
    private final SpeedProbe probe;
    private final MemoryPredictor predictor;

    SpeedCheck(Subject subject, EngineSource engines, String engineBuild, SpeedProbe probe, MemoryPredictor predictor) {
        this.subject = subject;
        this.engines = engines;
        this.engineBuild = engineBuild;
        this.probe = probe;
        this.predictor = predictor;
    }

    @Override
    public String id() {
        return "hardware/speed";
    }

    @Override
    public PillarName pillar() {
        return PillarName.HARDWARE;
    }

    @Override
    public String title() {
        return "speed: prompts of " + subject.workload().promptTokens() + " tokens, one stream";
    }

    @Override
    public Stage stage() {
        return Stage.RUN;
    }

    @Override
    public Duration estimate() {
        return Duration.ofSeconds(5);
    }

    @Override
    public List<Finding> run(Recorder recorder, Progress progress) {
        return switch (subject.candidate()) {
            case Candidate.GgufFile file -> {
                Machine machine = subject.machine();
                if (!machine.measured()) {
                    yield MachineCatalogue.shipped()
                            .find(machine.name())
                            .map(type -> new SpeedForecast(this, subject, type).of(GgufReader.read(file.path())))
                            .orElseGet(() -> List.of(unmeasured(
                                    "not measured: " + machine.name() + " is declared, not the machine at hand",
                                    "run the assessment on " + machine.name()
                                            + ", or name a machine that `stoa fit machines` lists")));
                }
                Bytes least = leastMemory(file);
                if (least.compareTo(machine.memory()) > 0) {
                    yield List.of(unmeasured(
                            "not measured: it needs at least " + least + ", and " + machine.name() + " has "
                                    + machine.memory(),
                            "make it fit first; see hardware/memory"));
                }
                yield judge(measure(recorder, progress, Prompt.Text::new), Optional.of(machine));
            }
            // What it runs on is not known here, nor what an hour of that costs.
            case Candidate.RemoteModel model -> judge(measure(recorder, progress, Prompt::user), Optional.empty());
        };
    }

    /** What loading it for one stream takes at least: loading more than there is would end this process. */
    private Bytes leastMemory(Candidate.GgufFile file) {
        MemorySettings settings = MemorySettings.of(subject.workload().contextTokens(), 1, Repacking.NONE);
        return switch (predictor.predict(GgufReader.read(file.path()), settings)) {
            case MemoryPrediction.Planned planned -> planned.parts().total();
            case MemoryPrediction.Unknown unknown -> unknown.weights();
        };
    }

    private Recorded<SpeedMeasurement> measure(Recorder recorder, Progress progress, Function<String, Prompt> form) {
        Workload workload = subject.workload();
        String inputs = String.join(
                "\n",
                "speed 1",
                engineBuild,
                fingerprint(subject.machine()),
                "context " + workload.contextTokens(),
                "prompt " + workload.promptTokens(),
                "answer " + workload.answerTokens());
        EvidenceKey key = new EvidenceKey(subject.candidate().identity(), id(), Digest.of(inputs));
        return recorder.once(
                key,
                SpeedMeasurement.class,
                () -> probe.measure(
                        engines.engine(subject.candidate()),
                        form,
                        workload.promptTokens(),
                        workload.answerTokens(),
                        progress));
    }

    /** What of a machine a speed depends on, as far as it is known. */
    private static String fingerprint(Machine machine) {
        return machine.processor() + ", " + machine.cores() + " cores, "
                + machine.memory().count() + " bytes";
    }

    private Finding unmeasured(String sentence, String remedy) {
        Workload.Latency latency = subject.workload().latency();
        boolean wanted = latency.timeToFirstToken().isPresent()
                || latency.timePerOutputToken().isPresent();
        return wanted
                ? Finding.unknown(this, "speed " + sentence, remedy, List.of(), List.of())
                : Finding.info(this, "speed " + sentence, List.of(), List.of());
    }

    private List<Finding> judge(Recorded<SpeedMeasurement> recorded, Optional<Machine> paid) {
        SpeedMeasurement speed = recorded.value();
        List<EvidenceRef> evidence = List.of(recorded.evidence());
        Workload.Latency latency = subject.workload().latency();
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.info(this, sentence(speed), quantities(speed), evidence));
        paid.ifPresent(machine -> speed.generationThroughput()
                .flatMap(generation -> cost(machine, generation, evidence))
                .ifPresent(findings::add));
        latency.timeToFirstToken()
                .ifPresent(target -> findings.add(
                        judge("time to first token", target, Optional.of(speed.timeToFirstToken()), speed, evidence)));
        latency.timePerOutputToken()
                .ifPresent(target -> findings.add(
                        judge("time per output token", target, speed.timePerOutputToken(), speed, evidence)));
        return findings;
    }

    private Optional<Finding> cost(Machine machine, Spread generation, List<EvidenceRef> evidence) {
        int streams = subject.workload().concurrency();
        String more = streams == 1 ? "" : "; " + streams + " at once cost less each, which was not measured";
        return ServingCost.of(this, machine, generation.interval(), "one stream at a time", more, evidence);
    }

    /**
     * Disturbance only slows and a shortened prompt only hastens, so on a busy machine a target that is met stays met, and
     * with a shortened prompt a target that is missed stays missed.
     */
    private Finding judge(
            String what,
            Duration target,
            Optional<Spread> measured,
            SpeedMeasurement speed,
            List<EvidenceRef> evidence) {
        if (measured.isEmpty()) {
            return Finding.unknown(
                    this,
                    what + " is not known: no answer had two tokens",
                    "ask the model for longer answers, or check that it answers at all",
                    List.of(),
                    evidence);
        }
        Spread spread = measured.get();
        double limit = target.toNanos() / 1e9;
        Quantity quantity = quantity(what, Quantity.Unit.SECONDS, spread);
        String figures = String.format(
                Locale.ROOT,
                "%s is %s (%s to %s, %.0f %% interval of the median, n = %d)",
                what,
                seconds(spread.median()),
                seconds(spread.interval().low()),
                seconds(spread.interval().high()),
                100 * spread.confidence(),
                spread.n());
        boolean met = spread.decides() && spread.interval().high() <= limit && speed.fullPrompt();
        boolean missed = spread.decides() && spread.interval().low() > limit && speed.undisturbed();
        int streams = subject.workload().concurrency();
        if (met && streams > 1) {
            return Finding.condition(
                    this,
                    figures + ", within the target of " + seconds(limit) + " for one stream; " + streams
                            + " at the same time were not measured",
                    "measure it under load before " + streams
                            + " requests run at the same time, or let one in at a time",
                    List.of(quantity),
                    evidence);
        }
        if (met) {
            return Finding.info(
                    this, figures + ", within the target of " + seconds(limit), List.of(quantity), evidence);
        }
        if (missed) {
            return Finding.blocks(
                    this,
                    figures + ", beyond the target of " + seconds(limit),
                    "choose a smaller model or quantization, a faster machine, or another target",
                    List.of(quantity),
                    evidence);
        }
        return Finding.unknown(
                this,
                figures + ", which does not decide on the target of " + seconds(limit) + doubt(spread, speed),
                "measure again with --fresh, on a machine with nothing else to do",
                List.of(quantity),
                evidence);
    }

    private static String doubt(Spread spread, SpeedMeasurement speed) {
        if (!spread.decides()) {
            return "; too few answers could be timed";
        }
        if (!speed.undisturbed()) {
            return "; other processes kept the machine busy";
        }
        return speed.fullPrompt() ? "" : "; the engine's context is too short for the workload's prompts";
    }

    private static String sentence(SpeedMeasurement speed) {
        String generation = speed.generationThroughput()
                .map(spread -> String.format(Locale.ROOT, "generates %.1f tokens/s", spread.median()))
                .orElse("generated too little to tell its speed");
        return String.format(
                Locale.ROOT,
                "reads %.1f tokens/s and %s (one stream, median of %d rounds%s)",
                speed.promptThroughput().median(),
                generation,
                speed.promptThroughput().n(),
                speed.undisturbed() ? "" : ", other processes kept the machine busy");
    }

    private List<Quantity> quantities(SpeedMeasurement speed) {
        List<Quantity> quantities = new ArrayList<>();
        quantities.add(quantity(Quantity.PROMPT, Quantity.Unit.TOKENS_PER_SECOND, speed.promptThroughput()));
        speed.generationThroughput()
                .ifPresent(spread ->
                        quantities.add(quantity(Quantity.GENERATION, Quantity.Unit.TOKENS_PER_SECOND, spread)));
        quantities.add(quantity("time to first token", Quantity.Unit.SECONDS, speed.timeToFirstToken()));
        speed.timePerOutputToken()
                .ifPresent(spread -> quantities.add(quantity("time per output token", Quantity.Unit.SECONDS, spread)));
        return quantities;
    }

    private Quantity quantity(String name, Quantity.Unit unit, Spread spread) {
        return new Quantity(
                name,
                spread.median(),
                unit,
                Optional.of(spread.interval()),
                OptionalInt.of(spread.n()),
                Quantity.Basis.MEASURED,
                String.format(
                        Locale.ROOT,
                        "median, order-statistic interval of %.1f %% confidence",
                        100 * spread.confidence()),
                subject.candidate().id() + " on " + subject.machine().name());
    }

    static String seconds(double seconds) {
        return seconds < 1
                ? String.format(Locale.ROOT, "%.3g ms", 1000 * seconds)
                : String.format(Locale.ROOT, "%.2f s", seconds);
    }
}
