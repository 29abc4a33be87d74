package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.engine.chat.ChatMessage;
import io.stoa.engine.chat.ParsedAnswer;
import io.stoa.engine.chat.ToolCall;
import io.stoa.engine.chat.ToolCallParser;
import io.stoa.engine.chat.ToolDefinition;
import io.stoa.integration.ToolAnswers.CallStage;
import io.stoa.integration.ToolAnswers.ToolAnswer;
import io.stoa.integration.item.ItemFile;
import io.stoa.integration.item.ItemLine;
import io.stoa.integration.schema.ArgumentSchema;
import io.stoa.integration.schema.ArgumentSchemas;
import io.stoa.model.TaskKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request that one tool call answers: {@code {"id": …, "prompt": …, "tools": […], "answer": …}}. The tools are OpenAI
 * function definitions; the answer is the expected call, either as an object {@code {"name": …, "arguments": {…}}} or as
 * the text that a model would write.
 *
 * @param line where it was read
 * @param prompt what the user says
 * @param tools the tools on offer, at least one
 * @param schemas what the arguments of each tool must look like, by the tool's name
 * @param expected the right call
 */
record ToolItem(
        ItemLine line,
        String prompt,
        List<ToolDefinition> tools,
        Map<String, ArgumentSchema> schemas,
        ToolCall expected)
        implements Item {
    /** Equal as JSON numbers: 2 is 2.0, in whatever types they were read. */
    private static final Comparator<JsonNode> AS_JSON = (one, other) -> {
        if (one.isIntegralNumber() && other.isIntegralNumber()) {
            return one.bigIntegerValue().compareTo(other.bigIntegerValue());
        }
        if (one.isNumber() && other.isNumber()) {
            return Double.compare(one.doubleValue(), other.doubleValue());
        }
        return one.equals(other) ? 0 : 1;
    };

    ToolItem {
        requireNonNull(line, "line");
        requireNonNull(prompt, "prompt");
        requireNonNull(expected, "expected");
        tools = List.copyOf(tools);
        schemas = Map.copyOf(schemas);
    }

    /** Reads the items of a task. An item whose expected call its own tools do not allow is refused. */
    static ItemFile<ToolItem> read(TaskKind.ToolCall kind, Optional<Integer> limit, ArgumentSchemas schemas) {
        return ItemFile.read(kind.items(), limit, line -> parse(line, schemas));
    }

    private static ToolItem parse(ItemLine line, ArgumentSchemas schemas) {
        List<ToolDefinition> tools = new ArrayList<>();
        Map<String, ArgumentSchema> schemaOf = new LinkedHashMap<>();
        for (ObjectNode json : line.objects("tools")) {
            ToolDefinition tool = tool(line, json);
            tools.add(tool);
            if (schemaOf.put(tool.name(), schema(line, tool, schemas)) != null) {
                throw line.wrong("offers two tools named \"" + tool.name() + "\"");
            }
        }
        ToolCall expected = expected(line, tools);
        ArgumentSchema schema = schemaOf.get(expected.name());
        if (schema == null) {
            throw line.wrong("expects a call of \"" + expected.name() + "\", which is not among its tools");
        }
        schema.problem(expected.arguments()).ifPresent(problem -> {
            throw line.wrong(
                    "the arguments that it expects do not fit the tool \"" + expected.name() + "\": " + problem);
        });
        return new ToolItem(line, line.text("prompt"), tools, schemaOf, expected);
    }

    private static ToolDefinition tool(ItemLine line, ObjectNode json) {
        try {
            return new ToolDefinition(json);
        } catch (IllegalArgumentException e) {
            throw line.wrong("a tool is {\"type\": \"function\", \"function\": {\"name\": …, …}}: " + e.getMessage());
        }
    }

    private static ArgumentSchema schema(ItemLine line, ToolDefinition tool, ArgumentSchemas schemas) {
        JsonNode parameters = tool.json().path("function").path("parameters");
        if (!parameters.isMissingNode() && !parameters.isObject()) {
            throw line.wrong("the parameters of tool \"" + tool.name() + "\" are " + parameters.getNodeType()
                    + ", not a JSON Schema");
        }
        try {
            return schemas.compile(tool.parameters());
        } catch (IllegalArgumentException e) {
            throw line.wrong("the parameters of tool \"" + tool.name() + "\": " + e.getMessage());
        }
    }

    private static ToolCall expected(ItemLine line, List<ToolDefinition> tools) {
        JsonNode answer = line.json().path("answer");
        if (answer instanceof ObjectNode call) {
            String name = call.path("name").stringValue("");
            if (name.isBlank() || !(call.path("arguments") instanceof ObjectNode arguments)) {
                throw line.wrong("\"answer\" as an object needs a \"name\" and an object \"arguments\"");
            }
            return new ToolCall("expected", name, arguments);
        }
        ParsedAnswer parsed = new ToolCallParser(tools).parse(line.text("answer"));
        if (parsed.toolCalls().size() != 1 || !parsed.problems().isEmpty()) {
            throw line.wrong("\"answer\" must hold exactly one tool call; it holds "
                    + parsed.toolCalls().size()
                    + (parsed.problems().isEmpty()
                            ? ""
                            : ": " + parsed.problems().getFirst()));
        }
        return parsed.toolCalls().getFirst();
    }

    Prompt.Chat asPrompt() {
        return new Prompt.Chat(List.of(ChatMessage.user(prompt)), tools);
    }

    /** How far an answer came, stage by stage. */
    ToolAnswer judge(Generation generation) {
        ParsedAnswer parsed = new ToolCallParser(tools).parse(generation.text());
        if (parsed.toolCalls().isEmpty() && parsed.problems().isEmpty()) {
            return answer(generation, CallStage.NO_CALL, "answered in words instead of calling a tool");
        }
        if (!parsed.problems().isEmpty()) {
            return answer(generation, CallStage.EMITTED, parsed.problems().getFirst());
        }
        for (ToolCall call : parsed.toolCalls()) {
            ArgumentSchema schema = schemas.get(call.name());
            if (schema == null) {
                return answer(generation, CallStage.PARSED, "called \"" + call.name() + "\", which was not on offer");
            }
            Optional<String> problem = schema.problem(call.arguments());
            if (problem.isPresent()) {
                return answer(generation, CallStage.PARSED, "arguments of \"" + call.name() + "\": " + problem.get());
            }
        }
        if (parsed.toolCalls().size() > 1) {
            return answer(
                    generation, CallStage.VALID, "made " + parsed.toolCalls().size() + " calls where one was expected");
        }
        ToolCall call = parsed.toolCalls().getFirst();
        if (!call.name().equals(expected.name())) {
            return answer(
                    generation,
                    CallStage.VALID,
                    "called \"" + call.name() + "\" instead of \"" + expected.name() + "\"");
        }
        return call.arguments().equals(AS_JSON, expected.arguments())
                ? answer(generation, CallStage.RIGHT, "")
                : answer(
                        generation,
                        CallStage.VALID,
                        "arguments " + call.arguments() + " instead of " + expected.arguments());
    }

    private ToolAnswer answer(Generation generation, CallStage stage, String problem) {
        return new ToolAnswer(
                line.id(), generation.text(), generation.finish() == Generation.Finish.LENGTH, stage, problem);
    }
}
