package io.stoa.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.Check;
import io.stoa.model.PillarName;
import io.stoa.model.Subject;
import io.stoa.model.TaskKind;
import io.stoa.model.Workload.TaskSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntegrationPillarTest {
    private final ScriptedEngine engine = new ScriptedEngine(prompt -> "");
    private final IntegrationPillar pillar = new IntegrationPillar(engine, Fixtures.BUILD);

    @TempDir
    private Path folder;

    @Test
    void plansTheTemplateAndItsOwnTasks() {
        Subject subject = Fixtures.subject(
                Fixtures.gguf(Fixtures.QUICKSTART.resolve("models").resolve("micro.gguf")),
                new TaskSpec(
                        "reading",
                        0,
                        OptionalDouble.empty(),
                        Optional.empty(),
                        false,
                        new TaskKind.ExactMatch(folder.resolve("absent"), 5)),
                Fixtures.tools(Fixtures.TOOLS, OptionalDouble.empty(), Optional.of(50)),
                Fixtures.grounded(
                        Fixtures.CORPUS,
                        Fixtures.QUESTIONS,
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        Optional.empty()));

        List<Check> checks = pillar.plan(subject);

        assertThat(pillar.name()).isEqualTo(PillarName.INTEGRATION);
        assertThat(checks)
                .extracting(Check::id)
                .containsExactly("integration/template", "integration/tools", "integration/rag");
        assertThat(checks)
                .extracting(Check::stage)
                .containsExactly(Check.Stage.EXAMINE, Check.Stage.RUN, Check.Stage.RUN);
        assertThat(checks).extracting(Check::title).contains("tools: 50 tool calls");
        assertThat(checks).allSatisfy(check -> {
            assertThat(check.pillar()).isEqualTo(PillarName.INTEGRATION);
            assertThat(check.estimate()).isBetween(Duration.ofMillis(1), Duration.ofMinutes(1));
        });
        assertThat(engine.asked()).isEmpty();
    }

    @Test
    void refusesBadItemsBeforeAnythingRuns() throws IOException {
        Path items = Files.writeString(folder.resolve("questions.jsonl"), """
                {"id": "1", "question": "Q?", "answer": "A", "documents": ["absent.md"]}
                """);
        Files.createDirectory(folder.resolve("corpus"));
        Files.writeString(folder.resolve("corpus").resolve("a.md"), "text");

        refuses(folder.resolve("corpus"), items, "questions.jsonl:1: document \"absent.md\" is not in");
        refuses(folder.resolve("none"), items, "none: no such folder");
        Files.writeString(items, """
                {"id": "1", "question": "Q?", "answer": "A", "documents": []}
                """);
        refuses(folder.resolve("corpus"), items, "questions.jsonl:1: names no document, so its answer must be");
        Files.writeString(items, """
                {"id": "1", "question": "Q?", "answer": "I don't know", "documents": ["a.md"]}
                """);
        refuses(folder.resolve("corpus"), items, "questions.jsonl:1: names documents, so its answer cannot be");
        Files.writeString(items, """
                {"id": "1", "question": "Q?", "answer": "I do not know.", "documents": []}
                """);
        refuses(folder.resolve("corpus"), items, "questions.jsonl:1: none of the 1 questions");
    }

    private void refuses(Path corpus, Path questions, String message) {
        Subject subject = Fixtures.subject(
                Fixtures.remote(),
                Fixtures.grounded(corpus, questions, OptionalDouble.empty(), OptionalDouble.empty(), Optional.empty()));
        assertThatThrownBy(() -> pillar.plan(subject)).hasMessageContaining(message);
    }
}
