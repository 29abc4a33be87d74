package io.stoa.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.dataset.HubSettings;
import io.stoa.benchmark.harness.HarnessTasks;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Task files of lm-evaluation-harness as tasks of an assessment. */
class HarnessTasksTest {
    @TempDir
    private Path folder;

    private final MemoryRecorder ledger = new MemoryRecorder();

    /** Sums whose answers are the sum; document i is {@code i+1=}. */
    private Path sums(int documents, String more) throws IOException {
        Files.writeString(
                folder.resolve("sums.jsonl"),
                IntStream.range(0, documents)
                        .mapToObj(i -> "{\"question\": \"" + i + "+1=\", \"answer\": \"" + (i + 1)
                                + "\", \"choices\": [\"" + (i + 1) + "\", \"none\", \"two\", \"many\"]}")
                        .collect(Collectors.joining("\n", "", "\n")));
        return write("sums.yaml", """
                task: sums
                dataset_path: sums.jsonl
                doc_to_text: question
                doc_to_target: answer
                """ + more);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static final String CHOICES = """
            output_type: multiple_choice
            doc_to_choice: choices
            doc_to_target: "0"
            """;

    private static TaskKind.Harness file(Path file) {
        return new TaskKind.Harness(
                String.valueOf(file.getFileName()),
                Optional.of(file),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false);
    }

    private static TaskKind.Harness counting(TaskKind.Harness kind, String metric) {
        return new TaskKind.Harness(
                kind.task(), kind.file(), kind.data(), Optional.of(metric), kind.filter(), kind.shots(), kind.chat());
    }

    private static TaskKind.Harness shipped(String name, Optional<Path> data) {
        return new TaskKind.Harness(
                name, Optional.empty(), data, Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    private static TaskSpec ungated(TaskKind kind) {
        return new TaskSpec("own", 1, OptionalDouble.empty(), Optional.empty(), true, kind);
    }

    private static TaskSpec watched(double gate, TaskKind kind) {
        return new TaskSpec("own", 1, OptionalDouble.of(gate), Optional.empty(), true, kind);
    }

    /** Wrong at those of ten documents whose last digit is below {@code wrong}. */
    private static ScriptedEngine wrongAt(int wrong) {
        return new ScriptedEngine().answering(prompt -> {
            int number = number(prompt);
            return number % 10 < wrong ? "?" : Integer.toString(number + 1);
        });
    }

    private static int number(String prompt) {
        return Integer.parseInt(prompt.substring(prompt.lastIndexOf('\n') + 1, prompt.lastIndexOf('+')));
    }

    private BenchmarkPillar pillar(ScriptedEngine engine) {
        return new BenchmarkPillar(candidate -> engine, "scripted 1", 0.95);
    }

    private Check check(String candidate, ScriptedEngine engine, TaskSpec task) {
        return pillar(engine).plan(subject(candidate, task)).getFirst();
    }

    private List<Finding> run(String candidate, ScriptedEngine engine, TaskSpec task) {
        return check(candidate, engine, task).run(ledger, Progress.NONE);
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

    @Test
    void everyDocumentIsAskedAndCountsAsTheHarnessCounts() throws IOException {
        ScriptedEngine engine = wrongAt(2);
        Check check = check("a", engine, ungated(file(sums(60, ""))));
        assertThat(check.id()).isEqualTo("benchmark/own");
        assertThat(check.title()).isEqualTo("own: 60 items, exact_match of sums");
        assertThat(check.estimate()).isPositive();
        List<Finding> findings = check.run(ledger, Progress.NONE);
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.sentence())
                    .contains("own scores 0.800 (Wilson 95 %")
                    .contains("n = 60");
            assertThat(finding.evidence()).hasSize(3);
            assertThat(finding.quantities().getFirst().from()).startsWith("sums (sha256 ");
        });
        assertThat(engine.asked()).hasSize(60).doesNotHaveDuplicates();
        assertThat(engine.asked())
                .as("a seeded order")
                .isNotEqualTo(engine.asked().stream().sorted().toList());
        assertThat(pillar(engine).answers(subject("a", ungated(file(folder.resolve("sums.yaml")))), "own", ledger))
                .hasValueSatisfying(answers -> assertThat(answers).hasSize(60).anySatisfy(answer -> {
                    assertThat(answer.id()).isEqualTo("sums/17");
                    assertThat(answer.text()).isEqualTo("18");
                    assertThat(answer.right()).isTrue();
                }));
    }

    @Test
    void aGateIsDecidedEarlyAndARunThatWasKilledGoesOn() throws IOException {
        TaskSpec task = watched(0.75, file(sums(1000, "")));
        ScriptedEngine undisturbed = wrongAt(1);
        Finding finding = run("a", undisturbed, task).getFirst();
        assertThat(finding.weight()).isEqualTo(Finding.Weight.INFO);
        assertThat(finding.sentence()).contains("own passes").contains("of 1000, decided early");
        assertThat(undisturbed.asked()).hasSizeBetween(50, 500);

        String fatal = undisturbed.asked().get(30);
        MemoryRecorder other = new MemoryRecorder();
        ScriptedEngine dying = new ScriptedEngine().answering(prompt -> {
            if (prompt.equals(fatal)) {
                throw StoaException.engine("the power went out");
            }
            return Integer.toString(number(prompt) + 1);
        });
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> check("a", dying, task).run(other, Progress.NONE))
                .withMessage("the power went out");
        assertThat(other.keys()).extracting(EvidenceKey::check).containsExactly("benchmark/own#0");
        ScriptedEngine second = wrongAt(1);
        check("a", second, task).run(other, Progress.NONE);
        assertThat(second.asked().getFirst()).isEqualTo(undisturbed.asked().get(25));

        Check again = new BenchmarkPillar(
                        candidate -> {
                            throw new AssertionError("everything is in the ledger: no engine is needed");
                        },
                        "scripted 1",
                        0.95)
                .plan(subject("a", task))
                .getFirst();
        assertThat(again.run(ledger, Progress.NONE)).containsExactly(finding);
    }

