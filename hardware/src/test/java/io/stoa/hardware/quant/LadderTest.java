package io.stoa.hardware.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.engine.llama.LogSink;
import io.stoa.hardware.speed.SpeedMeasurement;
import io.stoa.hardware.speed.SpeedRound;
import io.stoa.model.Interval;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LadderTest {
    private static final Path MODELS = Path.of("../examples/quickstart/models");

    private final LlamaRuntime runtime = LlamaRuntime.load(
            Path.of(System.getProperty("stoa.natives", "../engine/target/natives")), LogSink.systemLogger());

    @TempDir
    private Path folder;

    /** The quickstart's documents, without their titles, a line each. */
    private static String text() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(Path.of("../examples/quickstart/corpus"))) {
            for (Path file : files.sorted().toList()) {
                text.append(Files.readAllLines(file).getLast()).append('\n');
            }
        }
        return text.toString();
    }

    private LadderSource source(Path base) throws IOException {
        return new LadderSource(runtime, base, base.toString(), text(), Optional.empty(), "", 64, 0, 1);
    }

    private static Margins margin(double divergence) {
        return new Margins(divergence, OptionalDouble.empty(), 0.95);
    }

    private Ladder.Options options(boolean all) {
        return new Ladder.Options(folder.resolve("work"), Optional.empty(), Optional.empty(), Optional.empty(), all);
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("work"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(".json"))
                    .toList();
        }
    }

    @Test
    void namesTheCheapestAndLeavesNothing() throws IOException {
        Ladder ladder = new Ladder(source(MODELS.resolve("nano.gguf")), margin(0.04));
        Ladder.Plan plan = ladder.plan(runtime.supportedQuantizations(), false);
        assertThat(plan.rungs())
                .extracting(PlannedRung::type)
                .containsExactlyInAnyOrder("Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0", "IQ4_NL");
        assertThat(plan.untried()).extracting(LadderResult.Untried::type).contains("F16", "Q4_K_M", "Q2_K");
        LadderResult all = ladder.climb(plan, options(true), notes("a"), Progress.NONE, _ -> {});
        assertThat(all.rungs()).hasSize(6);
        all.rungs()
                .forEach(rung -> assertThat(rung.bytes())
                        .isEqualTo(plan.rungs().stream()
                                .filter(planned -> planned.type().equals(rung.type()))
                                .findFirst()
                                .orElseThrow()
                                .plan()
                                .file()
                                .count()));
        LadderResult halved = ladder.climb(plan, options(false), notes("b"), Progress.NONE, _ -> {});
        assertThat(halved.cheapest()).isEqualTo(all.cheapest()).isPresent();
        assertThat(halved.rungs().size()).isLessThanOrEqualTo(3);
        assertThat(left()).isEmpty();
    }

    private RungNotes notes(String name) {
        return new RungNotes(folder.resolve("notes-" + name));
    }

    /** What a ladder decided early is what the whole text says. */
    @Test
    void decidesEarlyWhatTheWholeTextSays() throws IOException {
        for (String model : List.of("nano", "micro")) {
            Ladder ladder = new Ladder(source(MODELS.resolve(model + ".gguf")), margin(0.05));
            Ladder.Plan plan = ladder.plan(List.of("Q8_0", "Q5_0", "Q4_0"), true);
            LadderResult early = ladder.climb(plan, options(true), notes(model), Progress.NONE, _ -> {});
            for (MeasuredRung rung : early.rungs()) {
                Path file = folder.resolve(rung.type() + ".gguf");
                runtime.quantize(MODELS.resolve(model + ".gguf"), file, rung.type(), 1);
                double whole = runtime.divergence(MODELS.resolve(model + ".gguf"), file, text(), 64, 1, Progress.NONE)
                        .divergence()
                        .value();
                assertThat(rung.decision())
                        .as("%s %s: %f", model, rung.type(), whole)
                        .isEqualTo(whole <= 0.05 ? Decision.NOT_INFERIOR : Decision.INFERIOR);
                assertThat(rung.divergence().interval().orElseThrow().contains(whole))
                        .isTrue();
            }
            System.out.printf("%s: %.1f %% of the text read%n", model, 100 * early.shareRead());
            assertThat(early.shareRead()).isLessThanOrEqualTo(0.25);
        }
    }

    @Test
    void goesOnWhereItWas() throws IOException {
        Ladder ladder = new Ladder(source(MODELS.resolve("nano.gguf")), margin(0.5));
        Ladder.Plan plan = ladder.plan(List.of("Q8_0", "Q4_0"), true);
        List<MeasuredRung> first = new ArrayList<>();
        ladder.climb(plan, options(true), notes("c"), Progress.NONE, first::add);
        try (Stream<Path> notes = Files.list(folder.resolve("notes-c"))) {
            assertThat(notes).hasSize(2);
        }
        List<MeasuredRung> second = new ArrayList<>();
        long start = System.nanoTime();
        LadderResult again = ladder.climb(plan, options(true), notes("c"), Progress.NONE, second::add);
        assertThat(second).isEqualTo(first);
        assertThat(again.windows()).isEqualTo(first.getFirst().windows());
        assertThat(System.nanoTime() - start).as("no model is opened").isLessThan(5_000_000_000L);
        try (Stream<Path> notes = Files.list(folder.resolve("notes-c"))) {
            for (Path note : notes.toList()) {
                Files.writeString(note, "{\"type\": 3");
            }
        }
        List<MeasuredRung> third = new ArrayList<>();
        ladder.climb(plan, options(true), notes("c"), Progress.NONE, third::add);
        assertThat(third).as("a broken note is measured again").isEqualTo(first);
    }

    @Test
    void asksTasksOnlyOfRungsThatMayStay() throws IOException {
        List<String> asked = new ArrayList<>();
        Ladder.Options options = new Ladder.Options(
                folder.resolve("work"),
                Optional.of(folder.resolve("kept")),
                Optional.empty(),
                Optional.of(lost(asked, "some documents")),
                true);
        Ladder ladder = new Ladder(source(MODELS.resolve("nano.gguf")), margin(0.004));
        LadderResult result =
                ladder.climb(ladder.plan(List.of("Q8_0", "Q4_0"), true), options, notes("d"), Progress.NONE, _ -> {});
        assertThat(asked).containsExactly("nano-Q8_0");
        assertThat(result.cheapest()).isEmpty();
        assertThat(result.rungs()).allMatch(rung -> rung.decision() == Decision.INFERIOR);
        assertThat(folder.resolve("kept").resolve("nano-Q8_0.gguf")).hasSize(258_368);

        Files.delete(folder.resolve("kept").resolve("nano-Q8_0.gguf"));
        LadderResult again =
                ladder.climb(ladder.plan(List.of("Q8_0", "Q4_0"), true), options, notes("d"), Progress.NONE, _ -> {});
        assertThat(asked).as("what was measured is only made again").hasSize(1);
        assertThat(again.rungs()).isEqualTo(result.rungs());
        try (Stream<Path> kept = Files.list(folder.resolve("kept"))) {
            assertThat(kept.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("nano-Q8_0.gguf", "nano-Q4_0.gguf");
        }

        Ladder.Options others = new Ladder.Options(
                folder.resolve("work"),
                Optional.empty(),
                Optional.empty(),
                Optional.of(lost(asked, "other documents")),
                true);
        ladder.climb(ladder.plan(List.of("Q8_0"), true), others, notes("d"), Progress.NONE, _ -> {});
        assertThat(asked).as("other documents are another measurement").hasSize(2);
    }

    private static TaskComparison lost(List<String> asked, String identity) {
        return new TaskComparison() {
            @Override
            public TaskOutcome compare(Path base, Path rung) {
                asked.add(rung.getFileName().toString().replaceFirst("\\.\\d+\\.gguf$", ""));
                return new TaskOutcome("made up", 5, 1, 0, new Interval(-1, -0.5), Decision.INFERIOR);
            }

            @Override
            public String identity() {
                return identity;
            }
        };
    }

    private static SpeedTrial trial(String machine, AtomicInteger measured) {
        return new SpeedTrial() {
            @Override
            public SpeedMeasurement measure(Path gguf) {
                measured.incrementAndGet();
                return new SpeedMeasurement(
                        List.of(new SpeedRound(
                                100, 1, Duration.ofSeconds(1), Duration.ofSeconds(1), OptionalDouble.empty())),
                        100);
            }

            @Override
            public String identity() {
                return machine;
            }
        };
    }

    /** A speed that was measured elsewhere is none of this machine. */
    @Test
    void speedsAreOfTheirMachine() throws IOException {
        Ladder ladder = new Ladder(source(MODELS.resolve("nano.gguf")), margin(0.5));
        Ladder.Plan plan = ladder.plan(List.of("Q8_0"), true);
        AtomicInteger measured = new AtomicInteger();
        for (String machine : List.of("one", "one", "another")) {
            Ladder.Options options = new Ladder.Options(
                    folder.resolve("work"),
                    Optional.empty(),
                    Optional.of(trial(machine, measured)),
                    Optional.empty(),
                    true);
            LadderResult result = ladder.climb(plan, options, notes("e"), Progress.NONE, _ -> {});
            assertThat(result.rungs().getFirst().speed().orElseThrow().prompt().median())
                    .isEqualTo(100);
        }
        assertThat(measured).hasValue(2);
    }

    @Test
    void aShortTextIsRefusedBeforeAnythingIsMade() {
        LadderSource shortText = new LadderSource(
                runtime,
                MODELS.resolve("nano.gguf"),
                "nano",
                "a few words of text. ".repeat(60),
                Optional.empty(),
                "",
                64,
                0,
                1);
        Ladder ladder = new Ladder(shortText, margin(0.5));
        Ladder.Plan plan = ladder.plan(List.of("Q8_0"), true);
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> ladder.climb(plan, options(true), notes("f"), Progress.NONE, _ -> {}))
                .withMessageContaining("whole windows, and nothing is decided before 24")
                .withMessageContaining("--window");
        assertThat(folder.resolve("work")).doesNotExist();
    }

    @Test
    void filesHaveTheUsualPermissions() throws IOException {
        Ladder ladder = new Ladder(source(MODELS.resolve("nano.gguf")), margin(0.5));
        Ladder.Options options = new Ladder.Options(
                folder.resolve("work"), Optional.of(folder.resolve("kept")), Optional.empty(), Optional.empty(), true);
        ladder.climb(ladder.plan(List.of("Q8_0"), true), options, notes("g"), Progress.NONE, _ -> {});
        Set<PosixFilePermission> usual = Files.getPosixFilePermissions(Files.createFile(folder.resolve("usual")));
        assertThat(Files.getPosixFilePermissions(folder.resolve("kept").resolve("nano-Q8_0.gguf")))
                .isEqualTo(usual);
        try (Stream<Path> notes = Files.list(folder.resolve("notes-g"))) {
            assertThat(notes.toList())
                    .singleElement()
                    .satisfies(note ->
                            assertThat(Files.getPosixFilePermissions(note)).isEqualTo(usual));
        }
    }

    @Test
    void refusesWhatCannotBeClimbed() throws IOException {
        Path q8 = folder.resolve("q8.gguf");
        runtime.quantize(MODELS.resolve("nano.gguf"), q8, "Q8_0", 1);
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> new Ladder(source(q8), margin(1)).plan(List.of("Q4_0"), false))
                .withMessageContaining("quantized already");
        Ladder ladder = new Ladder(source(MODELS.resolve("nano.gguf")), margin(1));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> ladder.plan(List.of("Q4_K_M"), true))
                .withMessageContaining("a block of");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> ladder.plan(List.of("Q9"), false))
                .withMessageContaining("no such quantization");
    }

    @Test
    void aLayerThatMustNotBeQuantizedStaysAndOneThatMayBecomesSmallest() throws IOException {
        Path fragile = ArtificialModels.withOutliers(MODELS.resolve("nano.gguf"), 1, folder.resolve("fragile.gguf"));
        TensorMix.Mixed first = new TensorMix(source(fragile), margin(0.05))
                .make(folder.resolve("fragile-mix.gguf"), folder.resolve("work"), Progress.NONE);
        print(first);
        assertThat(types(first, "layer 1,"))
                .as("in any block type it loses far more than the margin")
                .containsOnly(GgmlType.F16);
        assertThat(types(first, "layer 0,")).doesNotContain(GgmlType.F16);
        assertThat(types(first, "layer 2,")).doesNotContain(GgmlType.F16);
        assertThat(first.whole().decision()).isEqualTo(Decision.NOT_INFERIOR);
        assertThat(folder.resolve("fragile-mix.gguf")).hasSize(first.whole().bytes());

        Path idle = ArtificialModels.withIdleLayer(MODELS.resolve("nano.gguf"), 1, folder.resolve("idle.gguf"));
        TensorMix.Mixed second = new TensorMix(source(idle), margin(0.005))
                .make(folder.resolve("idle-mix.gguf"), folder.resolve("work"), Progress.NONE);
        print(second);
        assertThat(types(second, "layer 1,")).containsOnly(GgmlType.Q4_0);
        assertThat(second.groups())
                .filteredOn(group -> group.group().startsWith("layer 1,"))
                .allSatisfy(group -> assertThat(group.loss()).isCloseTo(0, within(1e-9)));
        assertThat(types(second, "layer 0,")).doesNotContain(GgmlType.Q4_0);
        assertThat(second.whole().decision()).isEqualTo(Decision.NOT_INFERIOR);
        assertThat(left()).isEmpty();
    }

    private static List<GgmlType> types(TensorMix.Mixed mixed, String group) {
        return mixed.groups().stream()
                .filter(assignment -> assignment.group().startsWith(group))
                .map(TensorMix.Assignment::type)
                .toList();
    }

    private static void print(TensorMix.Mixed mixed) {
        System.out.println(mixed.groups().stream()
                .map(group -> group.group() + " " + group.type() + " " + group.losses())
                .collect(Collectors.joining("\n")));
        System.out.println(mixed.whole());
    }
}
