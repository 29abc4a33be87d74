package io.stoa.benchmark.toolcall;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A function on offer, as BFCL declares it: {@code {"name": …, "description": …, "parameters": {"type": "dict",
 * "properties": {…}, "required": […]}}}.
 *
 * @param json the whole declaration, for prompts
 */
public record FunctionDeclaration(
        String name, Map<String, Parameter> parameters, List<String> required, JsonNode json) {
    public FunctionDeclaration {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        required = List.copyOf(required);
        if (name.isBlank()) {
            throw new IllegalArgumentException("a function needs a name");
        }
    }

    /** @throws IllegalArgumentException naming what is missing or unknown */
    static FunctionDeclaration of(JsonNode json, Language language) {
        String name = json.path("name").stringValue("");
        JsonNode schema = json.path("parameters");
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            parameters.put(property.getKey(), parameter(name, property.getKey(), property.getValue(), language));
        }
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(parameter -> required.add(parameter.stringValue("")));
        return new FunctionDeclaration(name, parameters, required, json);
    }

    private static Parameter parameter(String function, String name, JsonNode schema, Language language) {
        String type = schema.path("type").stringValue("");
        Optional<String> elements =
                language.hasElements(type) ? schema.path("items").path("type").stringValueOpt() : Optional.empty();
        try {
            return new Parameter(language, type, elements);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "parameter \"" + name + "\" of \"" + function + "\": " + e.getMessage(), e);
        }
    }
}
