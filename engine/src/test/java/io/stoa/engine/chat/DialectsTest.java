package io.stoa.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.engine.grammar.Grammar;
import io.stoa.engine.grammar.GrammarState;
import io.stoa.engine.grammar.ToolDialect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Answers in every dialect, whole and in pieces. The texts are made up after what each family's template shows. */
final class DialectsTest {
    private static final List<ToolDefinition> TOOLS = List.of(tool("get_weather", "city"), tool("add", "a"));

    private static ToolDefinition tool(String name, String parameter) {
        return new ToolDefinition((ObjectNode) JsonMapper.shared().readTree("""
                        {"type": "function", "function": {"name": "%s", "parameters": {"type": "object",
                         "properties": {"%s": {"type": "string"}}, "required": ["%s"]}}}
                        """.formatted(name, parameter, parameter)));
    }

    /** An answer; its content, its reasoning, its calls as name and arguments, and how many problems it has. */
    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of("Just text. ", "Just text.", "", List.of(), 0),
                Arguments.of("A < b and <tool is no call", "A < b and <tool is no call", "", List.of(), 0),
                Arguments.of(
                        "Let me see.\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Bel\"}}\n</tool_call>",
                        "Let me see.",
                        "",
                        List.of("get_weather {\"city\":\"Bel\"}"),
                        0),
                Arguments.of(
                        "<think>\nFirst Bel, then Dun.\n</think>\n\nHere it is: <tool_call>{\"name\":\"add\",\"arguments\":{\"a\":\"1\"}}"
                                + "</tool_call><tool_call>{\"name\":\"add\",\"arguments\":{\"a\":\"</tool_call>\"}}</tool_call> done",
                        "Here it is:  done",
                        "First Bel, then Dun.",
                        List.of("add {\"a\":\"1\"}", "add {\"a\":\"</tool_call>\"}"),
                        0),
                Arguments.of("<think>it never ends", "", "it never ends", List.of(), 0),
                Arguments.of(
                        "I look.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{\"city\": \"Bel\"}\n```<｜tool▁call▁end｜>\n"
                                + "<｜tool▁call▁begin｜>function<｜tool▁sep｜>add\n```json\n{\"a\": \"2\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
                        "I look.",
                        "",
                        List.of("get_weather {\"city\":\"Bel\"}", "add {\"a\":\"2\"}"),
                        0),
                Arguments.of(
                        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{\"city\": \"Bel\"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
                        "",
                        "",
                        List.of("get_weather {\"city\":\"Bel\"}"),
                        0),
                Arguments.of(
                        "<|channel|>analysis<|message|>The weather of Bel.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{\"city\": \"Bel\"}<|call|>",
                        "",
                        "The weather of Bel.",
                        List.of("get_weather {\"city\":\"Bel\"}"),
                        0),
                Arguments.of(
                        "<|channel|>analysis<|message|>Easy.<|end|><|start|>assistant<|channel|>final<|message|>It rains.<|return|>",
                        "It rains.",
                        "Easy.",
                        List.of(),
                        0),
                Arguments.of(
                        "<|tool_call|>[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Bel\"}}, {\"name\": \"add\", \"arguments\": {\"a\": \"1\"}}]",
                        "",
                        "",
                        List.of("get_weather {\"city\":\"Bel\"}", "add {\"a\":\"1\"}"),
                        0),
                Arguments.of(
                        "<tool_call>\n<function=get_weather>\n<parameter=city>\nBel and Dun\n</parameter>\n</function>\n</tool_call>",
                        "",
                        "",
                        List.of("get_weather {\"city\":\"Bel and Dun\"}"),
                        0),
                Arguments.of(
                        "Well: [TOOL_CALLS]get_weather[ARGS]{\"city\": \"Bel\"}",
                        "Well:",
                        "",
                        List.of("get_weather {\"city\":\"Bel\"}"),
                        0),
                Arguments.of(
                        "<|python_tag|>{\"name\": \"add\", \"parameters\": {\"a\": \"1\"}}; {\"name\": \"add\", \"parameters\": {\"a\": \"2\"}}",
                        "",
                        "",
                        List.of("add {\"a\":\"1\"}", "add {\"a\":\"2\"}"),
                        0),
                Arguments.of(
                        "{\"name\": \"add\", \"arguments\": {\"a\": \"1\"}}", "", "", List.of("add {\"a\":\"1\"}"), 0),
                Arguments.of("{\"answer\": 42}", "{\"answer\": 42}", "", List.of(), 0),
                Arguments.of("<tool_call>{\"name\": \"add\", ", "<tool_call>{\"name\": \"add\",", "", List.of(), 1),
                Arguments.of(
                        "<｜tool▁call▁begin｜>add<｜tool▁sep｜>{\"a\": ",
                        "<｜tool▁call▁begin｜>add<｜tool▁sep｜>{\"a\":",
                        "",
                        List.of(),
                        1));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void takesAnswersApart(String answer, String content, String reasoning, List<String> calls, int problems) {
        ParsedAnswer parsed = new ToolCallParser(TOOLS).parse(answer);
        assertThat(parsed.content()).isEqualTo(content);
        assertThat(parsed.reasoning()).isEqualTo(reasoning);
        assertThat(parsed.toolCalls().stream().map(call -> call.name() + " " + call.arguments()))
                .isEqualTo(calls);
        assertThat(parsed.problems()).hasSize(problems);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void cutInWhateverWayItIsTheSame(
            String answer, String content, String reasoning, List<String> calls, int problems) {
        for (int first = 0; first <= answer.length(); first++) {
            for (int second = first; second <= answer.length(); second += 3) {
                check(
                        answer,
                        List.of(answer.substring(0, first), answer.substring(first, second), answer.substring(second)),
                        content);
            }
        }
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            List<String> pieces = new ArrayList<>();
            for (int at = 0; at < answer.length(); ) {
                int end = Math.min(answer.length(), at + 1 + random.nextInt(9));
                pieces.add(answer.substring(at, end));
                at = end;
            }
            check(answer, pieces, content);
        }
    }

