package io.stoa.benchmark.toolcall;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A call that must be made.
 *
 * @param allowed by parameter, every value that is right; the empty text among them means that it may be left out
 */
public record ExpectedCall(String function, Map<String, List<ArgumentValue>> allowed) {
    /** Stands among allowed values for "may be left out". */
    static final ArgumentValue ABSENT = ArgumentValue.of("");

    public ExpectedCall {
        Map<String, List<ArgumentValue>> copy = new LinkedHashMap<>();
        allowed.forEach((parameter, values) -> copy.put(parameter, List.copyOf(values)));
        allowed = Collections.unmodifiableMap(copy);
    }

    /**
     * Reads {@code {function: {parameter: [allowed, …]}}}.
     *
     * @throws IllegalArgumentException when it is not of that form
     */
    static ExpectedCall of(JsonNode json) {
        if (json.size() != 1) {
            throw new IllegalArgumentException("an expected call must be one {function: parameters}: " + json);
        }
        Map.Entry<String, JsonNode> call = json.properties().iterator().next();
        Map<String, List<ArgumentValue>> allowed = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> parameter : call.getValue().properties()) {
            if (!parameter.getValue().isArray()) {
                throw new IllegalArgumentException(
                        "the allowed values of \"" + parameter.getKey() + "\" are not a list: " + parameter.getValue());
            }
            List<ArgumentValue> values = new ArrayList<>();
            parameter.getValue().forEach(value -> values.add(ArgumentValue.of(value)));
            allowed.put(parameter.getKey(), values);
        }
        return new ExpectedCall(call.getKey(), allowed);
    }
}
