package io.stoa.integration.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.integration.ScriptedEngine;
import io.stoa.integration.judge.PipelineSubject.Conditions;
import io.stoa.integration.judge.PipelineSubject.Prices;
import io.stoa.integration.judge.metric.Answers;
import io.stoa.integration.pipeline.CorpusSearch;
import io.stoa.integration.pipeline.Pipeline;
import io.stoa.integration.pipeline.PipelineYaml;
import io.stoa.integration.pipeline.Surroundings;
import io.stoa.integration.tool.Tool;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class PipelineSubjectTest {
    private static final Judging JUDGING = new Judging(3, Optional.empty());

    @TempDir
    private Path folder;

    private static final String STAGES = """
        stages:
          search: {kind: retrieve, store: people, query: "{question}", most: MOST}
          rank: {kind: rerank, passages: "{search.passages}", query: "{question}", most: 2}
          answer:
            kind: generate
            model: desk
            prompt: "Text: {rank.passages|plain}\\nQuestion: {question}"
            max-tokens: 100
          check: {kind: guard, check: "{answer.text}", longest: 60, otherwise: I do not know.}
        outputs: {answer: "{check.text}", declined: "{answer.declined}", confidence: "{rank.score}"}
        """;

    private Pipeline pipeline(String stages) throws IOException {
        Path people = Files.createDirectories(folder.resolve("people"));
        ScriptedPipeline.world(40).forEach((id, text) -> write(people.resolve(id + ".md"), text));
        write(folder.resolve("desk.gguf"), "");
        Path file = folder.resolve("pipeline.yaml");
        write(file, """
            pipeline: desk
            inputs: {question: text}
            models: {desk: {file: desk.gguf}}
            stores: {people: {folder: people}}
            """ + stages);
        return PipelineYaml.read(file);
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers from the text of its prompt. */
    private static ScriptedEngine reader() {
        return new ScriptedEngine(chat -> {
            String prompt = ScriptedEngine.said(chat);
            Matcher who = Pattern.compile("does (\\w+) like").matcher(prompt);
            Matcher color = Pattern.compile((who.find() ? who.group(1) : "nobody") + " likes the color (\\w+)")
                    .matcher(prompt);
            return color.find() ? color.group(1) : "I do not know.";
        });
    }

    private PipelineSubject subject(String stages, Map<String, Tool> tools, Conditions conditions) throws IOException {
        Pipeline pipeline = pipeline(stages);
        Surroundings surroundings = new Surroundings(
                Map.of("desk", new Surroundings.Model(reader(), "sha256:script")),
                Map.of("people", new CorpusSearch(folder.resolve("people"))),
                tools,
                Map.of(),
                (path, stage, task, steps) -> {
                    throw StoaException.user("no agents here");
                });
        return new PipelineSubject(pipeline, surroundings, conditions);
    }

    private static TestItem item(int number) {
        String text = ScriptedPipeline.world(40).getOrDefault("d" + number, "");
        return new TestItem(
                "q" + number,
                "items.jsonl:1",
                "What color does " + ScriptedPipeline.person(number) + " like?",
                JsonNodeFactory.instance.objectNode(),
                List.of(text.replaceAll(".*color (\\w+)\\..*", "$1")),
                Answers.Match.EXACT,
                Optional.of(List.of("d" + number + ".md")),
                false,
                Optional.empty(),
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void aRunIsSeenStageByStage() throws IOException {
        PipelineSubject subject = subject(
                STAGES.replace("MOST", "5"),
                Map.of(),
                new Conditions(false, true, Optional.empty(), Optional.empty(), new Prices(2, 4)));
        Trace trace = subject.run(item(7), Map.of(), 0);
        assertThat(trace.names()).containsExactly("search", "rank", "answer", "check");
        assertThat(trace.of("search").orElseThrow().passages()).hasSize(5);
        assertThat(trace.outcome().shown()).hasSize(2);
        assertThat(trace.outcome().confidence()).isPresent();
        assertThat(trace.answerTokens()).isPositive();
        assertThat(trace.cost()).isEqualTo((2.0 * trace.promptTokens() + 4.0 * trace.answerTokens()) / 1e6);
        Judged.Try judged = JUDGING.judge(item(7), subject.stages(), trace);
        assertThat(judged.success()).as(judged.problem()).isTrue();
        assertThat(judged.scores()).containsEntry("search/recall@3", 1.0);
    }

    @Test
    void fixedStagesAreNotCarriedOut() throws IOException {
        PipelineSubject subject = subject(STAGES.replace("MOST", "5"), Map.of(), Conditions.rehearsed());
        JsonNode answer =
                JsonNodeFactory.instance.objectNode().put("text", "mauve").put("finish", "stop");
        Trace trace = subject.run(item(7), Map.of("answer", answer), 0);
        assertThat(trace.outcome().answer()).isEqualTo("mauve");
        assertThat(trace.of("answer").orElseThrow().fixed()).isTrue();
        assertThat(trace.of("answer").orElseThrow().answerTokens()).isZero();
    }

    @Test
    void aSearchThatFindsTooLittleIsBlamed() throws IOException {
        String broken = STAGES.replace("query: \"{question}\", most: MOST", "query: \"customer number\", most: 3");
        PipelineSubject subject = subject(broken, Map.of(), Conditions.rehearsed());
        List<TestItem> items =
                IntStream.range(0, 40).mapToObj(PipelineSubjectTest::item).toList();
        Blame blame = Blame.byItems(subject, JUDGING, items, 0, Progress.NONE);
        assertThat(blame.verdict().sentence()).startsWith("search loses ");
        assertThat(blame.rest()).isZero();
    }

    @Test
    void aGuardThatRefusesTooMuchIsBlamed() throws IOException {
        String broken = STAGES.replace("MOST", "5").replace("longest: 60", "longest: 4");
        PipelineSubject subject = subject(broken, Map.of(), Conditions.rehearsed());
        List<TestItem> items =
                IntStream.range(0, 40).mapToObj(PipelineSubjectTest::item).toList();
        Blame blame = Blame.byItems(subject, JUDGING, items, 0, Progress.NONE);
        assertThat(blame.verdict().sentence()).startsWith("check loses ");
    }

    /** Keeps what was booked. */
    private static final class Book implements Tool {
        private final List<String> booked = new ArrayList<>();

        @Override
        public Description description() {
            return new Description(
                    "add", "books", JsonNodeFactory.instance.objectNode().put("type", "object"), Effects.EACH_CALL);
        }

        @Override
        public String call(ObjectNode arguments, String effect, Duration patience) {
            booked.add(arguments.path("about").stringValue(""));
            return "{}";
        }

        @Override
        public void close() {}
    }

    private static final String BOOKING = """
        sources: {book: {mcp: [none]}}
        tools: {add: {from: book}}
        stages:
          add: {kind: tool, tool: add, arguments: {about: "{question}"}}
        outputs: {answer: "{add.text}"}
        """;

    @Test
    void toolsThatChangeSomethingAreRehearsedUnlessAllowed() throws IOException {
        Book book = new Book();
        PipelineSubject careful = subject(BOOKING, Map.of("add", book), Conditions.rehearsed());
        Trace trace = careful.run(item(1), Map.of(), 0);
        assertThat(book.booked).isEmpty();
        assertThat(trace.outcome().calls())
                .singleElement()
                .satisfies(call ->
                        assertThat(call.arguments().path("about").stringValue()).isEqualTo(item(1).question()));
        PipelineSubject bold = subject(
                BOOKING,
                Map.of("add", book),
                new Conditions(true, true, Optional.empty(), Optional.empty(), Prices.NONE));
        bold.run(item(1), Map.of(), 0);
        assertThat(book.booked).hasSize(1);
        PipelineSubject refused = subject(
                BOOKING,
                Map.of("add", book),
                new Conditions(true, false, Optional.empty(), Optional.empty(), Prices.NONE));
        assertThat(refused.run(item(1), Map.of(), 0).outcome().declined()).isTrue();
        assertThat(book.booked).hasSize(1);
    }

    @Test
    void aStateToolThatThePipelineDoesNotHaveIsRefused() {
        assertThatThrownBy(() -> subject(
                        BOOKING,
                        Map.of("add", new Book()),
                        new Conditions(true, true, Optional.empty(), Optional.of("dump"), Prices.NONE)))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("no tool \"dump\"; it has add");
    }

    @Test
    void everyChangeOfItemsCanBeAsked() throws IOException {
        PipelineSubject subject = subject(STAGES.replace("MOST", "5"), Map.of(), Conditions.rehearsed());
        Path file = folder.resolve("items.jsonl");
        Files.write(
                file,
                IntStream.range(0, 10)
                        .mapToObj(PipelineSubjectTest::item)
                        .map(item ->
                                "{\"id\": \"%s\", \"question\": \"%s\", \"answer\": \"%s\", \"documents\": [\"%s\"]}"
                                        .formatted(
                                                item.id(),
                                                item.question(),
                                                item.answers().getFirst(),
                                                item.sources().orElseThrow().getFirst()))
                        .toList());
        EvaluationRun run = new Evaluation(
                        subject, JUDGING, new Evaluation.Settings(1, 0, Set.of(Perturbation.values())))
                .run(TestItem.read(file, Optional.empty()), Progress.NONE);
        assertThat(run.changed()).containsOnlyKeys("typo", "paraphrase", "distractor", "order");
        assertThat(EvaluationReport.of(run).robustness())
                .hasEntrySatisfying(
                        "order", order -> assertThat(order.estimate()).isZero());
    }
}
