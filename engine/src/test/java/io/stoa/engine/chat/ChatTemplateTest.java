package io.stoa.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.stoa.engine.chat.jinja.JinjaException;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ChatTemplateTest {
    private static final Path REFERENCE = Path.of("../../shared/models/reference.json");

    private final ObjectMapper json = new JsonMapper();

    @Test
    void rendersTheShippedModelsTemplate() throws IOException {
        assumeThat(REFERENCE).as("the shipped models' reference").exists();
        JsonNode reference = json.readTree(Files.readString(REFERENCE));
        ChatTemplate template = ChatTemplate.parse(reference.path("template").stringValue());
        assertThat(reference.path("rendered").size()).isPositive();
        for (JsonNode rendered : reference.path("rendered")) {
            List<ChatMessage> messages = new ArrayList<>();
            rendered.path("messages")
                    .forEach(message -> messages.add(new ChatMessage(
                            message.path("role").stringValue(),
                            Optional.of(message.path("content").stringValue()),
                            List.of(),
                            Optional.empty(),
                            Optional.empty())));
            List<ToolDefinition> tools = new ArrayList<>();
            rendered.path("tools").forEach(tool -> tools.add(new ToolDefinition((ObjectNode) tool)));
            assertThat(template.render(
                            messages,
                            tools,
                            rendered.path("add_generation_prompt").booleanValue(),
                            "",
                            ""))
                    .isEqualTo(rendered.path("text").stringValue());
        }
    }

    @Test
    void givesTemplatesCallsAndAnswersInTheirUsualShape() {
        ChatTemplate template =
                ChatTemplate.parse("{{ messages | tojson }} {{ tools }} {{ bos_token }}{{ eos_token }}");
        ObjectNode arguments = json.createObjectNode().put("city", "Köln").put("days", 2);
        ChatMessage calling = new ChatMessage(
                "assistant",
                Optional.empty(),
                List.of(new ToolCall("1", "weather", arguments)),
                Optional.empty(),
                Optional.of("A tool helps."));
        ChatMessage answer =
                new ChatMessage("tool", Optional.of("rain"), List.of(), Optional.of("1"), Optional.empty());
        assertThat(template.render(List.of(calling, answer), List.of(), false, "<s>", "</s>"))
                .isEqualTo("[{\"role\": \"assistant\", \"content\": null, \"reasoning_content\": \"A tool helps.\","
                        + " \"tool_calls\": [{\"id\": \"1\", \"type\": \"function\", \"function\": {\"name\": \"weather\","
                        + " \"arguments\": {\"city\": \"Köln\", \"days\": 2}}}]}, {\"role\": \"tool\", \"content\":"
                        + " \"rain\", \"tool_call_id\": \"1\", \"name\": \"weather\"}] None <s></s>");
    }

    @Test
    void readsTheClockItWasGiven() {
        Clock clock = Clock.fixed(Instant.parse("2026-11-04T09:05:07Z"), ZoneOffset.UTC);
        assertThat(ChatTemplate.parse("{{ strftime_now('%d %b %Y, %-d %B, %H:%M:%S %j %a %I%p %%') }}", clock)
                        .render(json.createObjectNode()))
                .isEqualTo("04 Nov 2026, 4 November, 09:05:07 308 Wed 09AM %");
    }

    @Test
    void tellsARefusalFromAFailure() {
        ObjectNode nothing = json.createObjectNode();
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> ChatTemplate.parse("{{ raise_exception('No tools, \"please\"') }}")
                        .render(nothing))
                .withMessage("the chat template refuses this conversation: No tools, \"please\"")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                .extracting(Throwable::getCause, type(JinjaException.class))
                .satisfies(cause -> {
                    assertThat(cause.reason()).isEqualTo(JinjaException.Reason.RAISED);
                    assertThat(cause.message()).isEqualTo("No tools, \"please\"");
                });
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() ->
                        ChatTemplate.parse("a\n{{ messages[0].content + 1 }}").render(nothing))
                .withMessageStartingWith("the chat template fails in line 2: 'messages' is undefined; ")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.ENGINE));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> ChatTemplate.parse("a\n\n{% if x %}"))
                .withMessageStartingWith("the chat template is malformed in line 3: Unexpected end of template.")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.ENGINE));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> ChatTemplate.parse("{% include 'x' %}"))
                .withMessageContaining("line 1: {% include %} needs other templates, and a chat template stands alone");
    }
}
