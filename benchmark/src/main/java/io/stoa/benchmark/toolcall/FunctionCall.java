package io.stoa.benchmark.toolcall;

import io.stoa.engine.chat.ToolCall;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A call that a model wrote.
 *
 * @param function its name, dotted where it was written so
 * @param arguments by parameter, in the order written
 */
public record FunctionCall(String function, Map<String, ArgumentValue> arguments) {
    /**
     * The parameter under which an argument stands that names none: a bare variable in Java and JavaScript, {@code
     * **mapping} in Python. No function has such a parameter, so that it is found to be unexpected, as in BFCL.
     */
    static final String UNNAMED = "*";

    public FunctionCall {
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }

    /** A call in which an engine's tool parser has recognized the model's own notation. */
    public static FunctionCall of(ToolCall call) {
        return of(call.name(), call.arguments());
    }

    static FunctionCall of(String function, JsonNode arguments) {
        Map<String, ArgumentValue> values = new LinkedHashMap<>();
        arguments.properties().forEach(entry -> values.put(entry.getKey(), ArgumentValue.of(entry.getValue())));
        return new FunctionCall(function, values);
    }
}
