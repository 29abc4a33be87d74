package io.stoa.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Templates of our own; the texts are those of transformers 5.18 with {@code continue_final_message}. */
class BegunAnswerTest {
    @Test
    void endsWhereTheAnswerGoesOn() throws IOException {
        try (InputStream in = Objects.requireNonNull(BegunAnswerTest.class.getResourceAsStream("begun.json"))) {
            JsonNode cases = JsonMapper.shared().readTree(in);
            assertThat(cases.size()).isEqualTo(25);
            for (JsonNode one : cases) {
                List<ChatMessage> messages = new ArrayList<>();
                one.path("messages")
                        .forEach(message -> messages.add(new ChatMessage(
                                message.path("role").stringValue(),
                                Optional.of(message.path("content").stringValue()),
                                List.of(),
                                Optional.empty(),
                                Optional.empty())));
                assertThat(ChatTemplate.parse(one.path("source").stringValue()).renderBegun(messages, "<b>", "<e>"))
                        .as(one.path("template").stringValue())
                        .isEqualTo(one.path("text").stringValue());
            }
        }
    }

    @Test
    void refusesATemplateThatHidesAnswers() {
        ChatTemplate template = ChatTemplate.parse("{{ messages[0].content }}");
        assertThatThrownBy(() -> template.renderBegun(
                        List.of(ChatMessage.user("Who?"), ChatMessage.assistant("It was")), "", ""))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("how the answer begins (It was)");
    }
}