    @Test
    void whatChangesAnAnswerIsAskedAnewAndWhatDoesNotIsKept() throws IOException {
        Path file = sums(25, "");
        run("a", wrongAt(0), ungated(file(file)));
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.copy(folder.resolve("sums.jsonl"), elsewhere.resolve("sums.jsonl"));
        Files.copy(file, elsewhere.resolve("sums.yaml"));
        ScriptedEngine moved = wrongAt(0);
        run("a", moved, ungated(file(elsewhere.resolve("sums.yaml"))));
        assertThat(moved.asked()).as("moved").isEmpty();

        ScriptedEngine longer = wrongAt(0);
        run("a", longer, ungated(file(sums(25, "generation_kwargs: {max_gen_toks: 9, until: [x]}\n"))));
        assertThat(longer.asked()).as("other settings").hasSize(25);
        Path edited = write(
                "sums.yaml",
                Files.readString(file)
                        .replace("doc_to_text: question", "doc_to_text: \" {{question}}\"")
                        .replace("generation_kwargs: {max_gen_toks: 9, until: [x]}\n", ""));
        run("a", new ScriptedEngine(), ungated(file(edited)));
        assertThat(ledger.keys()).as("another prompt").hasSize(3);
    }

    @Test
    void choicesAreScoredAndTheMetricIsTheFirstOrTheNamedOne() throws IOException {
        Path file = sums(40, CHOICES);
        // Σ ln p favours the short right answer; divided by length, the long wrong ones.
        ScriptedEngine engine =
                new ScriptedEngine().scoring((prompt, choice) -> List.of(choice.length() < 4 ? -1.0 : -1.2));
        List<Finding> plain = run("a", engine, ungated(file(file)));
        assertThat(plain)
                .singleElement()
                .satisfies(finding -> assertThat(finding.sentence()).contains("own scores 1.000"));
        Check norm = check("b", engine, ungated(counting(file(file), "acc_norm")));
        assertThat(norm.title()).isEqualTo("own: 40 items, acc_norm of sums");
        List<Finding> guessed = norm.run(ledger, Progress.NONE);
        assertThat(guessed.getFirst().sentence()).contains("own scores 0.000");
        assertThat(guessed.getLast().sentence()).contains("worse than guessing, which scores 0.250");

        ScriptedEngine mute = new ScriptedEngine().without(Engine.Capability.SCORE);
        Finding unable = run("c", mute, watched(0.5, file(file))).getFirst();
        assertThat(unable.weight()).isEqualTo(Finding.Weight.UNKNOWN);
        assertThat(unable.sentence()).contains("own was not asked: acc of sums needs SCORE");
        assertThat(mute.asked()).isEmpty();
    }

