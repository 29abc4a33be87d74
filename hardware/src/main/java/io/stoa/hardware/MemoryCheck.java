package io.stoa.hardware;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.hardware.memory.MemoryParts;
import io.stoa.hardware.memory.MemoryPrediction;
import io.stoa.hardware.memory.MemoryPredictor;
import io.stoa.hardware.memory.MemorySettings;
import io.stoa.hardware.memory.Repacking;
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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Does the candidate fit the machine's memory with the workload's context and concurrency, and was it trained for such a
 * context. Reads the header only.
 */
final class MemoryCheck implements Check {
    /** llama.cpp's limit on sequences in one context. */
    private static final int MOST_SEQUENCES = 256;

    /** 2³¹ tokens, less what rounding every sequence up to 256 may add. */
    private static final int MOST_TOKENS = Integer.MAX_VALUE - 256 * MOST_SEQUENCES;

    private static final String BY = "plan of llama.cpp 0.5.0's buffers";

    private final Subject subject;
    private final MemoryPredictor predictor;
    private final Repacking repacking;

    MemoryCheck(Subject subject, MemoryPredictor predictor, Repacking repacking) {
        this.subject = subject;
        this.predictor = predictor;
        this.repacking = repacking;
    }

    /**
     * What the ledger keeps.
     *
     * @param parts the predicted buffers, when they are known
     * @param weights the weights, which are always known
     * @param unknown why no more is known, or why the compute buffer is an estimate, when that is so
     * @param fileBytes the size of the file
     * @param trainedContext the context that the model was trained for, when the file says
     * @param fittingContext the longest context per sequence that fits the machine, when one does and it is known
     */
    record Plan(
            Optional<MemoryParts> parts,
            Bytes weights,
            Optional<String> unknown,
            long fileBytes,
            OptionalLong trainedContext,
            OptionalInt fittingContext) {}

    @Override
    public String id() {
        return "hardware/memory";
    }

    @Override
    public PillarName pillar() {
        return PillarName.HARDWARE;
    }

    @Override
    public String title() {
        Workload workload = subject.workload();
        return "memory: " + sequences(workload) + " of " + workload.contextTokens() + " tokens on "
                + subject.machine().name();
    }

    @Override
    public Stage stage() {
        return Stage.EXAMINE;
    }

    @Override
    public Duration estimate() {
        return Duration.ofMillis(100);
    }

    @Override
    public List<Finding> run(Recorder recorder, Progress progress) {
        return switch (subject.candidate()) {
            case Candidate.RemoteModel model ->
                List.of(Finding.info(
                        this,
                        "runs elsewhere, at " + model.baseUri() + ": takes no memory of "
                                + subject.machine().name(),
                        List.of(),
                        List.of()));
            case Candidate.GgufFile file -> examine(file, recorder);
        };
    }

    private List<Finding> examine(Candidate.GgufFile file, Recorder recorder) {
        Workload workload = subject.workload();
        long together = (long) workload.contextTokens() * workload.concurrency();
        if (workload.concurrency() > MOST_SEQUENCES || together > MOST_TOKENS) {
            return List.of(Finding.blocks(
                    this,
                    sequences(workload) + " of " + workload.contextTokens()
                            + " tokens are more than one llama.cpp context holds (256 sequences, 2³¹ tokens)",
                    "lower concurrency or context in the workload, or spread it over several machines",
                    List.of(),
                    List.of()));
        }
        MemorySettings settings = MemorySettings.of(workload.contextTokens(), workload.concurrency(), repacking);
        Machine machine = subject.machine();
        EvidenceKey key = new EvidenceKey(
                file.identity(),
                id(),
                Digest.of(BY + "\n" + settings + "\n" + machine.memory().count()));
        Recorded<Plan> recorded =
                recorder.once(key, Plan.class, () -> plan(GgufReader.read(file.path()), settings, machine));
        List<EvidenceRef> evidence = List.of(recorded.evidence());
        List<Finding> findings = new ArrayList<>();
        findings.add(fits(recorded.value(), evidence));
        findings.add(trainedFor(recorded.value(), evidence));
        return findings;
    }

