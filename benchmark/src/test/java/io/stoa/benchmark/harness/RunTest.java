package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.benchmark.ScriptedEngine;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.EngineSource;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class RunTest {
    private static final Path EXAMPLES = Path.of("../examples/quickstart");
    private static final int DOCUMENTS = 50;
    private static final EngineSource NONE = _ -> {
        throw new AssertionError("no engine is needed, because every answer is known");
    };

    @TempDir
    private Path folder;

    private OwnTasks tasks = new OwnTasks(Path.of(""));

    @BeforeEach
    void sums() {
        tasks = OwnTasks.sums(folder, DOCUMENTS);
    }

    private static ScriptedEngine right() {
        return new ScriptedEngine().answering(OwnTasks::sum);
    }

    private Path cacheFile() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            return files.filter(file -> file.toString().endsWith("sums.jsonl"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void answersAreKeptAndAskedOnlyOnce() throws IOException {
        ScriptedEngine engine = right();
        Run.Outcome first = tasks.ask("sums", _ -> engine);
        assertThat(first.asked()).isEqualTo(DOCUMENTS);
        assertThat(first.known()).isZero();
        assertThat(first.stop()).isEqualTo(Run.Stop.COMPLETE);
        assertThat(OwnTasks.score(first.evaluation().orElseThrow(), "sums")).isEqualTo(1);
        assertThat(engine.asked()).hasSize(DOCUMENTS).doesNotHaveDuplicates();
        assertThat(Files.readAllLines(cacheFile())).hasSize(DOCUMENTS);

        Run.Outcome second = tasks.ask("sums", NONE);
        assertThat(second.asked()).isZero();
        assertThat(second.known()).isEqualTo(DOCUMENTS);
        assertThat(second.evaluation().orElseThrow().json("m"))
                .isEqualTo(first.evaluation().orElseThrow().json("m"));
    }

    @Test
    void whatRunsTheModelIsPartOfAnAnswer() {
        tasks.ask("sums", _ -> right());
        Run.Outcome other = OwnTasks.ask(tasks.run("sums"), "build 2", _ -> right(), Budget.unlimited());
        assertThat(other.asked()).isEqualTo(DOCUMENTS);
    }

    @Test
    void aRunThatDiesGoesOnFromThere() throws IOException {
        ScriptedEngine dying = new ScriptedEngine().answering(prompt -> {
            if (OwnTasks.number(prompt) == 40) {
                throw StoaException.engine("the endpoint is gone");
            }
            return OwnTasks.sum(prompt);
        });
        assertThatThrownBy(() -> tasks.ask("sums", _ -> dying)).hasMessageContaining("the endpoint is gone");
        int kept = Files.readAllLines(cacheFile()).size();
        assertThat(kept).as("all before the one that failed").isEqualTo(40);

        ScriptedEngine engine = right();
        Run.Outcome outcome = tasks.ask("sums", _ -> engine);
        assertThat(outcome.known()).isEqualTo(kept);
        assertThat(engine.asked()).hasSize(DOCUMENTS - kept).first().isEqualTo("40+1=");
        assertThat(OwnTasks.score(outcome.evaluation().orElseThrow(), "sums")).isEqualTo(1);
    }

    @Test
    void aLineThatWasOnlyBegunIsCutOff() throws IOException {
        tasks.ask("sums", _ -> right());
        byte[] whole = Files.readAllBytes(cacheFile());
        Files.write(cacheFile(), Arrays.copyOf(whole, whole.length - 10));
        ScriptedEngine engine = right();
        assertThat(tasks.ask("sums", _ -> engine).asked()).isEqualTo(1);
        assertThat(engine.asked()).containsExactly("49+1=");
        assertThat(Files.readAllBytes(cacheFile())).isEqualTo(whole);
    }

    @Test
    void aDamagedLineIsAskedAnew() throws IOException {
        tasks.ask("sums", _ -> right());
        List<String> lines = Files.readAllLines(cacheFile());
        lines.set(3, "{\"i\": 3, \"k\": ");
        lines.set(7, "[".repeat(100_000));
        lines.set(9, "{\"i\": 9, \"k\": 4, \"raw\": [[]]}");
        Files.write(cacheFile(), lines);
        ScriptedEngine engine = right();
        assertThat(tasks.ask("sums", _ -> engine).known()).isEqualTo(DOCUMENTS - 3);
        assertThat(engine.asked()).containsExactly("3+1=", "7+1=", "9+1=");
    }

    @Test
    void aChangedPromptIsAskedAnew() throws IOException {
        tasks.ask("sums", _ -> right());
        Path items = folder.resolve("sums.jsonl");
        Files.writeString(items, Files.readString(items).replace("\"5+1=\"", "\"5+1==\""));
        ScriptedEngine engine = right();
        Run.Outcome outcome = tasks.ask("sums", _ -> engine);
        assertThat(outcome.asked()).isEqualTo(1);
        assertThat(engine.asked()).containsExactly("5+1==");
        Files.writeString(folder.resolve("sums.yaml"), "generation_kwargs: {until: [x]}\n", StandardOpenOption.APPEND);
        assertThat(tasks.ask("sums", _ -> engine).asked())
                .as("where an answer ends is part of the request")
                .isEqualTo(DOCUMENTS);
    }

    private Run.Outcome ask(String task, ScriptedEngine engine, Budget budget) {
        return OwnTasks.ask(tasks.run(task), "build 1", _ -> engine, budget);
    }

    private static Budget cost(double most, double prompt, double answer) {
        return new Budget(Optional.empty(), OptionalDouble.of(most), new Budget.Prices(0, 1e6 * prompt, 1e6 * answer));
    }

    private static Budget time(Duration most) {
        return new Budget(Optional.of(most), OptionalDouble.empty(), Budget.Prices.FREE);
    }

    @Test
    void theHighestCostStopsItBetweenDocuments() {
        // The scripted engine reads and writes one token an answer.
        Run.Outcome outcome = ask("sums", right(), cost(20, 0, 1));
        assertThat(outcome.stop()).isEqualTo(Run.Stop.MAX_COST);
        assertThat(outcome.asked()).isEqualTo(20);
        assertThat(outcome.undone()).isEqualTo(DOCUMENTS - 20);
        assertThat(outcome.cost()).isEqualTo(20);
        assertThat(outcome.evaluation().orElseThrow().tasks().values())
                .singleElement()
                .matches(one -> one.asked() == 20 && one.available().equals(Optional.of(DOCUMENTS)));
        Run.Outcome rest = ask("sums", right(), cost(100, 0, 1));
        assertThat(rest.stop()).isEqualTo(Run.Stop.COMPLETE);
        assertThat(rest.known()).isEqualTo(20);
        assertThat(rest.undone()).isZero();
        assertThat(rest.cost()).isEqualTo(30);
    }

    @Test
    void aBudgetHoldsForAllThatShareIt() {
        tasks.write("more.yaml", "include: sums.yaml\ntask: more\n");
        Budget budget = cost(70, 0, 1);
        assertThat(ask("sums", right(), budget).stop()).isEqualTo(Run.Stop.COMPLETE);
        Run.Outcome second = ask("more", right(), budget);
        assertThat(second.stop()).isEqualTo(Run.Stop.MAX_COST);
        assertThat(second.asked()).isEqualTo(20);
        assertThat(second.cost()).as("its own").isEqualTo(20);
        assertThat(budget.cost()).as("of both").isEqualTo(70);
        Run.Outcome known = ask("sums", right(), budget);
        assertThat(known.stop()).as("known answers cost nothing").isEqualTo(Run.Stop.COMPLETE);
        assertThat(known.evaluation()).isPresent();
    }

    private void choices() {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            rows.append("{\"q\": \"three words ").append(i).append("\", \"c\": [\"x\", \"y\"], \"a\": 0}\n");
        }
        tasks.write("choice.jsonl", rows.toString());
        tasks.write("choice.yaml", """
                task: choice
                dataset_path: choice.jsonl
                output_type: multiple_choice
                doc_to_text: q
                doc_to_choice: c
                doc_to_target: a
                """);
    }

    @Test
    void promptsOfScoredRequestsCost() {
        choices();
        // Two requests a document, of three tokens and a choice of one; a block of 16 is asked together.
        Run.Outcome outcome = ask("choice", new ScriptedEngine(), cost(130, 1, 0));
        assertThat(outcome.stop()).isEqualTo(Run.Stop.MAX_COST);
        assertThat(outcome.asked()).isEqualTo(32);
        assertThat(outcome.cost()).isEqualTo(32 * 2 * (3 + 1));
        assertThat(ask("choice", new ScriptedEngine(), cost(1, 0, 1)).cost())
                .as("nothing is generated")
                .isZero();
    }

    @Test
    void answersOfSeveralVariantsLieSideBySide() {
        for (long seed = 0; seed < 2; seed++) {
            assertThat(variant(seed, right()).asked()).isEqualTo(DOCUMENTS);
        }
        for (long seed = 0; seed < 2; seed++) {
            assertThat(variant(seed, new ScriptedEngine()).known()).isEqualTo(DOCUMENTS);
        }
    }

    private Run.Outcome variant(long seed, ScriptedEngine engine) {
        Run.Settings settings = new Run.Settings(Prompts.Layout.PLAIN, Optional.empty(), seed, folder.resolve("cache"));
        return OwnTasks.ask(tasks.run("sums", settings), "build 1", _ -> engine, Budget.unlimited());
    }

    @Test
    void anInterruptedRunSaysSoAndGoesOn() {
        ScriptedEngine engine = new ScriptedEngine().answering(prompt -> {
            if (OwnTasks.number(prompt) == 20) {
                Thread.currentThread().interrupt();
            }
            return OwnTasks.sum(prompt);
        });
        interrupted(engine, 21);
        // An engine that waits says an interruption as a failure, and its document is not answered.
        interrupted(
                new ScriptedEngine().answering(prompt -> {
                    if (OwnTasks.number(prompt) == 30) {
                        Thread.currentThread().interrupt();
                        throw StoaException.resources("interrupted while waiting for an answer");
                    }
                    return OwnTasks.sum(prompt);
                }),
                9);
        Run.Outcome rest = ask("sums", right(), Budget.unlimited());
        assertThat(rest.known()).isEqualTo(30);
        assertThat(rest.stop()).isEqualTo(Run.Stop.COMPLETE);
    }

    private void interrupted(ScriptedEngine engine, int asked) {
        Run.Outcome outcome = ask("sums", engine, Budget.unlimited());
        assertThat(Thread.interrupted()).as("the thread still is").isTrue();
        assertThat(outcome.stop()).isEqualTo(Run.Stop.INTERRUPTED);
        assertThat(outcome.asked()).isEqualTo(asked);
        assertThat(outcome.undone()).isEqualTo(DOCUMENTS - outcome.known() - asked);
        assertThat(outcome.evaluation()).isPresent();
    }

    @Test
    void aTaskThatAGroupListsTwiceIsAskedOnce() {
        tasks.write("twice.yaml", "group: twice\ntask: [sums, sums]\n");
        assertThat(ask("twice", right(), Budget.unlimited()).asked()).isEqualTo(DOCUMENTS);
        assertThat(tasks.run("twice").plan().documents()).isEqualTo(DOCUMENTS);
    }

    @Test
    void anEmptyChoiceIsNamedBeforeAnythingIsAsked() {
        choices();
        tasks.write("choice.jsonl", "{\"q\": \"which\", \"c\": [\"x\", \"\"], \"a\": 0}\n");
        tasks.write("bare.yaml", "include: choice.yaml\ntask: bare\ntarget_delimiter: \"\"\n");
        assertThatThrownBy(() -> ask("bare", new ScriptedEngine(), Budget.unlimited()))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("task bare: a choice or target is empty")
                .hasMessageContaining("which");
    }

    @Test
    void theLongestTimeStopsIt() {
        ScriptedEngine slow = new ScriptedEngine().answering(prompt -> {
            pause(Duration.ofMillis(25));
            return OwnTasks.sum(prompt);
        });
        Run.Outcome outcome = ask("sums", slow, time(Duration.ofMillis(300)));
        assertThat(outcome.stop()).isEqualTo(Run.Stop.MAX_TIME);
        assertThat(outcome.asked()).isLessThan(DOCUMENTS);
        Run.Outcome nothing = OwnTasks.ask(tasks.run("sums"), "build 3", NONE, time(Duration.ofNanos(1)));
        assertThat(nothing.stop()).isEqualTo(Run.Stop.MAX_TIME);
        assertThat(nothing.undone()).isEqualTo(DOCUMENTS);
        assertThat(nothing.evaluation()).isEmpty();
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void boundsAreChecked() {
        assertThatThrownBy(() -> time(Duration.ZERO)).hasMessageContaining("positive");
        assertThatThrownBy(() -> cost(1, 0, 0)).hasMessageContaining("needs prices");
        assertThatThrownBy(() -> cost(Double.NaN, 1, 1)).hasMessageContaining("positive");
        assertThatThrownBy(() -> new Budget.Prices(0, Double.NaN, 0)).hasMessageContaining("negative");
    }

    @Test
    void thePlanCounts() {
        tasks.write("choice.jsonl", "{\"q\": \"ab\", \"c\": [\"x\", \"yz\"], \"a\": 0}\n");
        tasks.write("choice.yaml", """
                task: choice
                dataset_path: choice.jsonl
                output_type: multiple_choice
                doc_to_text: q
                doc_to_choice: c
                doc_to_target: a
                """);
        tasks.write("both.yaml", "group: both\ntask: [sums, choice]\n");
        Run.Plan plan = tasks.run("both").plan();
        assertThat(plan.tasks()).isEqualTo(2);
        assertThat(plan.documents()).isEqualTo(DOCUMENTS + 1);
        assertThat(plan.requests()).isEqualTo(DOCUMENTS + 2);
        // i+1= has 4 characters for one digit and 5 for two; the choices are " x" and " yz" after "ab".
        assertThat(plan.promptCharacters()).isEqualTo(10 * 4 + 40 * 5 + 4 + 5);
        assertThat(plan.longestAnswers()).isEqualTo((long) DOCUMENTS * GenerationSettings.DEFAULT_TOKENS);
        Run.Estimate estimate = plan.estimate(OwnTasks.MODEL, new Budget.Prices(3600, 0, 0));
        assertThat(estimate.time()).isEqualTo(Duration.ofSeconds(52));
        assertThat(estimate.cost()).isEqualTo(52);
    }

    @Test
    void whatAnEngineCannotDoIsSaidByTask() {
        assertThatThrownBy(() -> tasks.ask("sums", _ -> right().without(Engine.Capability.GENERATE)))
                .hasMessageContaining("task sums needs GENERATE, which scripted 1 cannot do");
        tasks.write("unsafe.yaml", """
                include: sums.yaml
                task: unsafe
                unsafe_code: true
                """);
        assertThatThrownBy(() -> tasks.run("unsafe")).hasMessageContaining("task unsafe runs code");
    }

    @Test
    void resultsAndSamplesHaveTheKeysOfTheHarness() throws IOException {
        tasks.write("two.yaml", """
                include: sums.yaml
                task: two
                metric_list: [{metric: exact_match}]
                filter_list:
                  - {name: plain, filter: [{function: take_first}]}
                  - {name: low, filter: [{function: lowercase}, {function: take_first}]}
                """);
        tasks.write("all.yaml", """
                group: all
                task: [sums, two]
                aggregate_metric_list: [{metric: exact_match, filter_list: [none, plain]}]
                """);
        Clock clock = Clock.fixed(Instant.parse("2025-03-01T10:00:00.5Z"), ZoneOffset.UTC);
        Path out;
        try (ResultsFolder results = new ResultsFolder(folder.resolve("out"), "my/model", clock)) {
            tasks.run("all")
                    .ask(
                            new Entrant(OwnTasks.MODEL, "build 1", 256, _ -> right()),
                            Budget.unlimited(),
                            (_, _) -> {},
                            Optional.of(results));
            out = results.folder();
        }
        assertThat(out.getFileName()).hasToString("my__model");
        assertThat(names(out))
                .containsExactly(
                        "results_2025-03-01T10-00-00.500000.json",
                        "samples_sums_2025-03-01T10-00-00.500000.jsonl",
                        "samples_two_2025-03-01T10-00-00.500000.jsonl");
        JsonNode json =
                JsonMapper.shared().readTree(Files.readString(out.resolve("results_2025-03-01T10-00-00.500000.json")));
        assertThat(json.propertyNames())
                .containsExactly(
                        "results",
                        "groups",
                        "group_subtasks",
                        "configs",
                        "versions",
                        "n-shot",
                        "higher_is_better",
                        "n-samples",
                        "config");
        assertThat(json.path("results").path("two").propertyNames())
                .containsExactly(
                        "name",
                        "alias",
                        "sample_len",
                        "exact_match,plain",
                        "exact_match_stderr,plain",
                        "exact_match,low",
                        "exact_match_stderr,low");
        assertThat(json.path("n-samples").path("sums"))
                .isEqualTo(JsonMapper.shared().readTree("{\"original\": 50, \"effective\": 50}"));
        assertThat(json.path("group_subtasks"))
                .isEqualTo(JsonMapper.shared().readTree("{\"all\": [\"sums\", \"two\"]}"));
        List<String> lines = Files.readAllLines(out.resolve("samples_two_2025-03-01T10-00-00.500000.jsonl"));
        assertThat(lines).as("a line for each filter").hasSize(2 * DOCUMENTS);
        JsonNode line = JsonMapper.shared().readTree(lines.getFirst());
        assertThat(line.propertyNames())
                .containsExactly(
                        "doc_id",
                        "doc",
                        "target",
                        "arguments",
                        "resps",
                        "filtered_resps",
                        "filter",
                        "metrics",
                        "doc_hash",
                        "prompt_hash",
                        "target_hash",
                        "exact_match");
        assertThat(line.path("arguments").path("gen_args_0").path("arg_0").stringValue())
                .isEqualTo("0+1=");
        assertThat(line.path("resps")).isEqualTo(JsonMapper.shared().readTree("[[\"1\"]]"));
        assertThat(line.path("filtered_resps")).isEqualTo(JsonMapper.shared().readTree("[\"1\"]"));
        assertThat(line.path("prompt_hash").stringValue())
                .isEqualTo(Digest.of("0+1=").hex());
    }

    private static List<String> names(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aRealModelIsAskedAndKept() throws IOException {
        Path gguf = EXAMPLES.resolve("models/nano.gguf");
        Candidate model = new Candidate.GgufFile(
                "nano",
                gguf,
                Digest.of(new String(Files.readAllBytes(gguf), StandardCharsets.ISO_8859_1)),
                List.of(),
                Optional.empty());
        TaskLibrary library = new TaskLibrary(List.of(EXAMPLES.resolve("tasks")));
        Run.Settings settings = new Run.Settings(Prompts.Layout.PLAIN, Optional.of(4), 0, folder.resolve("cache"));
        LlamaRuntime runtime = LlamaRuntime.load(Path.of(System.getProperty("stoa.natives")), (_, _) -> {});
        for (String name : List.of("quickstart_choice", "quickstart_arith")) {
            Run run = new Run(library, name, Map.of("num_fewshot", 0), OwnTasks.data(), settings);
            Evaluation first;
            try (Engine engine = runtime.open(gguf, new EngineOptions(256, 1))) {
                Run.Outcome outcome = run.ask(
                        new Entrant(model, "llama", 256, _ -> engine),
                        Budget.unlimited(),
                        (_, _) -> {},
                        Optional.empty());
                assertThat(outcome.asked()).isEqualTo(4);
                assertThat(outcome.inEngine()).isPositive().isLessThanOrEqualTo(outcome.time());
                first = outcome.evaluation().orElseThrow();
            }
            assertThat(OwnTasks.score(first, name)).isBetween(0.0, 1.0);
            Run.Outcome again =
                    run.ask(new Entrant(model, "llama", 256, NONE), Budget.unlimited(), (_, _) -> {}, Optional.empty());
            assertThat(again.known()).isEqualTo(4);
            assertThat(again.evaluation().orElseThrow().json("m")).isEqualTo(first.json("m"));
        }
    }
}