    private static void check(String answer, List<String> pieces, String content) {
        AnswerStream stream = new AnswerStream(TOOLS);
        StringBuilder told = new StringBuilder();
        for (String piece : pieces) {
            told.append(stream.accept(piece));
        }
        assertThat(content).as("%s in %s", answer, pieces).startsWith(told.toString());
        assertThat(stream.toldLength()).isEqualTo(told.length());
        assertThat(stream.end()).isEqualTo(new ToolCallParser(TOOLS).parse(answer));
    }

    @Test
    void textIsToldAtOnce() {
        AnswerStream stream = new AnswerStream(TOOLS);
        assertThat(stream.accept("Hello")).isEqualTo("Hello");
        assertThat(stream.accept(" you <")).isEqualTo(" you");
        assertThat(stream.accept("b")).isEqualTo(" <b");
        assertThat(stream.accept(" <tool_call>{")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void theGrammarWritesWhatTheParserReads(ToolDialect dialect) {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        GrammarState start = Grammar.parse(dialect.grammar(TOOLS, true)).start();
        for (int round = 0; round < 5; round++) {
            String text = random(start, random);
            ParsedAnswer parsed = new ToolCallParser(TOOLS).parse(text);
            assertThat(parsed.problems()).as("seed %d: %s", seed, text).isEmpty();
            assertThat(parsed.toolCalls()).as("seed %d: %s", seed, text).isNotEmpty();
            assertThat(parsed.content()).as("seed %d: %s", seed, text).isEmpty();
        }
    }

    /** A random text of the grammar: any allowed byte, and towards the end the way that ends. */
    private static String random(GrammarState start, SplittableRandom random) {
        byte[] text = new byte[4096];
        int length = 0;
        GrammarState state = start;
        while (!(state.mayEnd() && (length > 300 || state.onlyEnds()))) {
            List<Byte> allowed = new ArrayList<>();
            for (int b = 0; b < 256; b++) {
                byte each = (byte) b;
                GrammarState now = state;
                boolean fits = state.accept(new byte[] {each})
                        .filter(next -> next.shortestEnding() < now.shortestEnding() || now.shortestEnding() < 400)
                        .isPresent();
                if (fits) {
                    allowed.add(each);
                }
            }
            GrammarState now = state;
            if (length > 300) {
                allowed.removeIf(
                        each -> now.accept(new byte[] {each}).orElseThrow().shortestEnding() >= now.shortestEnding());
            }
            byte chosen = allowed.get(random.nextInt(allowed.size()));
            text[length++] = chosen;
            state = state.accept(new byte[] {chosen}).orElseThrow();
        }
        return new String(text, 0, length, StandardCharsets.UTF_8);
    }
}