    /** Probability on the right choices, as TruthfulQA's second score has it: an answer may be right in part. */
    @Test
    void answersThatAreRightInPartHaveAnIntervalAGateAndComparisons() throws IOException {
        Files.writeString(
                folder.resolve("parts.jsonl"),
                IntStream.range(0, 200)
                        .mapToObj(i -> "{\"question\": \"" + i
                                + "+1=\", \"mc2_targets\": {\"choices\": [\"yes\", \"no\"], \"labels\": [1, 0]}}")
                        .collect(Collectors.joining("\n")));
        Path file = write("parts.yaml", """
                task: parts
                dataset_path: parts.jsonl
                output_type: multiple_choice
                doc_to_text: question
                doc_to_choice: "{{mc2_targets.choices}}"
                doc_to_target: 0
                process_results: !function stoa.truthfulqa/utils.process_results_mc2
                metric_list:
                  - metric: acc
                    aggregation: mean
                    higher_is_better: true
                """);
        Finding finding = run(
                        "a",
                        leaning(3),
                        new TaskSpec("own", 1, OptionalDouble.of(0.7), Optional.empty(), false, file(file)))
                .getFirst();
        assertThat(finding.weight()).isEqualTo(Finding.Weight.INFO);
        assertThat(finding.sentence()).contains("own passes: 0.750 (Student's t 95 %");
        assertThat(finding.quantities()).extracting(Quantity::name).containsExactly("score");

        ScriptedEngine early = leaning(9);
        Finding decided = run("b", early, watched(0.5, file(file))).getFirst();
        assertThat(decided.sentence()).contains("own passes: 0.900 (betting confidence sequence 99 %");
        assertThat(early.asked()).hasSizeLessThan(200);

        run("c", leaning(4), ungated(file(file)));
        List<PairedComparison> comparisons = pillar(new ScriptedEngine())
                .compare(List.of(subject("a", ungated(file(file))), subject("c", ungated(file(file)))), ledger);
        assertThat(comparisons).singleElement().satisfies(comparison -> {
            assertThat(comparison.method()).isEqualTo("permutation");
            assertThat(comparison.onlySecond()).isEqualTo(200);
            assertThat(comparison.difference()).isCloseTo(-0.05, within(1e-9));
            assertThat(comparison.interval().high()).isNegative();
            assertThat(comparison.p()).isLessThan(0.001);
        });
    }

    /** The right choice is {@code odds} times as likely as the wrong one. */
    private static ScriptedEngine leaning(int odds) {
        return new ScriptedEngine()
                .scoring((prompt, choice) -> List.of(choice.strip().equals("yes") ? Math.log(odds) - 9 : -9.0));
    }

