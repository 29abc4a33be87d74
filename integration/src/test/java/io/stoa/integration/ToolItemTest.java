package io.stoa.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.engine.Generation;
import io.stoa.integration.ToolAnswers.CallStage;
import io.stoa.integration.ToolAnswers.ToolAnswer;
import io.stoa.integration.item.ItemFile;
import io.stoa.integration.schema.ArgumentSchemas;
import io.stoa.model.StoaException;
import io.stoa.model.TaskKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolItemTest {
    private static final String ADD = """
            {"type": "function", "function": {"name": "add", "parameters": {"type": "object",
             "properties": {"a": {"type": "integer"}, "b": {"type": "number"}, "c": {"type": "array"}},
             "required": ["a"]}}}""";
    private static final String STOP = """
            {"type": "function", "function": {"name": "stop"}}""";

    @TempDir
    private Path folder;

    @Test
    void theShippedItemsAreRightForTheirOwnAnswers() {
        ItemFile<ToolItem> items = read(Fixtures.TOOLS);

        assertThat(items.items()).hasSize(200);
        for (ToolItem item : items.items()) {
            String answer = item.line().json().path("answer").stringValue();
            assertThat(item.judge(said(answer)).stage()).as(answer).isEqualTo(CallStage.RIGHT);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "The sum is 3.|NO_CALL|in words",
                "<tool_call>~{\"name\": \"add\", \"arguments\": {\"a\": 1~</tool_call>|EMITTED|",
                "<tool_call>~{\"name\": \"sum\", \"arguments\": {\"a\": 1}}~</tool_call>|PARSED|\"sum\", which was not",
                "<tool_call>~{\"name\": \"add\", \"arguments\": {\"a\": \"1\"}}~</tool_call>|PARSED|integer",
                "<tool_call>~{\"name\": \"add\", \"arguments\": {}}~</tool_call>|PARSED|'a'",
                "<tool_call>~{\"name\": \"add\", \"arguments\": {\"a\": 1}}~</tool_call>|VALID|instead of",
                "<tool_call>~{\"name\": \"stop\", \"arguments\": {}}~</tool_call>|VALID|instead of \"add\"",
                "<tool_call>~{\"name\": \"add\", \"arguments\": {\"c\": [{\"x\": 1, \"y\": 2.0}], \"b\": 2, \"a\": 1.0}}~</tool_call>|RIGHT|",
                "<tool_call>~{\"name\": \"add\", \"arguments\": {\"c\": [{\"x\": 1, \"y\": \"2\"}], \"b\": 2, \"a\": 1}}~</tool_call>|VALID|"
            })
    void anAnswerComesAsFarAsItIsRight(String answer, CallStage stage, @Nullable String problem) throws IOException {
        ToolItem item = read(write(item(
                        "[" + ADD + "," + STOP + "]",
                        "{\"name\": \"add\", \"arguments\": {\"a\": 1, \"b\": 2.0, \"c\": [{\"y\": 2, \"x\": 1}]}}")))
                .items()
                .getFirst();

        ToolAnswer judged = item.judge(said(answer.replace('~', '\n')));

        assertThat(judged.stage()).as(judged.problem()).isEqualTo(stage);
        assertThat(judged.problem()).contains(problem == null ? "" : problem);
        assertThat(judged.problem().isEmpty()).isEqualTo(stage == CallStage.RIGHT);
    }

    @Test
    void twoRightCallsAreOneTooMany() {
        ToolItem item = read(Fixtures.TOOLS).items().getFirst();
        String answer = item.line().json().path("answer").stringValue();

        assertThat(item.judge(said(answer + "\n" + answer)).stage()).isEqualTo(CallStage.VALID);
    }

    @Test
    void refusesItemsThatContradictThemselves() throws IOException {
        String good = "{\"name\": \"stop\", \"arguments\": {}}";
        refuses(item("[]", good), "\"stop\", which is not among its tools");
        refuses(item("[{\"function\": {}}]", good), "function.name");
        refuses(item("[7]", good), "NUMBER where an object belongs");
        refuses(item("[" + STOP + "," + STOP + "]", good), "two tools named \"stop\"");
        refuses(
                item("[" + ADD + "]", "{\"name\": \"add\", \"arguments\": {\"a\": \"x\"}}"),
                "do not fit the tool \"add\"");
        refuses(item("[" + STOP + "]", "{\"name\": \"stop\"}"), "object \"arguments\"");
        refuses(item("[" + STOP + "]", "\"just words\""), "exactly one tool call");
        refuses(item("[{\"function\": {\"name\": \"stop\", \"parameters\": \"none\"}}]", good), "STRING, not a JSON");
        refuses(
                item("[{\"function\": {\"name\": \"stop\", \"parameters\": {\"$ref\": \"http://a.b/c\"}}}]", good),
                "nothing is fetched");
    }

    private static String item(String tools, String answer) {
        return "{\"id\": \"t\", \"prompt\": \"Add.\", \"tools\": " + tools.replace("\n", "") + ", \"answer\": " + answer
                + "}";
    }

    private void refuses(String line, String message) throws IOException {
        Path file = write(line);
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("items.jsonl:1: ")
                .hasMessageContaining(message);
    }

    private Path write(String line) throws IOException {
        return Files.writeString(folder.resolve("items.jsonl"), line);
    }

    private static ItemFile<ToolItem> read(Path path) {
        return ToolItem.read(new TaskKind.ToolCall(path, 64), Optional.empty(), new ArgumentSchemas());
    }

    private static Generation said(String text) {
        return new Generation(text, Generation.Finish.STOP, 1, 1, Optional.empty(), Duration.ZERO);
    }
}
