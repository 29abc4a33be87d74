package io.stoa.integration.agent;

import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.Tool.Description;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.integration.tool.method.FunctionTool;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A world with tools that write down what was done in it. */
final class Worlds {
    private final List<String> done = new ArrayList<>();

    /** Each call that was carried out: the tool and its arguments. */
    List<String> done() {
        return done;
    }

    /** A tool with parameters written as {@code name:type}, all of them required. */
    Tool tool(String name, Effects effects, Function<ObjectNode, String> answer, String... parameters) {
        ObjectNode schema = json("{\"type\": \"object\", \"properties\": {}, \"required\": []}");
        for (String parameter : parameters) {
            int colon = parameter.indexOf(':');
            schema.withObject("/properties")
                    .putObject(parameter.substring(0, colon))
                    .put("type", parameter.substring(colon + 1));
            schema.withArray("/required").add(parameter.substring(0, colon));
        }
        return FunctionTool.of(new Description(name, "Does " + name + ".", schema, effects), (arguments, _) -> {
            done.add(name + " " + arguments);
            return answer.apply(arguments);
        });
    }

    static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text);
    }

    /** What a model writes to call a tool. */
    static String call(String tool, String arguments) {
        return "<tool_call>\n{\"name\": \"" + tool + "\", \"arguments\": " + arguments + "}\n</tool_call>";
    }
}
