package io.stoa.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.stoa.benchmark.task.Answer;
import io.stoa.engine.Engine;
import io.stoa.model.Bytes;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.Finding;
import io.stoa.model.IntendedUse;
import io.stoa.model.Machine;
import io.stoa.model.PairedComparison;
import io.stoa.model.PillarName;
import io.stoa.model.Progress;
import io.stoa.model.Quantity;
import io.stoa.model.StoaException;
import io.stoa.model.Subject;
import io.stoa.model.TaskKind;
import io.stoa.model.Workload;
import io.stoa.model.Workload.TaskSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarkPillarTest {
    @TempDir
    private Path folder;

    private final MemoryRecorder ledger = new MemoryRecorder();

    @Test
    void plansOneCheckPerTaskOfItsOwn() throws IOException {
        TaskKind tools = new TaskKind.ToolCall(folder.resolve("not-read.jsonl"), 8);
        Subject subject = subject(
                "a",
                new TaskSpec("reading", 0.5, OptionalDouble.empty(), Optional.of(50), false, exact(200)),
                new TaskSpec("choice", 0.3, OptionalDouble.empty(), Optional.empty(), false, choices(30)),
                new TaskSpec("tools", 0.2, OptionalDouble.empty(), Optional.empty(), false, tools));
        List<Check> checks = pillar(new ScriptedEngine()).plan(subject);
        assertThat(checks).extracting(Check::id).containsExactly("benchmark/reading", "benchmark/choice");
        assertThat(checks)
                .extracting(Check::title)
                .containsExactly("reading: 50 of 200 items, exact match", "choice: 30 items, multiple choice");
        assertThat(checks).allSatisfy(check -> {
            assertThat(check.pillar()).isEqualTo(PillarName.BENCHMARK);
            assertThat(check.stage()).isEqualTo(Check.Stage.RUN);
            assertThat(check.estimate()).isPositive().isLessThan(Duration.ofMinutes(1));
        });
    }

    @Test
    void aBrokenItemFileIsRefusedBeforeAnythingRuns() throws IOException {
        Path file = Files.writeString(folder.resolve("broken.jsonl"), "{\"id\": 1}\n");
        Subject subject = subject("a", gated("reading", 0.9, new TaskKind.ExactMatch(file, 8)));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> pillar(new ScriptedEngine()).plan(subject))
                .withMessageContaining("broken.jsonl:1: \"id\" is not a text but NUMBER");
    }

    @Test
    void aScoreAboveItsGatePasses() throws IOException {
        Finding finding = only(run(rightUpTo(197), gated("reading", 0.9, exact(200))));
        assertThat(finding.weight()).isEqualTo(Finding.Weight.INFO);
        assertThat(finding.sentence())
                .isEqualTo("reading passes: 0.985 (Wilson 95 % 0.957–0.995, n = 200) is above the gate 0.9");
        assertThat(finding.quantities()).hasSize(2).first().satisfies(score -> {
            assertThat(score.name()).isEqualTo(Quantity.SCORE);
            assertThat(score.value()).isCloseTo(0.985, within(1e-12));
            assertThat(score.n()).hasValue(200);
            assertThat(score.basis()).isEqualTo(Quantity.Basis.MEASURED);
            assertThat(score.from()).startsWith("exact-200.jsonl (sha256 ");
        });
        assertThat(finding.evidence()).hasSize(8);
    }

    @Test
    void aScoreBelowItsGateBlocks() throws IOException {
        Finding finding = only(run(rightUpTo(60), gated("reading", 0.9, exact(200))));
        assertThat(finding.weight()).isEqualTo(Finding.Weight.BLOCKS);
        assertThat(finding.sentence()).contains("reading fails: 0.300", "is below the gate 0.9");
    }

    /** By hand: n = ((1.95996 · √(0.9 · 0.1) + 0.84162 · √(0.925 · 0.075)) / 0.025)² = 1048.8…, rounded up. */
    @Test
    void aScoreAroundItsGateIsUnknownAndSaysHowManyItemsWouldTell() throws IOException {
        Finding finding = only(run(rightUpTo(185), gated("reading", 0.9, exact(200))));
        assertThat(finding.weight()).isEqualTo(Finding.Weight.UNKNOWN);
        assertThat(finding.sentence()).contains("0.925").contains("has the gate 0.9 inside its interval");
        assertThat(finding.remedy().orElseThrow())
                .isEqualTo("add items to exact-200.jsonl: about 1049 in all, 849 more, decide it with 80 % probability"
                        + " if the true share is 0.925");
    }

    @Test
    void aClearGateIsDecidedBeforeAllItemsAreAsked() throws IOException {
        ScriptedEngine engine = rightUpTo(2000);
        Finding finding = only(run(engine, watched("reading", 0.9, exact(2000))));
        assertThat(finding.weight()).isEqualTo(Finding.Weight.INFO);
        assertThat(finding.sentence())
                .matches(
                        "reading passes: 1\\.000 \\(betting confidence sequence 99 % 0\\.9\\d\\d–1\\.000, n = \\d+ of 2000,"
                                + " decided early\\) is above the gate 0\\.9");
        assertThat(engine.asked()).hasSizeBetween(50, 150);
        assertThat(finding.evidence()).hasSize(engine.asked().size() / 25);
        assertThat(finding.quantities()).singleElement().satisfies(score -> {
            assertThat(score.n()).hasValue(engine.asked().size());
            assertThat(score.by()).isEqualTo("betting confidence sequence interval, confidence 0.99");
        });

        ScriptedEngine weak = rightUpTo(1000);
        Finding failed = only(checks(subject("weak", watched("reading", 0.9, exact(2000))), weak));
        assertThat(failed.weight()).isEqualTo(Finding.Weight.BLOCKS);
        assertThat(weak.asked()).hasSizeLessThanOrEqualTo(50);
        assertThat(weak.asked())
                .isEqualTo(engine.asked().subList(0, weak.asked().size()));
    }

    /** The verdict is that of an undisturbed run, whatever the ledger already holds. */
    @Test
    void moreAnswersThanNeededChangeNoVerdict() throws IOException {
        TaskKind.ExactMatch kind = exact(500);
        List<Finding> alone = checks(subject("a", watched("reading", 0.9, kind)), rightUpTo(250));
        ScriptedEngine whole = rightUpTo(250);
        checks(subject("b", ungated("reading", kind)), whole);
        assertThat(whole.asked()).hasSize(500);
        List<Finding> later = checks(subject("b", watched("reading", 0.9, kind)), rightUpTo(0));
        assertThat(later)
                .extracting(Finding::sentence)
                .isEqualTo(List.of(only(alone).sentence()));
    }

    @Test
    void aWatchedGateThatNothingDecidesIsJudgedOnAllItemsAtWhatTheLooksLeft() throws IOException {
        Finding finding = only(run(rightUpTo(185), watched("reading", 0.9, exact(200))));
        assertThat(finding.weight()).isEqualTo(Finding.Weight.UNKNOWN);
        assertThat(finding.sentence())
                .isEqualTo("reading is undecided: 0.925 (Wilson 96 % 0.877–0.955, n = 200) has the gate 0.9 inside its"
                        + " interval");
        assertThat(finding.remedy().orElseThrow()).contains("about 1124 in all, 924 more");
    }

    /** With one batch there is no look before the last, and nothing is set aside for one. */
    @Test
    void aSingleBatchIsJudgedOnce() throws IOException {
        assertThat(only(run(rightUpTo(20), watched("reading", 0.9, exact(25)))).sentence())
                .contains("(Wilson 95 % ");
    }

    @Test
    void theLedgerHoldsTheOrder() throws IOException {
        run(rightUpTo(60), ungated("reading", exact(60)));
        List<Answers> recorded = ledger.keys().stream()
                .map(key -> ledger.once(key, Answers.class, () -> {
                            throw new AssertionError(key + " is not in the ledger");
                        })
                        .value())
                .toList();
        assertThat(recorded).extracting(Answers::first).containsExactly(0, 25, 50);
        assertThat(recorded)
                .extracting(Answers::seed)
                .containsOnly(recorded.getFirst().seed());
    }

    @Test
    void anUndecidedLimitIsToBeRaised() throws IOException {
        Finding finding = only(run(
                rightUpTo(185),
                new TaskSpec("reading", 1, OptionalDouble.of(0.9), Optional.of(40), false, exact(200))));
        assertThat(finding.weight()).isEqualTo(Finding.Weight.UNKNOWN);
        assertThat(finding.remedy().orElseThrow())
                .startsWith("raise the limit of reading (there are 200 items): about ");
    }

    @Test
    void neitherTheGateItselfNorAGateOfOnePromisesANumber() throws IOException {
        assertThat(only(run(rightUpTo(180), gated("reading", 0.9, exact(200))))
                        .remedy()
                        .orElseThrow())
                .contains("exactly at the gate");
        assertThat(only(run(rightUpTo(40), gated("perfect", 1, exact(40))))
                        .remedy()
                        .orElseThrow())
                .contains("set a gate below 1");
    }

    @Test
    void withoutAGateItIsInformation() throws IOException {
        Finding finding = only(run(rightUpTo(3), ungated("reading", exact(40))));
        assertThat(finding.weight()).isEqualTo(Finding.Weight.INFO);
        assertThat(finding.sentence()).contains("reading scores 0.075", "without a gate");
    }

    @Test
    void multipleChoiceShowsAccNormAndNoticesGuessing() throws IOException {
        TaskSpec task = ungated("choice", choices(40));
        List<Finding> good = run(new ScriptedEngine().scoring(BenchmarkPillarTest::knowing), task);
        assertThat(only(good).quantities())
                .extracting(Quantity::name, Quantity::value)
                .containsExactly(tuple("score", 1.0), tuple("score, exact interval", 1.0), tuple("acc_norm", 1.0));

        List<Finding> guessing = new ArrayList<>(
                checks(subject("other", task), new ScriptedEngine().scoring((message, choice) -> List.of(-1.0))));
        assertThat(guessing).hasSize(2);
        assertThat(guessing.getLast().weight()).isEqualTo(Finding.Weight.INFO);
        assertThat(guessing.getLast().sentence()).contains("is not distinguishable from guessing, which scores 0.250");

        List<Finding> inverted = checks(
                subject("third", task),
                new ScriptedEngine()
                        .scoring((message, choice) ->
                                List.of(knowing(message, choice).getFirst() == -1.0 ? -3.0 : -1.0)));
        assertThat(inverted.getLast().sentence()).contains("is worse than guessing");
    }

    @Test
    void anEngineThatCannotScoreLeavesItUnknown() throws IOException {
        ScriptedEngine engine = new ScriptedEngine().without(Engine.Capability.SCORE);
        Finding finding = only(run(engine, gated("choice", 0.5, choices(40))));
        assertThat(finding.weight()).isEqualTo(Finding.Weight.UNKNOWN);
        assertThat(finding.sentence()).contains("multiple choice needs SCORE", "scripted 1 supports only [GENERATE]");
        assertThat(engine.asked()).isEmpty();
        assertThat(ledger.keys()).isEmpty();
    }

    @Test
    void aKilledRunGoesOnWhereItWas() throws IOException {
        TaskSpec task = gated("reading", 0.5, exact(60));
        ScriptedEngine undisturbed = rightUpTo(60);
        checks(subject("undisturbed", task), undisturbed);
        String fatal = undisturbed.asked().get(30);
        MemoryRecorder ledger = new MemoryRecorder();
        ScriptedEngine dying = new ScriptedEngine().answering(message -> {
            if (message.equals(fatal)) {
                throw StoaException.engine("the power went out");
            }
            return "answer";
        });
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(
                        () -> pillar(dying).plan(subject("a", task)).getFirst().run(ledger, Progress.NONE))
                .withMessage("the power went out");
        assertThat(ledger.keys()).extracting(EvidenceKey::check).containsExactly("benchmark/reading#0");

        ScriptedEngine second = rightUpTo(60);
        List<String> progress = new ArrayList<>();
        Check check = pillar(second).plan(subject("a", task)).getFirst();
        check.run(ledger, (done, total) -> progress.add(done + "/" + total));
        assertThat(second.asked())
                .as("every candidate is asked in the same order")
                .isEqualTo(undisturbed.asked().subList(25, 60));
        assertThat(progress.getFirst()).isEqualTo("25/60");
        assertThat(progress.getLast()).isEqualTo("60/60");
        assertThat(ledger.keys())
                .extracting(EvidenceKey::check)
                .containsExactly("benchmark/reading#0", "benchmark/reading#1", "benchmark/reading#2");

        Check again = new BenchmarkPillar(
                        candidate -> {
                            throw new AssertionError("everything is in the ledger: no engine is needed");
                        },
                        "scripted 1",
                        0.95)
                .plan(subject("a", task))
                .getFirst();
        assertThat(again.run(ledger, Progress.NONE)).isEqualTo(check.run(ledger, Progress.NONE));
        assertThat(ledger.keys()).hasSize(3);
    }

    @Test
    void whatChangesAnAnswerIsMeasuredAnewAndWhatDoesNotIsKept() throws IOException {
        TaskKind.ExactMatch kind = exact(50);
        run(rightUpTo(50), new TaskSpec("reading", 1, OptionalDouble.empty(), Optional.of(25), false, kind));
        assertThat(ledger.keys()).hasSize(1);

        ScriptedEngine raised = rightUpTo(50);
        run(raised, new TaskSpec("reading", 0.2, OptionalDouble.of(0.5), Optional.empty(), false, kind));
        assertThat(raised.asked()).as("a raised limit asks only what is new").hasSize(25);

        ScriptedEngine longer = rightUpTo(50);
        run(longer, ungated("reading", new TaskKind.ExactMatch(kind.items(), 99)));
        assertThat(longer.asked()).as("longer answers").hasSize(50);

        ScriptedEngine built = rightUpTo(50);
        new BenchmarkPillar(candidate -> built, "scripted 2", 0.95)
                .plan(subject("a", ungated("reading", kind)))
                .getFirst()
                .run(ledger, Progress.NONE);
        assertThat(built.asked()).as("another engine build").hasSize(50);

        ScriptedEngine wider = rightUpTo(50);
        Subject here = subject("a", ungated("reading", kind));
        Workload workload = here.workload();
        Workload widened = new Workload(workload.tasks(), 100, 10, 1024, 1, workload.latency());
        checks(new Subject(here.candidate(), widened, here.machine(), here.use()), wider);
        assertThat(wider.asked()).as("another context").hasSize(50);

        ScriptedEngine edited = rightUpTo(50);
        Files.writeString(kind.items(), Files.readString(kind.items()).replace("Question 7\"", "Question seven\""));
        run(edited, ungated("reading", kind));
        assertThat(edited.asked()).as("an edited item").hasSize(50).contains("Question seven");
    }

    @Test
    void whatDoesNotFitCountsAsWrongAndIsNamed() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            String prompt = i % 10 == 0 ? "Question " + "very ".repeat(100) + "long" : "Question " + i;
            lines.append(line("q" + i, prompt, "answer"));
        }
        Path file = Files.writeString(folder.resolve("long.jsonl"), lines);
        ScriptedEngine engine = new ScriptedEngine().reading(50).answering(message -> "answer");
        Finding finding = only(run(engine, ungated("reading", new TaskKind.ExactMatch(file, 8))));
        assertThat(finding.sentence())
                .contains("reading scores 0.900")
                .containsPattern(
                        "; 3 refused by the engine and counted as wrong: q\\d+, q\\d+, q\\d+ \\(a prompt of 102"
                                + " tokens does not fit the context of 50\\)")
                .contains("q0", "q10", "q20");
    }

    /** A missing key or a broken template refuses every prompt; recording that as wrong answers would be a lie. */
    @Test
    void anEngineThatRefusesEverythingEndsTheRun() throws IOException {
        ScriptedEngine engine = new ScriptedEngine().answering(message -> {
            throw StoaException.user("OPENAI_API_KEY is not set; export it");
        });
        TaskSpec task = gated("reading", 0.9, exact(30));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> run(engine, task))
                .withMessageContaining("OPENAI_API_KEY");
        assertThat(ledger.keys()).isEmpty();
    }

    @Test
    void comparesCandidatesItemByItemWithoutAskingAgain() throws IOException {
        TaskSpec task = ungated("reading", exact(100));
        TaskSpec other = ungated("choice", choices(40));
        Subject first = subject("first", task, other);
        Subject second = subject("second", task, other);
        Subject unfinished = subject("unfinished", task, other);
        checks(first, rightUpTo(90).scoring(BenchmarkPillarTest::knowing));
        checks(second, rightUpTo(70).scoring(BenchmarkPillarTest::knowing));
        BenchmarkPillar reader = new BenchmarkPillar(
                candidate -> {
                    throw new AssertionError("a comparison asks no engine");
                },
                "scripted 1",
                0.95);

        assertThat(reader.answers(first, "reading", ledger).orElseThrow())
                .hasSize(100)
                .filteredOn(Answer::right)
                .hasSize(90);
        assertThat(reader.answers(unfinished, "reading", ledger)).isEmpty();
        assertThat(reader.answers(first, "no-such-task", ledger)).isEmpty();

        int before = ledger.keys().size();
        List<PairedComparison> comparisons = reader.compare(List.of(first, second, unfinished, first), ledger);
        assertThat(ledger.keys()).hasSize(before);
        assertThat(comparisons).extracting(PairedComparison::task).containsExactly("reading", "choice");
        PairedComparison reading = comparisons.getFirst();
        assertThat(List.of(reading.bothRight(), reading.onlyFirst(), reading.onlySecond(), reading.bothWrong()))
                .containsExactly(70, 20, 0, 10);
        assertThat(reading.first()).isEqualTo("first");
        assertThat(reading.second()).isEqualTo("second");
        assertThat(reading.difference()).isCloseTo(0.2, within(1e-12));
        assertThat(reading.interval().low()).isPositive();
        assertThat(reading.p()).isCloseTo(2 * Math.pow(0.5, 20), within(1e-12));
        assertThat(reading.adjusted()).isCloseTo(2 * reading.p(), within(1e-12));
        assertThat(comparisons.getLast().p()).isEqualTo(1);
    }

    @Test
    void comparesOnlyWhatWasAskedOfBothInTheSameWay() throws IOException {
        TaskKind.ExactMatch kind = exact(100);
        Subject all = subject("all", ungated("reading", kind));
        Subject some =
                subject("some", new TaskSpec("reading", 1, OptionalDouble.empty(), Optional.of(40), false, kind));
        Subject longer = subject("longer", ungated("reading", new TaskKind.ExactMatch(kind.items(), 99)));
        for (Subject subject : List.of(all, some, longer)) {
            checks(subject, rightUpTo(50));
        }
        List<PairedComparison> comparisons = pillar(new ScriptedEngine()).compare(List.of(all, some, longer), ledger);
        assertThat(comparisons).singleElement().satisfies(comparison -> {
            assertThat(comparison.first()).isEqualTo("all");
            assertThat(comparison.second()).isEqualTo("some");
            assertThat(comparison.n()).isEqualTo(40);
        });
    }

    /** Both stop early, at different items: the common ones are compared, by a test that withstands it. */
    @Test
    void comparesTheCommonItemsByBettingWhereAskingEndedEarly() throws IOException {
        TaskKind.ExactMatch kind = exact(1000);
        Subject strong = subject("strong", watched("reading", 0.9, kind));
        Subject weak = subject("weak", watched("reading", 0.9, kind));
        ScriptedEngine well = rightUpTo(1000);
        ScriptedEngine badly = rightUpTo(100);
        checks(strong, well);
        checks(weak, badly);
        int common = Math.min(well.asked().size(), badly.asked().size());
        assertThat(well.asked()).hasSizeGreaterThan(badly.asked().size());

        assertThat(pillar(well).compare(List.of(strong, weak), ledger))
                .singleElement()
                .satisfies(comparison -> {
                    assertThat(comparison.n()).isEqualTo(common);
                    assertThat(comparison.method()).isEqualTo("betting");
                    assertThat(comparison.p()).isLessThan(0.05);
                    assertThat(comparison.interval().low()).isPositive();
                    assertThat(comparison.interval().contains(0.9)).isTrue();
                });
    }

    @Test
    void aWatchedPairThatAnsweredEverythingPaysForTheLooks() throws IOException {
        TaskKind.ExactMatch kind = exact(50);
        Subject first = subject("first", watched("reading", 0.9, kind));
        Subject second = subject("second", watched("reading", 0.9, kind));
        checks(first, rightUpTo(46));
        checks(second, rightUpTo(44));
        assertThat(pillar(new ScriptedEngine()).compare(List.of(first, second), ledger))
                .singleElement()
                .satisfies(comparison -> {
                    assertThat(comparison.n()).isEqualTo(50);
                    assertThat(comparison.method()).isEqualTo("exact McNemar");
                    assertThat(comparison.p()).isCloseTo(0.5 / 0.8, within(1e-12));
                });
    }

    /** In two orders, which common items were answered depends on the answers in a way that no test here withstands. */
    @Test
    void doesNotCompareEarlyEndsInDifferentOrders() throws IOException {
        TaskKind.ExactMatch kind = exact(500);
        TaskKind.ExactMatch fewer = exact(499);
        Subject first = subject("first", watched("reading", 0.9, kind));
        Subject second = subject("second", watched("reading", 0.9, fewer));
        checks(first, rightUpTo(500));
        checks(second, rightUpTo(100));
        assertThat(pillar(new ScriptedEngine()).compare(List.of(first, second), ledger))
                .isEmpty();
    }

    private static List<Double> knowing(String message, String choice) {
        String right = "choice " + Integer.parseInt(message.substring("Which ".length())) % 4;
        return List.of(choice.equals(right) ? -1.0 : -2.0);
    }

    /** Answers the questions before the given number rightly. */
    private static ScriptedEngine rightUpTo(int count) {
        Set<String> known =
                IntStream.range(0, count).mapToObj(i -> "Question " + i).collect(Collectors.toSet());
        return new ScriptedEngine().answering(message -> known.contains(message) ? "answer\n" : "no idea");
    }

    private TaskKind.ExactMatch exact(int count) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append(line("q" + i, "Question " + i, "answer"));
        }
        return new TaskKind.ExactMatch(Files.writeString(folder.resolve("exact-" + count + ".jsonl"), lines), 8);
    }

    private TaskKind.MultipleChoice choices(int count) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("""
                    {"id": "c%d", "prompt": "Which %d", "choices": ["choice 0", "choice 1", "choice 2", "choice 3"], \
                    "answer": "choice %d"}
                    """.formatted(i, i, i % 4));
        }
        return new TaskKind.MultipleChoice(Files.writeString(folder.resolve("choices-" + count + ".jsonl"), lines));
    }

    private static String line(String id, String prompt, String answer) {
        return "{\"id\": \"" + id + "\", \"prompt\": \"" + prompt + "\", \"answer\": \"" + answer + "\"}\n";
    }

    private static TaskSpec gated(String id, double gate, TaskKind kind) {
        return new TaskSpec(id, 1, OptionalDouble.of(gate), Optional.empty(), false, kind);
    }

    private static TaskSpec watched(String id, double gate, TaskKind kind) {
        return new TaskSpec(id, 1, OptionalDouble.of(gate), Optional.empty(), true, kind);
    }

    private static TaskSpec ungated(String id, TaskKind kind) {
        return new TaskSpec(id, 1, OptionalDouble.empty(), Optional.empty(), false, kind);
    }

    private List<Finding> run(Engine engine, TaskSpec... tasks) {
        return checks(subject("a", tasks), engine);
    }

    private List<Finding> checks(Subject subject, Engine engine) {
        return pillar(engine).plan(subject).stream()
                .flatMap(check -> check.run(ledger, Progress.NONE).stream())
                .toList();
    }

    private static BenchmarkPillar pillar(Engine engine) {
        return new BenchmarkPillar(candidate -> engine, "scripted 1", 0.95);
    }

    private static Finding only(List<Finding> findings) {
        assertThat(findings).hasSize(1);
        return findings.getFirst();
    }

    private Subject subject(String id, TaskSpec... tasks) {
        Candidate candidate =
                new Candidate.GgufFile(id, folder.resolve(id + ".gguf"), Digest.of(id), List.of(), Optional.empty());
        Workload workload = new Workload(List.of(tasks), 100, 10, 512, 1, Workload.Latency.NO_TARGET);
        Machine machine = new Machine("here", Bytes.gibibytes(4), Optional.empty(), 2, "a processor", true, "the test");
        IntendedUse use = new IntendedUse(
                "a test",
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Set.of(),
                Optional.empty(),
                Optional.empty());
        return new Subject(candidate, workload, machine, use);
    }
}
