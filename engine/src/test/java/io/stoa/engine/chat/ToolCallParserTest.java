package io.stoa.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ToolCallParserTest {
    private final ToolCallParser parser = new ToolCallParser(List.of(tool("add"), tool("find_person")));

    private static ToolDefinition tool(String name) {
        ObjectNode json = new JsonMapper().createObjectNode().put("type", "function");
        json.putObject("function").put("name", name);
        return new ToolDefinition(json);
    }

    @Test
    void readsOneCallAsTheShippedModelsWriteIt() {
        ParsedAnswer answer =
                parser.parse("<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 14, \"b\": 2}}\n</tool_call>");
        assertThat(answer.content()).isEmpty();
        assertThat(answer.problems()).isEmpty();
        assertThat(answer.toolCalls()).singleElement().satisfies(call -> {
            assertThat(call.id()).isEqualTo("call_1");
            assertThat(call.name()).isEqualTo("add");
            assertThat(call.arguments()).hasToString("{\"a\":14,\"b\":2}");
        });
    }

    @Test
    void readsSeveralCallsAndTheTextAroundThem() {
        ParsedAnswer answer = parser.parse(
                "Let me see.\n<tool_call>{\"name\":\"add\",\"arguments\":{}}</tool_call>\n"
                        + "<tool_call>{\"name\":\"x\",\"arguments\":{\"t\":\"</tool_call> {\"},\"id\":\"q7\"}</tool_call> Done.");
        assertThat(answer.content()).isEqualTo("Let me see.\n\n Done.");
        assertThat(answer.toolCalls()).extracting(ToolCall::name).containsExactly("add", "x");
        assertThat(answer.toolCalls()).extracting(ToolCall::id).containsExactly("call_1", "q7");
        assertThat(answer.toolCalls().get(1).arguments().path("t").stringValue())
                .isEqualTo("</tool_call> {");
    }

    @Test
    void acceptsACallWhoseClosingTagWasTheStopString() {
        assertThat(parser.parse("<tool_call>{\"name\":\"add\",\"arguments\":{\"a\":1}}")
                        .toolCalls())
                .hasSize(1);
    }

    @Test
    void namesWhatIsMalformedAndKeepsIt() {
        assertThat(parser.parse("<tool_call>{\"name\": \"add\", </tool_call>")).satisfies(answer -> {
            assertThat(answer.toolCalls()).isEmpty();
            assertThat(answer.content()).isEqualTo("<tool_call>{\"name\": \"add\", </tool_call>");
            assertThat(answer.problems()).singleElement().asString().startsWith("a tool call is not JSON: ");
        });
        assertThat(parser.parse("<tool_call>{\"arguments\":{}}</tool_call>").problems())
                .containsExactly("a tool call has no name: {\"arguments\":{}}");
        assertThat(parser.parse("<tool_call>{\"name\":\"add\",\"arguments\":[1]}</tool_call>")
                        .problems())
                .containsExactly("the arguments of add are not an object: [1]");
        assertThat(parser.parse("<tool_call></tool_call>").problems()).containsExactly("a tool call is empty");
        assertThat(parser.parse("<tool_call>[{\"name\":\"add\"},{}]</tool_call>"))
                .satisfies(answer -> {
                    assertThat(answer.toolCalls()).hasSize(1);
                    assertThat(answer.problems()).hasSize(1);
                });
    }

    @Test
    void readsMistralsTwoForms() {
        assertThat(parser.parse("[TOOL_CALLS][{\"name\":\"add\",\"arguments\":{\"a\":1},\"id\":\"abcdefg01\"},"
                                + " {\"name\":\"add\",\"arguments\":{\"a\":2},\"id\":\"abcdefg02\"}]")
                        .toolCalls())
                .extracting(ToolCall::id)
                .containsExactly("abcdefg01", "abcdefg02");
        assertThat(parser.parse("Hm.[TOOL_CALLS]add[ARGS]{\"a\": 1}[TOOL_CALLS]x.y[CALL_ID]q1[ARGS]{}"))
                .satisfies(answer -> {
                    assertThat(answer.content()).isEqualTo("Hm.");
                    assertThat(answer.toolCalls()).extracting(ToolCall::name).containsExactly("add", "x.y");
                    assertThat(answer.toolCalls()).extracting(ToolCall::id).containsExactly("call_1", "q1");
                });
    }

    @Test
    void readsLlamasForms() {
        assertThat(parser.parse("<|python_tag|>{\"name\": \"x\", \"parameters\": {\"a\": \"1\"}}; {\"name\": \"y\","
                                + " \"parameters\": {}}")
                        .toolCalls())
                .extracting(ToolCall::name)
                .containsExactly("x", "y");
        assertThat(parser.parse("<|python_tag|>brave_search.call(query=\"x\")").problems())
                .hasSize(1);
        assertThat(parser.parse("{\"type\": \"function\", \"name\": \"add\", \"parameters\": {\"a\": 1}}")
                        .toolCalls())
                .hasSize(1);
        assertThat(parser.parse("```json\n{\"function\": {\"name\": \"add\", \"arguments\": \"{\\\"a\\\": 1}\"}}\n```")
                        .toolCalls())
                .singleElement()
                .satisfies(call ->
                        assertThat(call.arguments().path("a").intValue()).isEqualTo(1));
    }

    @Test
    void leavesAnAnswerThatIsJsonAlone() {
        String answer = "{\"name\": \"Ada\", \"parameters\": {}}";
        assertThat(parser.parse(answer)).isEqualTo(new ParsedAnswer(answer, "", List.of(), List.of()));
        assertThat(parser.parse("{broken")).isEqualTo(new ParsedAnswer("{broken", "", List.of(), List.of()));
        assertThat(parser.parse("Just text.").content()).isEqualTo("Just text.");
    }

    @Test
    void givesEveryCallItsOwnId() {
        assertThat(parser.parse("<tool_call>{\"name\":\"a\",\"id\":\"call_2\"}</tool_call>"
                                + "<tool_call>{\"name\":\"b\",\"id\":\"call_2\"}</tool_call>"
                                + "<tool_call>{\"name\":\"c\"}</tool_call>")
                        .toolCalls())
                .extracting(ToolCall::id)
                .doesNotHaveDuplicates();
    }

    @Test
    void neverThrows() {
        long seed = System.nanoTime();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<String> pieces = List.of(
                "<tool_call>",
                "</tool_call>",
                "[TOOL_CALLS]",
                "[ARGS]",
                "<|python_tag|>",
                "{",
                "}",
                "[",
                "]",
                "\"",
                "\\",
                "\"name\"",
                ":",
                "\"add\"",
                ",",
                "\"arguments\"",
                "null",
                "1e999",
                ";",
                " ",
                "\n",
                "é",
                "\ud83d",
                "```");
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int piece = random.nextInt(25); piece >= 0; piece--) {
                text.append(pieces.get(random.nextInt(pieces.size())));
            }
            assertThatCode(() -> parser.parse(text.toString()))
                    .as("seed %d: %s", seed, text)
                    .doesNotThrowAnyException();
        }
        assertThatCode(() -> parser.parse("<tool_call>" + "[".repeat(1_000_000)))
                .doesNotThrowAnyException();
    }
}
