package io.stoa.engine.grammar;

import io.stoa.engine.chat.ToolDefinition;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How a model writes tool calls, so that a grammar can make it call one. */
public enum ToolDialect {
    DEEPSEEK_V3(
            "<｜tool▁calls▁begin｜>",
            "<｜tool▁call▁begin｜>function<｜tool▁sep｜>",
            "\n```json\n",
            "\n```<｜tool▁call▁end｜>",
            "\n",
            "<｜tool▁calls▁end｜>"),
    DEEPSEEK_V3_1(
            "<｜tool▁calls▁begin｜>",
            "<｜tool▁call▁begin｜>",
            "<｜tool▁sep｜>",
            "<｜tool▁call▁end｜>",
            "",
            "<｜tool▁calls▁end｜>"),
    HARMONY(
            "",
            "<|channel|>commentary to=functions.",
            " <|constrain|>json<|message|>",
            "<|call|>",
            "<|start|>assistant",
            ""),
    GRANITE("<|tool_call|>[", "{\"name\": \"", "\", \"arguments\": ", "}", ", ", "]"),
    HERMES("", "<tool_call>\n{\"name\": \"", "\", \"arguments\": ", "}\n</tool_call>", "\n", ""),
    MISTRAL_NAMED("", "[TOOL_CALLS]", "[ARGS]", "", "", ""),
    MISTRAL("[TOOL_CALLS][", "{\"name\": \"", "\", \"arguments\": ", "}", ", ", "]"),
    LLAMA("", "{\"name\": \"", "\", \"parameters\": ", "}", "; ", ""),
    BARE("", "{\"name\": \"", "\", \"arguments\": ", "}", "", "");

    private final String start;
    private final String beforeName;
    private final String afterName;
    private final String afterArguments;
    /** Between two calls; where nothing marks a call, there can be just one. */
    private final String between;

    private final String end;

    ToolDialect(String start, String beforeName, String afterName, String afterArguments, String between, String end) {
        this.start = start;
        this.beforeName = beforeName;
        this.afterName = afterName;
        this.afterArguments = afterArguments;
        this.between = between;
        this.end = end;
    }

    /**
     * The dialect that a chat template teaches.
     *
     * @throws StoaException of kind {@code USER} when it is one that a grammar cannot write
     */
    public static ToolDialect of(String template) {
        if (template.contains("<function=")) {
            throw StoaException.user("this model writes tool calls as XML, which cannot be forced; let it choose");
        }
        if (template.contains("<｜tool▁call▁begin｜>")) {
            return template.contains("```json") ? DEEPSEEK_V3 : DEEPSEEK_V3_1;
        }
        if (template.contains("<|channel|>")) {
            return HARMONY;
        }
        if (template.contains("<tool_call>")) {
            return HERMES;
        }
        if (template.contains("<|tool_call|>")) {
            return GRANITE;
        }
        if (template.contains("[TOOL_CALLS]")) {
            return template.contains("[ARGS]") ? MISTRAL_NAMED : MISTRAL;
        }
        return template.contains("python_tag") || template.contains("\"parameters\"") ? LLAMA : BARE;
    }

    /**
     * A grammar of calls of some tools, with arguments that their schemas allow.
     *
     * @param tools at least one; a call is of any of them
     * @param several whether more than one call may be made
     * @throws StoaException of kind {@code USER} when a tool's schema cannot be turned into a grammar
     */
    public String grammar(List<ToolDefinition> tools, boolean several) {
        List<ObjectNode> schemas = tools.stream().map(ToolDialect::parameters).toList();
        return JsonSchemaGrammar.gbnf(schemas, rules -> {
            List<String> calls = new ArrayList<>();
            for (int i = 0; i < rules.size(); i++) {
                String name = tools.get(i).name();
                String written = beforeName.endsWith("\"")
                        ? JsonMapper.shared().writeValueAsString(name).replaceAll("^\"|\"$", "")
                        : name;
                calls.add(joined(beforeName + written + afterName, rules.get(i), afterArguments));
            }
            String call = "(" + String.join(" | ", calls) + ")";
            boolean one = !several || this == BARE || this == LLAMA;
            return joined(start, one ? call : call + " (" + joined(between, call, "") + ")*", end);
        });
    }

    private static String joined(String before, String rule, String after) {
        return String.join(
                " ",
                Stream.of(
                                before.isEmpty() ? "" : JsonSchemaGrammar.string(before),
                                rule,
                                after.isEmpty() ? "" : JsonSchemaGrammar.string(after))
                        .filter(part -> !part.isEmpty())
                        .toList());
    }

    /** Arguments are an object, whether the schema says so or not. */
    private static ObjectNode parameters(ToolDefinition tool) {
        ObjectNode schema = tool.parameters().deepCopy();
        if (!schema.has("type")) {
            schema.put("type", "object");
        }
        if (!schema.has("properties") && !schema.has("additionalProperties")) {
            schema.put("additionalProperties", false);
        }
        return schema;
    }
}
