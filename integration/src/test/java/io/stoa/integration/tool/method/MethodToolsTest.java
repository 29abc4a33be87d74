package io.stoa.integration.tool.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.P;
import dev.langchain4j.model.output.structured.Description;
import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.StoaException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class MethodToolsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    enum Colour {
        RED,
        GREEN
    }

    record Place(String street, Optional<Integer> floor) {}

    record Order(
            @Description("How many.") int count,
            List<Colour> colours,
            Place to,
            Map<String, Double> weights,
            LocalDate by,
            Optional<String> note) {}

    record Loop(Optional<Loop> again) {}

    private static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text);
    }

    @Test
    void aRecordSaysWhatAFunctionTakes() {
        Tool tool = FunctionTool.of(
                "order", "Orders.", Order.class, Effects.IDEMPOTENT, (order, effect) -> order + " " + effect);
        assertThat(tool.description().parameters()).isEqualTo(json("""
            {"type": "object", "properties": {
              "count": {"type": "integer", "description": "How many."},
              "colours": {"type": "array", "items": {"type": "string", "enum": ["RED", "GREEN"]}},
              "to": {"type": "object", "properties": {"street": {"type": "string"}, "floor": {"type": "integer"}},
                "required": ["street"], "additionalProperties": false},
              "weights": {"type": "object", "additionalProperties": {"type": "number"}},
              "by": {"type": "string", "format": "date"},
              "note": {"type": "string"}},
             "required": ["count", "colours", "to", "weights", "by"], "additionalProperties": false}\
            """));
        assertThat(tool.call(
                        json("{\"count\": 2, \"colours\": [\"RED\"], \"to\": {\"street\": \"x\"}, \"weights\":"
                                + " {\"a\": 1}, \"by\": \"2026-11-27\"}"),
                        "e7",
                        PATIENCE))
                .isEqualTo(new Order(
                                2,
                                List.of(Colour.RED),
                                new Place("x", Optional.empty()),
                                Map.of("a", 1.0),
                                LocalDate.of(2026, 11, 27),
                                Optional.empty())
                        + " e7");
    }

    @Test
    void whatCannotBeToldAsJsonIsRefused() {
        assertThatThrownBy(() -> FunctionTool.of("a", "b", Loop.class, Effects.NONE, (_, _) -> ""))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("holding itself");
        record Odd(Thread thread) {}
        assertThatThrownBy(() -> FunctionTool.of("a", "b", Odd.class, Effects.NONE, (_, _) -> ""))
                .hasMessageContaining("Odd.thread: no JSON is known for java.lang.Thread");
    }

    /** An application's own tools, as LangChain4j has them. */
    static final class Desk {
        private int opened;

        @dev.langchain4j.agent.tool.Tool("Adds two numbers.")
        @Affects(Effects.NONE)
        double add(@P("the first") double a, @P(name = "second", description = "the second") double b) {
            return a + b;
        }

        @dev.langchain4j.agent.tool.Tool(
                name = "open_desk",
                value = {"Opens.", "Only once."})
        void open() {
            opened++;
        }

        @dev.langchain4j.agent.tool.Tool("Finds.")
        List<Place> find(
                @P(value = "where", required = false, defaultValue = "here") String where, Optional<Integer> most) {
            return List.of(new Place(where, most));
        }

        @dev.langchain4j.agent.tool.Tool("Fails.")
        String fail() {
            throw new IllegalStateException("it is broken");
        }
    }

    @Test
    void methodsThatLangChain4jMarksAreTools() {
        Desk desk = new Desk();
        List<Tool> tools = AnnotatedTools.of(desk);
        assertThat(tools)
                .extracting(tool -> tool.description().name())
                .containsExactly("add", "fail", "find", "open_desk");
        Tool add = tools.getFirst();
        assertThat(add.description().effects()).isEqualTo(Effects.NONE);
        assertThat(add.description()
                        .parameters()
                        .path("properties")
                        .path("second")
                        .toString())
                .isEqualTo("{\"type\":\"number\",\"description\":\"the second\"}");
        String first = add.description()
                .parameters()
                .path("properties")
                .propertyNames()
                .iterator()
                .next();
        assertThat(add.call(json("{\"" + first + "\": 1, \"second\": 2.5}"), "e", PATIENCE))
                .isEqualTo("3.5");
        Tool open = tools.get(3);
        assertThat(open.description().effects()).isEqualTo(Effects.EACH_CALL);
        assertThat(open.description().text()).isEqualTo("Opens.\nOnly once.");
        assertThat(open.call(json("{}"), "e", PATIENCE)).isEqualTo("Done.");
        assertThat(desk.opened).isEqualTo(1);
        assertThat(tools.get(2).call(json("{}"), "e", PATIENCE)).isEqualTo("[{\"street\":\"here\",\"floor\":null}]");
        assertThatThrownBy(() -> tools.get(1).call(json("{}"), "e", PATIENCE))
                .hasMessage("\"fail\" failed: it is broken");
        assertThatThrownBy(() -> AnnotatedTools.of("no tools")).hasMessageContaining("has no method with");
    }
}
