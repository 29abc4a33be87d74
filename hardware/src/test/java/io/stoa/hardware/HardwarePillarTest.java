package io.stoa.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.engine.Engine;
import io.stoa.engine.gguf.GgmlType;
import io.stoa.hardware.machine.OtherLoad;
import io.stoa.hardware.memory.ModelShape;
import io.stoa.hardware.memory.Repacking;
import io.stoa.hardware.speed.SpeedMeasurement;
import io.stoa.hardware.speed.SpeedRound;
import io.stoa.model.Bytes;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.Finding.Weight;
import io.stoa.model.HourlyPrice;
import io.stoa.model.IntendedUse;
import io.stoa.model.Machine;
import io.stoa.model.PillarName;
import io.stoa.model.Progress;
import io.stoa.model.Quantity;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import io.stoa.model.Subject;
import io.stoa.model.Workload;
import io.stoa.model.Workload.Latency;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Collections;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class HardwarePillarTest {
    private static final Candidate NANO = new Candidate.GgufFile(
            "nano", Path.of("../examples/quickstart/models/nano.gguf"), Digest.of("nano"), List.of(), Optional.empty());
    private static final Candidate REMOTE = new Candidate.RemoteModel(
            "big", URI.create("http://127.0.0.1:1/v1"), "big", Optional.of("r1"), List.of(), Optional.empty());
    private static final Machine ROOMY = machine(Bytes.gibibytes(2), Optional.of(Bytes.gibibytes(1)), true);

    private static final IntendedUse USE = new IntendedUse(
            "a test",
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            Set.of(),
            Optional.empty(),
            Optional.empty());

    private final Ledger ledger = new Ledger();
    private Engine engine = ScriptedEngine.steady(Duration.ofMillis(400), Duration.ofMillis(10));

    @Test
    void theMemoryIsExaminedBeforeAnythingRuns() {
        List<Check> checks = plan(NANO, workload(512, 1, Latency.NO_TARGET), ROOMY);

        assertThat(checks).extracting(Check::id).containsExactly("hardware/memory", "hardware/speed");
        assertThat(checks).extracting(Check::stage).containsExactly(Check.Stage.EXAMINE, Check.Stage.RUN);
        assertThat(checks).allMatch(check -> check.pillar() == PillarName.HARDWARE);
    }

    @Test
    void whatFitsIsSaidWithAllItsNumbers() {
        List<Finding> findings = memory(NANO, workload(512, 1, Latency.NO_TARGET), ROOMY);

        assertThat(findings).extracting(Finding::weight).containsExactly(Weight.INFO, Weight.INFO);
        // llama.cpp reports 427,776 + 196,608 + 2,361,344; the output buffer is 4 bytes × 1,024 tokens.
        assertThat(quantity(findings.getFirst(), Quantity.MEMORY)).isEqualTo(427_776 + 196_608 + 2_361_344 + 4_096);
        assertThat(quantity(findings.getFirst(), Quantity.SIZE)).isEqualTo(458_048);
        assertThat(findings.getFirst().evidence()).hasSize(1);
        assertThat(findings.getFirst().sentence()).startsWith("needs 2.85 MiB for one sequence of 512 tokens");
    }

    @Test
    void everySequenceIsCounted() {
        double one = quantity(
                memory(NANO, workload(512, 1, Latency.NO_TARGET), ROOMY).getFirst(), "keys and values");
        double eight = quantity(
                memory(NANO, workload(512, 8, Latency.NO_TARGET), ROOMY).getFirst(), "keys and values");

        assertThat(eight).isEqualTo(8 * one);
    }

    @Test
    void whatDoesNotFitIsBlockedWithAContextThatDoes() {
        Machine tight = machine(Bytes.mebibytes(260), Optional.empty(), true);

        Finding finding =
                memory(NANO, workload(512, 4, Latency.NO_TARGET), tight).getFirst();

        assertThat(finding.weight()).isEqualTo(Weight.BLOCKS);
        assertThat(finding.remedy())
                .hasValueSatisfying(remedy -> assertThat(remedy).startsWith("set the context to at most 256 tokens"));
    }

    @Test
    void whatFitsInNoContextIsBlockedWithAnotherRemedy() {
        Machine tiny = machine(Bytes.mebibytes(128), Optional.empty(), false);

        Finding finding =
                memory(NANO, workload(512, 1, Latency.NO_TARGET), tiny).getFirst();

        assertThat(finding.weight()).isEqualTo(Weight.BLOCKS);
        assertThat(finding.remedy())
                .hasValueSatisfying(remedy -> assertThat(remedy).contains("no context fits"));
    }

    @Test
    void memoryThatOthersHoldNowIsACondition() {
        Machine busy = machine(Bytes.gibibytes(2), Optional.of(Bytes.mebibytes(200)), true);

        Finding finding =
                memory(NANO, workload(512, 1, Latency.NO_TARGET), busy).getFirst();

        assertThat(finding.weight()).isEqualTo(Weight.CONDITION);
        assertThat(finding.remedy()).contains("free 58.9 MiB before it is started");
    }

    @Test
    void aContextThatTheModelWasNotTrainedForIsBlocked() {
        List<Finding> findings = memory(NANO, workload(2048, 1, Latency.NO_TARGET), ROOMY);

        assertThat(findings.getLast().weight()).isEqualTo(Weight.BLOCKS);
        assertThat(findings.getLast().sentence())
                .isEqualTo("the workload's context is 2048 tokens; the model was trained for 512");
    }

    @Test
    void anArchitectureThatIsNotModelledIsUnknownUnlessItsWeightsAloneAreTooMuch(@TempDir Path folder)
            throws IOException {
        Path file = folder.resolve("novel.gguf");
        new ModelShape("novel", "novel", 2, 64, 2, 2, 32, 128, 5000, GgmlType.F16, true, 0, 0).write(file);
        Candidate novel = new Candidate.GgufFile("novel", file, Digest.of("novel"), List.of(), Optional.empty());

        assertThat(memory(novel, workload(512, 1, Latency.NO_TARGET), ROOMY).getFirst())
                .satisfies(finding -> assertThat(finding.weight()).isEqualTo(Weight.UNKNOWN))
                .satisfies(
                        finding -> assertThat(finding.sentence()).contains("the architecture novel is not modelled"));
        Machine tiny = machine(Bytes.mebibytes(256), Optional.empty(), true);
        assertThat(memory(novel, workload(512, 1, Latency.NO_TARGET), tiny)
                        .getFirst()
                        .weight())
                .isEqualTo(Weight.BLOCKS);
    }

    @Test
    void moreSequencesThanLlamaCppHoldsAreBlocked() {
        assertThat(memory(NANO, workload(512, 300, Latency.NO_TARGET), ROOMY))
                .singleElement()
                .extracting(Finding::weight)
                .isEqualTo(Weight.BLOCKS);
        assertThat(memory(NANO, workload(Integer.MAX_VALUE, 2, Latency.NO_TARGET), ROOMY))
                .singleElement()
                .extracting(Finding::weight)
                .isEqualTo(Weight.BLOCKS);
    }

    @Test
    void aRemoteModelTakesNoMemoryHere() {
        assertThat(memory(REMOTE, workload(512, 1, Latency.NO_TARGET), ROOMY))
                .singleElement()
                .satisfies(finding -> assertThat(finding.weight()).isEqualTo(Weight.INFO))
                .satisfies(finding -> assertThat(finding.sentence()).startsWith("runs elsewhere"));
    }

    @Test
    void speedIsShownWithoutTargets() {
        Finding finding = only(speed(NANO, Latency.NO_TARGET, ROOMY));

        assertThat(finding.weight()).isEqualTo(Weight.INFO);
        assertThat(finding.sentence())
                .isEqualTo("reads 500.0 tokens/s and generates 100.0 tokens/s (one stream, median of 6 rounds)");
        assertThat(quantity(finding, Quantity.PROMPT)).isEqualTo(500);
        assertThat(finding.quantities()).allSatisfy(quantity -> {
            assertThat(quantity.interval()).isPresent();
            assertThat(quantity.n()).hasValue(6);
            assertThat(quantity.basis()).isEqualTo(Quantity.Basis.MEASURED);
        });
    }

    @Test
    void targetsAreDecidedOnTheInterval() {
        assertThat(speed(NANO, latency(500, 20), ROOMY))
                .extracting(Finding::weight)
                .containsExactly(Weight.INFO, Weight.INFO, Weight.INFO);
        assertThat(speed(NANO, latency(300, 20), ROOMY))
                .extracting(Finding::weight)
                .containsExactly(Weight.INFO, Weight.BLOCKS, Weight.INFO);
        engine = new ScriptedEngine(
                number -> new ScriptedEngine.Times(Duration.ofMillis(300 + 30L * number), Duration.ofMillis(10)),
                4096,
                100);
        List<Finding> straddling = speed(NANO, latency(400, 20), machineOf("another"));
        assertThat(straddling).extracting(Finding::weight).containsExactly(Weight.INFO, Weight.UNKNOWN, Weight.INFO);
        assertThat(straddling.get(1).sentence()).contains("does not decide on the target of 400 ms");
    }

    @Test
    void oneStreamSaysOnlySoMuchAboutSeveral() {
        Check check = plan(NANO, workload(512, 4, latency(500, 5)), ROOMY).getLast();

        List<Finding> findings = check.run(ledger, Progress.NONE);

        assertThat(findings).extracting(Finding::weight).containsExactly(Weight.INFO, Weight.CONDITION, Weight.BLOCKS);
        assertThat(findings.get(1).sentence()).contains("4 at the same time were not measured");
    }

    @Test
    void aDisturbedMeasurementCanPassATargetButNotMissOne() {
        SpeedMeasurement disturbed = new SpeedMeasurement(
                Collections.nCopies(
                        6,
                        new SpeedRound(
                                200, 10, Duration.ofMillis(400), Duration.ofMillis(490), OptionalDouble.of(0.9))),
                200);
        ledger.answer(disturbed);

        assertThat(speed(NANO, latency(500, 5), ROOMY))
                .extracting(Finding::weight)
                .containsExactly(Weight.INFO, Weight.INFO, Weight.UNKNOWN);
    }

    @Test
    void tooFewRoundsDecideNothing() {
        ledger.answer(new SpeedMeasurement(
                Collections.nCopies(
                        3,
                        new SpeedRound(
                                200, 10, Duration.ofMillis(400), Duration.ofMillis(490), OptionalDouble.empty())),
                200));

        List<Finding> findings = speed(NANO, latency(500, 5), ROOMY);

        assertThat(findings).extracting(Finding::weight).containsExactly(Weight.INFO, Weight.UNKNOWN, Weight.UNKNOWN);
        assertThat(findings.get(1).sentence()).endsWith("too few answers could be timed");
    }

    @Test
    void aDeclaredMachineIsNotMeasured() {
        Machine declared = machine(Bytes.gibibytes(2), Optional.empty(), false);

        assertThat(only(speed(NANO, Latency.NO_TARGET, declared)).weight()).isEqualTo(Weight.INFO);
        assertThat(only(speed(NANO, latency(500, 20), declared)).weight()).isEqualTo(Weight.UNKNOWN);
        assertThat(((ScriptedEngine) engine).prompts()).isEmpty();
    }

    @Test
    void aModelThatCannotFitIsNotLoaded() {
        Machine tiny = machine(Bytes.mebibytes(1), Optional.empty(), true);

        assertThat(only(speed(NANO, latency(500, 20), tiny)).weight()).isEqualTo(Weight.UNKNOWN);
        assertThat(((ScriptedEngine) engine).prompts()).isEmpty();
    }

    @Test
    void aRemoteModelIsMeasuredWhateverTheMachine() {
        Machine declared = machine(Bytes.mebibytes(1), Optional.empty(), false);

        assertThat(only(speed(REMOTE, Latency.NO_TARGET, declared)).sentence()).contains("tokens/s");
    }

    @Test
    void aMeasurementIsReusedOnTheSameMachineAndBuildOnly() {
        speed(NANO, Latency.NO_TARGET, ROOMY);
        int asked = ((ScriptedEngine) engine).prompts().size();
        speed(NANO, latency(500, 20), ROOMY);
        assertThat(((ScriptedEngine) engine).prompts()).hasSize(asked);

        speed(NANO, Latency.NO_TARGET, machineOf("another processor"));
        assertThat(((ScriptedEngine) engine).prompts()).hasSizeGreaterThan(asked);
        int again = ((ScriptedEngine) engine).prompts().size();
        Check other = new HardwarePillar(candidate -> engine, "llama.cpp 9", Repacking.NONE, quiet())
                .plan(subject(NANO, workload(512, 1, Latency.NO_TARGET), ROOMY))
                .getLast();
        other.run(ledger, Progress.NONE);
        assertThat(((ScriptedEngine) engine).prompts()).hasSizeGreaterThan(again);
    }

    private static Candidate oneBillion(Path folder) throws IOException {
        Path file = folder.resolve("llama-1b.gguf");
        ModelShape shape =
                new ModelShape("llama-1b", "llama", 16, 2048, 32, 8, 64, 8192, 128256, GgmlType.Q4_0, true, 0, 0);
        shape.write(file);
        return new Candidate.GgufFile("llama-1b", file, Digest.of("llama-1b"), List.of(), Optional.empty());
    }

    private static Machine l4() {
        return new Machine("L4", Bytes.gibibytes(24), Optional.empty(), 8, "not said", false, "the test")
                .at(Optional.of(new HourlyPrice(
                        new BigDecimal("0.70"),
                        Currency.getInstance("USD"),
                        LocalDate.parse("2026-11-01"),
                        "a price list")));
    }

    /** 300 GB/s over some 0.7 GB of weights: between 190 and 400 tokens/s, whatever the engine. */
    @Test
    void machinesOfTheCatalogueAreEstimated(@TempDir Path folder) throws IOException {
        List<Finding> findings = speed(oneBillion(folder), latency(10_000, 1_000), l4());
        assertThat(findings)
                .extracting(Finding::weight)
                .containsExactly(Weight.INFO, Weight.INFO, Weight.UNKNOWN, Weight.UNKNOWN);
        assertThat(findings.getFirst().sentence()).startsWith("estimated on L4 (one of its devices), not measured");
        assertThat(quantity(findings.getFirst(), Quantity.GENERATION)).isBetween(150.0, 450.0);
        assertThat(findings.getFirst().quantities()).allMatch(one -> one.basis() == Quantity.Basis.DERIVED);
        assertThat(findings.get(1).sentence())
                .contains("a million generated tokens cost", "0.70 USD an hour (2026-11-01")
                .contains("with 1 at once on one of its devices")
                .endsWith("; its other devices could serve more at the same price");
    }

    @Test
    void whatPhysicsForbidsBlocks(@TempDir Path folder) throws IOException {
        Latency tight = new Latency(Optional.empty(), Optional.of(Duration.ofNanos(50_000)));
        List<Finding> findings = speed(oneBillion(folder), tight, l4());
        assertThat(findings.getLast().weight()).isEqualTo(Weight.BLOCKS);
        // 0.69 GB of weights less 48 MiB of cache of each of 8 devices, at 8 · 300 GB/s.
        assertThat(findings.getLast().sentence())
                .contains("time per output token takes at least 0.1")
                .contains("8 devices of L4 at their peak (bandwidth;")
                .endsWith("physics forbids the target of 0.0500 ms");
    }

    /** 1 ms is beyond one device at 92 % of its bandwidth, and not beyond eight. */
    @Test
    void whatOnlyAnEstimateForbidsIsUnknown(@TempDir Path folder) throws IOException {
        List<Finding> findings = speed(oneBillion(folder), latency(10_000, 1), l4());
        assertThat(findings.getFirst().sentence()).startsWith("estimated on L4 (one of its devices), not measured");
        assertThat(findings.getLast().weight()).isEqualTo(Weight.UNKNOWN);
        assertThat(findings.getLast().sentence()).contains("which the usual shares of its peaks do not reach");
    }

    private static Candidate large(Path folder, int layers) throws IOException {
        Path file = folder.resolve("large.gguf");
        new ModelShape("large", "llama", layers, 8192, 64, 8, 128, 28672, 128256, GgmlType.Q4_0, false, 0, 0)
                .write(file);
        return new Candidate.GgufFile("large", file, Digest.of("large"), List.of(), Optional.empty());
    }

    @Test
    void whatDoesNotFitOneDeviceIsSharedByAll(@TempDir Path folder) throws IOException {
        List<Finding> findings = speed(large(folder, 80), latency(10_000, 1_000), l4());
        assertThat(findings)
                .extracting(Finding::weight)
                .containsExactly(Weight.INFO, Weight.INFO, Weight.UNKNOWN, Weight.UNKNOWN);
        assertThat(findings.getFirst().sentence())
                .startsWith("estimated on L4 (one device is too small: 8 share it by tensors)");
        // Some 40 GB of weights, an eighth on each device at 300 GB/s: no more than 60 a second, and far more than 7.
        assertThat(quantity(findings.getFirst(), Quantity.GENERATION)).isBetween(15.0, 60.0);
    }

    @Test
    void whatFitsNoNumberOfDevicesIsUnknown(@TempDir Path folder) throws IOException {
        List<Finding> findings = speed(large(folder, 500), latency(10_000, 1_000), l4());
        assertThat(findings).extracting(Finding::weight).containsExactly(Weight.UNKNOWN);
        assertThat(findings.getFirst().sentence()).contains("it needs more memory than 8 devices of it have");
    }

    @Test
    void aRemoteModelIsNotPaidByTheHourOfThisMachine() {
        assertThat(speed(REMOTE, Latency.NO_TARGET, ROOMY.at(l4().hourly()))).hasSize(1);
    }

    @Test
    void severalAtOnceCostLessThanWasMeasured() {
        List<Finding> findings = plan(NANO, workload(512, 4, Latency.NO_TARGET), ROOMY.at(l4().hourly()))
                .getLast()
                .run(ledger, Progress.NONE);
        assertThat(findings.getLast().sentence()).endsWith("; 4 at once cost less each, which was not measured");
    }

    @Test
    void measuredSpeedHasItsCost() {
        Machine priced = ROOMY.at(l4().hourly());
        List<Finding> findings = speed(NANO, Latency.NO_TARGET, priced);
        assertThat(findings).hasSize(2);
        assertThat(findings.getLast().sentence())
                .contains("a million generated tokens cost", " USD", "always busy with one stream at a time");
    }

    private List<Check> plan(Candidate candidate, Workload workload, Machine machine) {
        return new HardwarePillar(asked -> engine, "llama.cpp 0.5.0", Repacking.NONE, quiet())
                .plan(subject(candidate, workload, machine));
    }

    private List<Finding> memory(Candidate candidate, Workload workload, Machine machine) {
        return plan(candidate, workload, machine).getFirst().run(ledger, Progress.NONE);
    }

    private List<Finding> speed(Candidate candidate, Latency latency, Machine machine) {
        return plan(candidate, workload(512, 1, latency), machine).getLast().run(ledger, Progress.NONE);
    }

    private static Finding only(List<Finding> findings) {
        assertThat(findings).hasSize(1);
        return findings.getFirst();
    }

    private static double quantity(Finding finding, String name) {
        return finding.quantities().stream()
                .filter(quantity -> quantity.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    /** A system that does not tell its load, as on a machine without /proc. */
    private static OtherLoad quiet() {
        return new OtherLoad(Path.of("/no/such/root"));
    }

    private static Machine machine(Bytes memory, Optional<Bytes> available, boolean measured) {
        return new Machine("test machine", memory, available, 2, "Example 9000", measured, "the test");
    }

    private static Machine machineOf(String processor) {
        return new Machine("test machine", ROOMY.memory(), ROOMY.available(), 2, processor, true, "the test");
    }

    private static Workload workload(int context, int concurrency, Latency latency) {
        return new Workload(List.of(), 200, 20, context, concurrency, latency);
    }

    private static Latency latency(long firstToken, long eachToken) {
        return new Latency(Optional.of(Duration.ofMillis(firstToken)), Optional.of(Duration.ofMillis(eachToken)));
    }

    private static Subject subject(Candidate candidate, Workload workload, Machine machine) {
        return new Subject(candidate, workload, machine, USE);
    }

    /** Keeps everything as JSON, as the ledger does. */
    private static final class Ledger implements Recorder {
        private final Map<EvidenceKey, Recorded<?>> entries = new HashMap<>();
        private Optional<Record> given = Optional.empty();

        /** Answers the next question with this instead of measuring. */
        void answer(Record value) {
            given = Optional.of(value);
        }

        @Override
        public <T extends Record> Recorded<T> once(EvidenceKey key, Class<T> type, Supplier<T> measure) {
            Recorded<?> known = entries.get(key);
            if (known != null) {
                return new Recorded<>(type.cast(known.value()), known.evidence(), true);
            }
            T value = given.map(type::cast).orElseGet(measure);
            JsonMapper json = JsonMapper.shared();
            String written = json.writeValueAsString(value);
            T read = json.readValue(written, type);
            assertThat(read).isEqualTo(value);
            Recorded<T> recorded = new Recorded<>(read, new EvidenceRef(entries.size() + 1, Digest.of(written)), false);
            entries.put(key, recorded);
            return recorded;
        }
    }
}