    @Test
    void aGroupIsTheItemsOfItsTasksWhereItAveragesByTheirNumber() throws IOException {
        sums(30, "");
        write("more.yaml", """
                task: more
                dataset_path: sums.jsonl
                doc_to_text: "Sum {{question}}"
                doc_to_target: answer
                """);
        String group = "group: both\ntask: [sums, more]\n";
        Path both = write("both.yaml", group + "aggregate_metric_list: [{metric: exact_match}]\n");
        ScriptedEngine engine = new ScriptedEngine()
                .answering(prompt -> prompt.startsWith("Sum") ? "?" : Integer.toString(number(prompt) + 1));
        Check check = check("a", engine, ungated(file(both)));
        assertThat(check.title()).isEqualTo("own: 60 items, exact_match of both");
        assertThat(check.run(ledger, Progress.NONE).getFirst().sentence()).contains("own scores 0.500");

        write("both.yaml", group);
        assertThatThrownBy(() -> check("a", engine, ungated(file(both))))
                .hasMessageContainingAll("task own: both is a group without a score of its own", "sums, more");
        write("both.yaml", group + "aggregate_metric_list: [{metric: exact_match, weight_by_size: false}]\n");
        assertThatThrownBy(() -> check("a", engine, ungated(file(both))))
                .hasMessageContaining("averages exact_match over its tasks whatever their sizes");
        assertThatThrownBy(() -> check("a", engine, ungated(shipped("profile-instructions", Optional.empty()))))
                .hasMessageContainingAll(
                        "profile-instructions is a group without a score of its own", "leaderboard_ifeval");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "exact_mach | '' | sums has no metric exact_mach; did you mean exact_match?; it has exact_match, bleu",
                "bleu | '' | metric bleu of sums is computed over all documents together (bleu)",
                "bleu | '' | name another metric: exact_match",
                "ter | '' | less of it is better, and a gate is a score to be reached",
                "'' | flexible | sums has no filter flexible; it has none",
            })
    void whatCannotBeHeldAgainstAGateIsRefusedBeforeAnythingRuns(String metric, String filter, String message)
            throws IOException {
        Path file = sums(
                5,
                "metric_list: [{metric: exact_match}, {metric: bleu},"
                        + " {metric: ter, aggregation: mean, higher_is_better: false}]\n");
        TaskKind.Harness kind = new TaskKind.Harness(
                "sums.yaml",
                Optional.of(file),
                Optional.empty(),
                Optional.of(metric).filter(text -> !text.equals("''")),
                Optional.of(filter).filter(text -> !text.equals("''")),
                Optional.empty(),
                false);
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> check("a", new ScriptedEngine(), ungated(kind)))
                .withMessageStartingWith("task own: ")
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER));
    }

    @Test
    void whatIsNotThereIsNamed() throws IOException {
        ScriptedEngine engine = new ScriptedEngine();
        assertThatThrownBy(() -> check("a", engine, ungated(shipped("mmlu_abstract_algebr", Optional.empty()))))
                .hasMessageContaining("unknown task mmlu_abstract_algebr; did you mean mmlu_abstract_algebra?");
        assertThatThrownBy(() -> check("a", engine, ungated(shipped("mmlu_abstract_algebra", Optional.empty()))))
                .hasMessageContainingAll("cais/mmlu", "does not lie on this machine");
        HubSettings offline = HubSettings.from(Map.of("HF_HUB_OFFLINE", "1"), folder.resolve("cache"));
        try (HarnessTasks harness = new HarnessTasks(() -> new HubDatasets(offline))) {
            BenchmarkPillar pillar = new BenchmarkPillar(candidate -> engine, "scripted 1", 0.95, harness);
            Subject subject = subject("a", ungated(shipped("mmlu_abstract_algebra", Optional.empty())));
            assertThatThrownBy(() -> pillar.plan(subject)).hasMessageContainingAll("cais/mmlu", "HF_HUB_OFFLINE");
        }
        Path broken = write("broken.yaml", "task: [\n");
        assertThatThrownBy(() -> check("a", engine, ungated(file(broken)))).hasMessageContaining("broken.yaml");
        Path nameless = write("nameless.yaml", "dataset_path: sums.jsonl\n");
        assertThatThrownBy(() -> check("a", engine, ungated(file(nameless)))).hasMessageContaining("nameless");
        Path gone = sums(3, "test_split: test\n");
        Files.delete(folder.resolve("sums.jsonl"));
        assertThatThrownBy(() -> check("a", engine, ungated(file(gone))))
                .hasMessageContaining("task own: task sums: its dataset sums.jsonl does not lie on this machine");
    }

    @Test
    void aShippedTaskIsReadFromAFolder() throws IOException {
        Path data = Files.createDirectory(folder.resolve("gsm8k"));
        String row = "{\"question\": \"How many?\", \"answer\": \"So many. #### 4\"}\n";
        Files.writeString(data.resolve("test.jsonl"), row);
        Files.writeString(data.resolve("train.jsonl"), row.repeat(6));
        Check check = check(
                "a",
                new ScriptedEngine().answering(prompt -> "It is clear. #### 4"),
                ungated(shipped("gsm8k", Optional.of(data))));
        assertThat(check.title()).isEqualTo("own: 1 items, exact_match of gsm8k after strict-match");
        assertThat(check.run(ledger, Progress.NONE).getFirst().sentence()).contains("own scores 1.000");
    }

    @Test
    void aRefusedPromptCountsAsWrongAndAnUnscorableDocumentDoesNot() throws IOException {
        Files.writeString(
                folder.resolve("long.jsonl"),
                "{\"question\": \"1+1=\", \"answer\": [\"2\"]}\n{\"question\": \"" + "very ".repeat(100)
                        + "\", \"answer\": [\"2\"]}\n");
        Path file = write("long.yaml", """
                task: long
                dataset_path: long.jsonl
                doc_to_text: question
                doc_to_target: answer
                """);
        ScriptedEngine engine = new ScriptedEngine().reading(50).answering(prompt -> "2");
        assertThat(run("a", engine, ungated(file(file))).getFirst().sentence())
                .contains("own scores 0.500", "1 refused by the engine and counted as wrong: long/1");
        ScriptedEngine locked = new ScriptedEngine().answering(prompt -> {
            throw StoaException.user("OPENAI_API_KEY is not set; export it");
        });
        assertThatThrownBy(() -> run("b", locked, ungated(file(file)))).hasMessageContaining("OPENAI_API_KEY");

        Files.writeString(folder.resolve("long.jsonl"), "{\"question\": \"1+1=\", \"answer\": []}\n");
        assertThatThrownBy(() -> run("c", engine, ungated(file(file)))).hasMessageContaining("no right answer");
    }

    @Test
    void aChatGoesOnWithABegunAnswer() throws IOException {
        Path file = sums(3, "gen_prefix: \"The answer is\"\n");
        TaskKind.Harness kind = new TaskKind.Harness(
                "sums.yaml",
                Optional.of(file),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                true);
        ScriptedEngine engine = new ScriptedEngine().answering(_ -> "2");
        run("a", engine, ungated(kind));
        assertThat(engine.asked()).hasSize(3).containsOnly("The answer is");
    }
}
