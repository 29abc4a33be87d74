package io.stoa.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stoa.engine.chat.jinja.JinjaException;
import io.stoa.engine.chat.jinja.Template;
import io.stoa.model.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compares with Python's Jinja2, byte for byte. What it gave is in {@code conformance.json} and {@code snippets.json},
 * written by {@code src/test/python/chat_templates.py}.
 */
class TemplateConformanceTest {
    private static final Path TEMPLATES = Path.of("../../shared/data/chat-templates");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-24T09:05:07Z"), ZoneOffset.UTC);

    private final ObjectMapper json = new JsonMapper();

    @Test
    void rendersWhatJinja2RendersForPublishedTemplates() throws IOException {
        assumeThat(TEMPLATES).as("the collection of published chat templates").exists();
        JsonNode conversations = resource("conversations.json");
        List<String> differences = new ArrayList<>();
        int cases = 0;
        for (Map.Entry<String, JsonNode> template : resource("conformance.json").properties()) {
            Template parsed = Template.parse(Files.readString(TEMPLATES.resolve(template.getKey())));
            for (Map.Entry<String, JsonNode> expected : template.getValue().properties()) {
                cases++;
                ObjectNode outcome = outcome(() -> parsed, (ObjectNode) conversations.path(expected.getKey()));
                if (outcome.has("text")) {
                    String text = outcome.remove("text").stringValue();
                    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                    outcome.put("length", bytes.length)
                            .put("sha256", Digest.of(bytes).hex());
                }
                if (!outcome.equals(expected.getValue())) {
                    differences.add(template.getKey() + ", " + expected.getKey() + ": " + outcome + " instead of "
                            + expected.getValue());
                }
            }
        }
        assertThat(cases).isGreaterThanOrEqualTo(37 * 12);
        assertThat(differences).isEmpty();
    }

    @Test
    void rendersWhatJinja2RendersForSnippets() throws IOException {
        List<String> differences = new ArrayList<>();
        JsonNode snippets = resource("snippets.json");
        assertThat(snippets.size()).isGreaterThanOrEqualTo(60);
        for (JsonNode snippet : snippets) {
            ObjectNode variables =
                    snippet.path("variables") instanceof ObjectNode given ? given : json.createObjectNode();
            String template = snippet.path("template").stringValue();
            ObjectNode expected = ((ObjectNode) snippet).deepCopy();
            expected.remove(List.of("template", "variables"));
            ObjectNode outcome = outcome(() -> Template.parse(template), variables);
            if (!outcome.equals(expected)) {
                differences.add(template + ": " + outcome + " instead of " + expected);
            }
        }
        assertThat(differences).isEmpty();
    }

    private ObjectNode outcome(Supplier<Template> template, ObjectNode variables) {
        ObjectNode outcome = json.createObjectNode();
        try {
            return outcome.put("text", template.get().render(variables, CLOCK));
        } catch (JinjaException e) {
            return switch (e.reason()) {
                case RAISED -> outcome.put("raised", e.message());
                case SYNTAX -> outcome.put("syntax", e.message()).put("line", e.line());
                case FAILED -> outcome.put("failed", e.message());
                case LIMIT -> outcome.put("limit", e.message());
            };
        }
    }

    private JsonNode resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(TemplateConformanceTest.class.getResourceAsStream(name), name)) {
            return json.readTree(in);
        }
    }
}
