package io.stoa.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.model.Check;
import io.stoa.model.EvidenceKey;
import io.stoa.model.Finding;
import io.stoa.model.Finding.Weight;
import io.stoa.model.Progress;
import io.stoa.model.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GroundedCheckTest {
    private static final String UNKNOWN = "I do not know.";

    private final MemoryRecorder recorder = new MemoryRecorder();

    @TempDir
    private Path folder;

    @Test
    void aModelThatReadsItsPassagesPasses() throws IOException {
        Map<String, String> answers = answers();
        ScriptedEngine reader = new ScriptedEngine(prompt -> {
            List<String> lines = ScriptedEngine.said(prompt).lines().toList();
            String answer = answers.getOrDefault(lines.getLast().substring("Question: ".length()), "another question");
            return lines.getFirst().contains(answer) ? " " + answer + "\n" : UNKNOWN;
        });

        List<Finding> findings = run(reader, 0.9, 0.9);

        assertThat(findings).extracting(Finding::weight).containsOnly(Weight.INFO);
        assertThat(Fixtures.quantity(findings.get(0), Quantity.SCORE)).isEqualTo(1);
        assertThat(Fixtures.quantity(findings.get(0), "answerable questions declined"))
                .isZero();
        assertThat(Fixtures.quantity(findings.get(1), "abstention rate")).isEqualTo(1);
        assertThat(Fixtures.quantity(findings.get(2), "retrieval hit rate@2")).isEqualTo(1);
        assertThat(findings.get(0).sentence()).contains("240 answerable questions", "above the gate of 90.0 %");
        assertThat(findings.get(1).sentence()).contains("60 unanswerable questions");
        assertThat(recorder.keys())
                .hasSize(12)
                .first()
                .extracting(EvidenceKey::check)
                .isEqualTo("integration/rag#0");
        assertThat(reader.asked()).allSatisfy(prompt -> {
            assertThat(prompt.messages()).hasSize(1);
            assertThat(prompt.messages().getFirst().role()).isEqualTo("user");
            assertThat(ScriptedEngine.said(prompt)).matches("Text: [^\n]+\nQuestion: [^\n]+");
        });
    }

    @Test
    void aModelThatAlwaysDeclinesIsFoundOut() {
        List<Finding> findings = run(new ScriptedEngine(prompt -> UNKNOWN), 0.5, 0.9);

        assertThat(findings).extracting(Finding::weight).containsExactly(Weight.BLOCKS, Weight.INFO, Weight.INFO);
        assertThat(Fixtures.quantity(findings.get(0), "answerable questions declined"))
                .isEqualTo(1);
        assertThat(Fixtures.quantity(findings.get(1), "abstention rate")).isEqualTo(1);
    }

    @Test
    void aModelThatAlwaysGuessesIsFoundOut() {
        List<Finding> findings = run(new ScriptedEngine(prompt -> "grey, I do not know."), 0.5, 0.5);

        assertThat(findings).extracting(Finding::weight).containsExactly(Weight.BLOCKS, Weight.BLOCKS, Weight.INFO);
        assertThat(findings.get(1).remedy().orElseThrow()).contains("declines");
    }

    @Test
    void poorRetrievalIsNamedAsTheCause() throws IOException {
        StringBuilder questions = new StringBuilder();
        Path corpus = Files.createDirectory(folder.resolve("corpus"));
        for (int i = 0; i < 40; i++) {
            Files.writeString(corpus.resolve("d%02d.md".formatted(i)), "# Title\n\nall the same words\n");
            questions.append(
                    "{\"id\": \"q%d\", \"question\": \"which words?\", \"answer\": \"a\", \"documents\": [\"d%02d.md\"]}\n"
                            .formatted(i, i));
        }
        questions.append("{\"id\": \"two\", \"question\": \"which words?\", \"answer\": \"a\","
                + " \"documents\": [\"d00.md\", \"d39.md\"]}\n");
        Path file = Files.writeString(folder.resolve("q.jsonl"), questions);

        List<Finding> findings = check(
                        new ScriptedEngine(prompt -> "b"),
                        corpus,
                        file,
                        OptionalDouble.of(0.9),
                        OptionalDouble.of(0.9),
                        Optional.empty())
                .run(recorder, Progress.NONE);

        assertThat(findings).extracting(Finding::weight).containsExactly(Weight.BLOCKS, Weight.UNKNOWN, Weight.INFO);
        assertThat(findings.get(0).remedy().orElseThrow()).contains("No model can reach this gate", "Raise passages");
        assertThat(findings.get(1).remedy().orElseThrow()).contains("Add questions without documents");
        assertThat(Fixtures.quantity(findings.get(2), "retrieval hit rate@2")).isEqualTo(3 / 41.0);
        assertThat(Fixtures.quantity(findings.get(2), "all documents retrieved@2"))
                .isEqualTo(2 / 41.0);
    }

    @Test
    void anotherCorpusIsAnotherMeasurement() throws IOException {
        Path corpus = Files.createDirectory(folder.resolve("corpus"));
        Files.writeString(corpus.resolve("a.md"), "Bo likes plums.");
        Path file = Files.writeString(folder.resolve("q.jsonl"), """
                {"id": "1", "question": "What does Bo like?", "answer": "plums", "documents": ["a.md"]}
                """);
        ScriptedEngine engine = new ScriptedEngine(prompt -> "plums");
        for (String text : List.of("Bo likes plums.", "Bo likes plums.", "Bo likes plums a lot.")) {
            Files.writeString(corpus.resolve("a.md"), text);
            check(engine, corpus, file, OptionalDouble.empty(), OptionalDouble.empty(), Optional.empty())
                    .run(recorder, Progress.NONE);
        }
        assertThat(engine.asked()).hasSize(2);
        assertThat(ScriptedEngine.said(engine.asked().getLast()))
                .isEqualTo("Text: Bo likes plums a lot.\nQuestion: What does Bo like?");
    }

    @Test
    void passagesAreTextAndNotLayout() throws IOException {
        Path corpus = Files.createDirectory(folder.resolve("corpus"));
        Files.writeString(corpus.resolve("a.md"), "100 %s of %d\nQuestion: {question} Bo?");
        Path file = Files.writeString(folder.resolve("q.jsonl"), """
                {"id": "1", "question": "Bo %s?", "answer": "x", "documents": ["a.md"]}
                """);
        ScriptedEngine engine = new ScriptedEngine(prompt -> "x");

        check(engine, corpus, file, OptionalDouble.empty(), OptionalDouble.empty(), Optional.empty())
                .run(recorder, Progress.NONE);

        assertThat(ScriptedEngine.said(engine.asked().getFirst()))
                .isEqualTo("Text: 100 %s of %d Question: {question} Bo?\nQuestion: Bo %s?");
    }

    private List<Finding> run(ScriptedEngine engine, double gate, double abstention) {
        return check(
                        engine,
                        Fixtures.CORPUS,
                        Fixtures.QUESTIONS,
                        OptionalDouble.of(gate),
                        OptionalDouble.of(abstention),
                        Optional.empty())
                .run(recorder, Progress.NONE);
    }

    private static Check check(
            ScriptedEngine engine,
            Path corpus,
            Path questions,
            OptionalDouble gate,
            OptionalDouble abstention,
            Optional<Integer> limit) {
        return new IntegrationPillar(engine, Fixtures.BUILD)
                .plan(Fixtures.subject(
                        Fixtures.remote(), Fixtures.grounded(corpus, questions, gate, abstention, limit)))
                .get(1);
    }

    private static Map<String, String> answers() throws IOException {
        JsonMapper mapper = JsonMapper.builder().build();
        Map<String, String> answers = new HashMap<>();
        for (String line : Files.readAllLines(Fixtures.QUESTIONS)) {
            JsonNode question = mapper.readTree(line);
            answers.put(
                    question.path("question").stringValue(),
                    question.path("answer").stringValue());
        }
        return answers;
    }
}
