package io.stoa.store.yaml;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes a {@link Shape} as a JSON Schema (draft 2020-12), for editors that complete and check YAML. */
public final class JsonSchema {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private JsonSchema() {}

    /** The schema as text. */
    public static String of(Shape shape, String title) {
        ObjectNode schema = JSON.objectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", title);
        schema.setAll(node(shape));
        return JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(schema);
    }

    private static ObjectNode node(Shape shape) {
        ObjectNode node = JSON.objectNode();
        switch (shape) {
            case Shape.Text(List<String> oneOf) -> {
                if (oneOf.isEmpty()) {
                    node.putArray("type").add("string").add("number").add("boolean");
                } else {
                    strings(node.putArray("enum"), oneOf);
                }
            }
            case Shape.Pattern(String regex, String _) ->
                node.put("type", "string").put("pattern", "^(?:" + regex + ")$");
            case Shape.Whole(long least, long most) -> {
                node.put("type", "integer").put("minimum", least);
                if (most != Long.MAX_VALUE) {
                    node.put("maximum", most);
                }
            }
            case Shape.Real(double least, double most) ->
                node.put("type", "number").put("minimum", least).put("maximum", most);
            case Shape.Truth() -> node.put("type", "boolean");
            case Shape.Anything() -> {
                // a schema without keywords takes every value
            }
            case Shape.ListOf(Shape element, int least) -> {
                node.put("type", "array").put("minItems", least);
                node.set("items", node(element));
            }
            case Shape.Fields fields -> node.setAll(fields(fields));
            case Shape.Named(Shape.Pattern name, Shape value, int least) -> {
                node.put("type", "object").put("minProperties", least);
                node.putObject("propertyNames").put("pattern", "^(?:" + name.regex() + ")$");
                node.set("additionalProperties", node(value));
            }
            case Shape.Variants(String key, Map<String, Shape.Fields> variants) -> {
                ArrayNode any = node.putArray("oneOf");
                variants.forEach((name, fields) -> {
                    ObjectNode one = fields(fields);
                    ((ObjectNode) one.get("properties")).putObject(key).put("const", name);
                    any.add(one);
                });
            }
            case Shape.ByKey(Map<String, Shape.Fields> byKey) -> {
                ArrayNode any = node.putArray("oneOf");
                byKey.values().forEach(fields -> any.add(fields(fields)));
            }
            case Shape.WordOr(String word, Shape.Fields fields) -> {
                ArrayNode any = node.putArray("oneOf");
                any.addObject().put("const", word);
                any.add(fields(fields));
            }
        }
        return node;
    }

    private static ObjectNode fields(Shape.Fields shape) {
        ObjectNode node = JSON.objectNode();
        node.put("type", "object").put("additionalProperties", false);
        ObjectNode properties = node.putObject("properties");
        shape.fields().forEach((key, field) -> {
            ObjectNode property = node(field.shape());
            property.put("description", field.description());
            field.preset().ifPresent(preset -> property.put("default", preset));
            properties.set(key, property);
        });
        List<String> required = shape.fields().entrySet().stream()
                .filter(field -> field.getValue().required())
                .map(Map.Entry::getKey)
                .toList();
        if (!required.isEmpty()) {
            strings(node.putArray("required"), required);
        }
        return node;
    }

    private static void strings(ArrayNode array, List<String> values) {
        values.forEach(array::add);
    }
}
