package io.stoa.integration.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import io.stoa.integration.item.ItemLine;
import io.stoa.integration.judge.service.SupportDesk;
import io.stoa.integration.retrieve.Passage;
import io.stoa.model.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LangChain4jSubjectTest {
    private static final Map<String, String> WORLD = ScriptedPipeline.world(60);
    private static final Judging JUDGING = new Judging(3, Optional.empty());

    private static Optional<Passage> source(String id) {
        return Optional.ofNullable(WORLD.get(id)).map(text -> new Passage(id, id, "", text, Map.of()));
    }

    @TempDir
    private Path folder;

    /** Reads the colour out of the prompt, or calls the tool. */
    private static final class Reader implements ChatModel {
        @Override
        public ChatResponse doChat(ChatRequest request) {
            AiMessage answer;
            if (request.messages().getLast() instanceof ToolExecutionResultMessage done) {
                answer = AiMessage.from(done.text());
            } else {
                String prompt = ((UserMessage) request.messages().getLast()).singleText();
                Matcher open = Pattern.compile("ticket for (\\w+)").matcher(prompt);
                Matcher who = Pattern.compile("does (\\w+) like").matcher(prompt);
                answer = open.find()
                        ? AiMessage.from(ToolExecutionRequest.builder()
                                .id("1")
                                .name("openTicket")
                                .arguments("{\"customer\": \"" + open.group(1) + "\"}")
                                .build())
                        : AiMessage.from(who.find() ? color(prompt, who.group(1)) : "I do not know.");
            }
            return ChatResponse.builder()
                    .aiMessage(answer)
                    .tokenUsage(new TokenUsage(30, 2))
                    .build();
        }

        private static String color(String prompt, String person) {
            Matcher color = Pattern.compile(person + " likes the color (\\w+)").matcher(prompt);
            return color.find() ? color.group(1) : "I do not know.";
        }
    }

    private static Subject subject(int passages, Map<String, String> documents) {
        LangChain4jSubject.Watch watch = new LangChain4jSubject.Watch();
        SupportDesk desk = new SupportDesk(
                watch.model("generate", new Reader()),
                watch.retriever("retrieve", SupportDesk.byWords(documents, passages)));
        return watch.subject("support desk", "scripted", desk::answer, LangChain4jSubjectTest::source);
    }

    private static List<TestItem> items() {
        return ScriptedPipeline.items(60, WORLD).stream()
                .filter(item -> item.question().contains("like"))
                .map(LangChain4jSubjectTest::unrouted)
                .toList();
    }

    /** The application has no router. */
    private static TestItem unrouted(TestItem item) {
        return new TestItem(
                item.id(),
                item.place(),
                item.question(),
                item.inputs(),
                item.answers(),
                item.match(),
                item.sources(),
                item.unanswerable(),
                item.calls(),
                item.ordered(),
                item.state(),
                Optional.empty(),
                item.attack(),
                item.ofCase());
    }

    @Test
    void theApplicationHasFiftyLinesAndNotAWordOfStoa() throws IOException {
        List<String> lines =
                Files.readAllLines(Path.of("src/test/java/io/stoa/integration/judge/service/SupportDesk.java"));
        assertThat(lines.stream()
                        .filter(line -> !line.isBlank() && !line.startsWith("import ") && !line.startsWith("package ")))
                .as("beside its imports")
                .hasSizeLessThanOrEqualTo(50);
        assertThat(lines.stream().filter(line -> line.startsWith("import io.stoa")))
                .isEmpty();
    }

    @Test
    void retrievalAndGenerationAreSeenApart() {
        Subject subject = subject(2, WORLD);
        TestItem item =
                items().stream().filter(one -> !one.unanswerable()).findFirst().orElseThrow();
        Trace trace = subject.run(item, Map.of(), 0);
        assertThat(subject.stages()).extracting(Stage::name).containsExactly("retrieve", "generate");
        assertThat(trace.names()).containsExactly("retrieve", "generate");
        assertThat(trace.of("retrieve").orElseThrow().passages()).hasSize(2);
        assertThat(trace.of("generate").orElseThrow().promptTokens()).isEqualTo(30);
        assertThat(trace.outcome().answer()).isEqualTo(item.answers().getFirst());
        assertThat(JUDGING.judge(item, subject.stages(), trace).scores())
                .containsEntry("success", 1.0)
                .containsEntry("retrieve/recall@3", 1.0);
    }

    @Test
    void toolCallsAreSeenThoughToolsAreNotWrapped() {
        TestItem item = TestItem.of(new ItemLine(Path.of("items.jsonl"), 1, JsonLines.object("""
            {"id": "t", "question": "Open a ticket for Pabson", "calls": [{"name": "openTicket", "arguments": {"customer": "Pabson"}}]}
            """)));
        Subject subject = subject(1, WORLD);
        Trace trace = subject.run(item, Map.of(), 0);
        assertThat(trace.outcome().answer()).isEqualTo("ticket opened for Pabson");
        assertThat(JUDGING.judge(item, subject.stages(), trace).scores()).containsEntry("calls", 1.0);
    }

    @Test
    void anIndexThatLacksDocumentsIsBlamedOnRetrieval() {
        Map<String, String> half = new TreeMap<>(WORLD);
        half.keySet().removeIf(id -> id.hashCode() % 2 == 0);
        Blame blame = Blame.byItems(subject(2, half), JUDGING, items(), 0, Progress.NONE);
        assertThat(blame.verdict().sentence()).startsWith("retrieve loses ");
        assertThat(blame.rest()).isZero();
    }

    @Test
    void aServiceThatThrowsIsAFailedItem() {
        LangChain4jSubject.Watch watch = new LangChain4jSubject.Watch();
        Subject subject = watch.subject("broken", "", _ -> {
            throw new IllegalStateException("no connection");
        });
        Trace trace = subject.run(items().getFirst(), Map.of(), 0);
        assertThat(trace.failure()).hasValueSatisfying(why -> assertThat(why).contains("no connection"));
        assertThat(JUDGING.judge(items().getFirst(), subject.stages(), trace).success())
                .isFalse();
    }

    @Test
    void isEvaluatedAsAnyPipelineIs() throws IOException {
        Path file = folder.resolve("items.jsonl");
        List<String> lines = new ArrayList<>();
        for (TestItem item : items()) {
            lines.add(
                    item.unanswerable()
                            ? "{\"id\": \"%s\", \"question\": \"%s\", \"unanswerable\": true}"
                                    .formatted(item.id(), item.question())
                            : "{\"id\": \"%s\", \"question\": \"%s\", \"answer\": \"%s\", \"documents\": [\"%s\"]}"
                                    .formatted(
                                            item.id(),
                                            item.question(),
                                            item.answers().getFirst(),
                                            item.sources().orElseThrow().getFirst()));
        }
        Files.write(file, lines);
        EvaluationRun run = new Evaluation(
                        subject(2, WORLD), JUDGING, new Evaluation.Settings(2, 0, Set.of(Perturbation.values())))
                .run(TestItem.read(file, Optional.empty()), Progress.NONE);
        EvaluationReport report = EvaluationReport.of(run);
        assertThat(report.measures())
                .hasEntrySatisfying(
                        "success", success -> assertThat(success.estimate()).isEqualTo(1));
        assertThat(report.passAll()).containsOnlyKeys(1, 2);
        assertThat(report.robustness()).containsKeys("typo", "paraphrase", "distractor", "order");
        assertThat(report.promptTokens()).isEqualTo(30);
        Path written = folder.resolve("run.json");
        Files.writeString(written, run.json());
        assertThat(EvaluationRun.read(written)).isEqualTo(run);
    }
}