    private Plan plan(GgufHeader header, MemorySettings settings, Machine machine) {
        OptionalLong trained = header.hyperParameter("context_length");
        return switch (predictor.predict(header, settings)) {
            case MemoryPrediction.Known(MemoryParts parts, long _) ->
                planned(parts, Optional.empty(), header, trained, fittingContext(header, settings, machine));
            case MemoryPrediction.Estimated(MemoryParts parts, long _, String reason) ->
                planned(parts, Optional.of(reason), header, trained, fittingContext(header, settings, machine));
            case MemoryPrediction.Unknown(Bytes weights, String reason) ->
                new Plan(
                        Optional.empty(),
                        weights,
                        Optional.of(reason),
                        header.fileBytes(),
                        trained,
                        OptionalInt.empty());
        };
    }

    private static Plan planned(
            MemoryParts parts,
            Optional<String> unknown,
            GgufHeader header,
            OptionalLong trained,
            OptionalInt fittingContext) {
        return new Plan(
                Optional.of(parts),
                parts.weights().plus(parts.repacked()),
                unknown,
                header.fileBytes(),
                trained,
                fittingContext);
    }

    /** The longest context per sequence up to the workload's, in steps of 256 tokens, whose plan fits. */
    private OptionalInt fittingContext(GgufHeader header, MemorySettings settings, Machine machine) {
        int wanted = settings.contextTokens() / settings.sequences();
        int low = 0;
        int high = Math.ceilDiv(wanted, 256);
        while (low < high) {
            int middle = low + (high - low + 1) / 2;
            if (fits(header, settings.withContext(middle * 256), machine)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low == 0 ? OptionalInt.empty() : OptionalInt.of(Math.min(wanted, low * 256));
    }

    private boolean fits(GgufHeader header, MemorySettings settings, Machine machine) {
        return switch (predictor.predict(header, settings)) {
            case MemoryPrediction.Planned planned -> fits(planned.parts().total(), machine.memory());
            case MemoryPrediction.Unknown unknown -> false;
        };
    }

    private static boolean fits(Bytes total, Bytes memory) {
        return total.plus(MemoryParts.PROCESS).compareTo(memory) <= 0;
    }

    private Finding fits(Plan plan, List<EvidenceRef> evidence) {
        Machine machine = subject.machine();
        List<Quantity> quantities = quantities(plan);
        if (plan.parts().isEmpty()) {
            String reason = plan.unknown().orElse("nothing is known");
            if (!fits(plan.weights(), machine.memory())) {
                return Finding.blocks(
                        this,
                        "the weights alone take " + plan.weights() + ", and " + machine.name() + " has "
                                + machine.memory(),
                        "choose a smaller model or quantization, or a machine with more memory",
                        quantities,
                        evidence);
            }
            return Finding.unknown(
                    this,
                    "the weights take " + plan.weights() + "; the rest cannot be predicted: " + reason,
                    "load it on the machine and read the buffer sizes that llama.cpp reports",
                    quantities,
                    evidence);
        }
        Bytes total = plan.parts().get().total();
        String need = "needs " + total + " for " + sequences(subject.workload()) + " of "
                + subject.workload().contextTokens() + " tokens (weights " + plan.weights() + ", keys and values "
                + plan.parts().get().keysAndValues() + ", compute "
                + plan.parts().get().compute() + (plan.unknown().isPresent() ? " by estimate)" : ")");
        if (!fits(total, machine.memory())) {
            return Finding.blocks(
                    this,
                    need + " and " + MemoryParts.PROCESS + " for the process; " + machine.name() + " has "
                            + machine.memory(),
                    remedy(plan),
                    quantities,
                    evidence);
        }
        Optional<Bytes> missing = machine.available()
                .filter(available -> !fits(total, available))
                .map(available -> new Bytes(total.plus(MemoryParts.PROCESS).count() - available.count()));
        if (missing.isPresent()) {
            return Finding.condition(
                    this,
                    need + "; " + machine.name() + " has " + machine.memory() + ", but only "
                            + machine.available().orElseThrow() + " of it are available now",
                    "free " + missing.get() + " before it is started",
                    quantities,
                    evidence);
        }
        Bytes headroom = new Bytes(
                machine.memory().count() - total.plus(MemoryParts.PROCESS).count());
        return Finding.info(
                this,
                need + "; " + machine.name() + " has " + machine.memory() + ", which leaves " + headroom + " after "
                        + MemoryParts.PROCESS + " for the process",
                quantities,
                evidence);
    }

    private String remedy(Plan plan) {
        if (plan.fittingContext().isPresent()) {
            return "set the context to at most " + plan.fittingContext().getAsInt()
                    + " tokens, lower the concurrency, or choose a smaller quantization such as Q4_0";
        }
        return "choose a smaller model or quantization, or a machine with more memory: no context fits";
    }

    private Finding trainedFor(Plan plan, List<EvidenceRef> evidence) {
        long wanted = subject.workload().contextTokens();
        if (plan.trainedContext().isEmpty()) {
            return Finding.unknown(
                    this,
                    "the file does not say for which context the model was trained",
                    "look the context up in the model's card and convert the file again with it",
                    List.of(),
                    evidence);
        }
        long trained = plan.trainedContext().getAsLong();
        List<Quantity> quantities = List.of(Quantity.declared(
                "trained context",
                (double) trained,
                Quantity.Unit.COUNT,
                "the model's maker",
                "context_length in the file"));
        if (wanted > trained) {
            return Finding.blocks(
                    this,
                    "the workload's context is " + wanted + " tokens; the model was trained for " + trained,
                    "set the context to at most " + trained + " tokens, or choose a model with a longer one",
                    quantities,
                    evidence);
        }
        return Finding.info(
                this,
                "the model was trained for " + trained + " tokens, and the workload's context is " + wanted,
                quantities,
                evidence);
    }

    private List<Quantity> quantities(Plan plan) {
        String from = subject.candidate().id();
        Machine machine = subject.machine();
        List<Quantity> quantities = new ArrayList<>();
        quantities.add(new Quantity(
                Quantity.SIZE,
                plan.fileBytes(),
                Quantity.Unit.BYTES,
                Optional.empty(),
                OptionalInt.empty(),
                Quantity.Basis.MEASURED,
                "the file system",
                from));
        plan.parts().ifPresent(parts -> {
            quantities.add(planned(Quantity.MEMORY, parts.total(), from));
            quantities.add(planned("weights", parts.weights(), from));
            quantities.add(planned("repacked weights", parts.repacked(), from));
            quantities.add(planned("keys and values", parts.keysAndValues(), from));
            quantities.add(planned("compute buffer", parts.compute(), from));
            quantities.add(planned("output buffer", parts.output(), from));
        });
        quantities.add(Quantity.declared(
                "reserved for the process",
                (double) MemoryParts.PROCESS.count(),
                Quantity.Unit.BYTES,
                "Stoa",
                "heap, tokenizer tables, thread stacks"));
        quantities.add(ofMachine("machine memory", machine.memory()));
        machine.available().ifPresent(bytes -> quantities.add(ofMachine("available memory", bytes)));
        plan.fittingContext()
                .ifPresent(tokens ->
                        quantities.add(Quantity.derived("context that fits", tokens, Quantity.Unit.COUNT, BY, from)));
        return quantities;
    }

    private static Quantity planned(String name, Bytes bytes, String from) {
        return Quantity.derived(name, (double) bytes.count(), Quantity.Unit.BYTES, BY, from);
    }

    private Quantity ofMachine(String name, Bytes bytes) {
        Machine machine = subject.machine();
        return new Quantity(
                name,
                bytes.count(),
                Quantity.Unit.BYTES,
                Optional.empty(),
                OptionalInt.empty(),
                machine.measured() ? Quantity.Basis.MEASURED : Quantity.Basis.DECLARED,
                machine.by(),
                machine.name());
    }

    private static String sequences(Workload workload) {
        return workload.concurrency() == 1 ? "one sequence" : workload.concurrency() + " sequences";
    }
}
