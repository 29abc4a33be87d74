package io.stoa.integration.tool.openapi;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The references of a description ({@code $ref}), which may lead only into the description itself. What a schema refers to
 * is carried along in its {@code $defs}, once each, so a cycle stays a cycle and nothing grows. Keywords that OpenAPI 3.0
 * writes otherwise than JSON Schema ({@code nullable}, truth values in {@code exclusiveMinimum}) are rewritten.
 */
final class References {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int LONGEST_CHAIN = 20;
    private static final int MOST_VALUES = 5_000;
    private static final int DEEPEST = 60;
    /** For readers of documents and for servers; they say nothing of what is valid. */
    private static final Set<String> SUPERFLUOUS = Set.of(
            "example", "examples", "xml", "externalDocs", "discriminator", "deprecated", "$schema", "$id", "$defs");

    private final ObjectNode description;

    References(ObjectNode description) {
        this.description = description;
    }

    /**
     * What a node refers to, or the node.
     *
     * @throws IllegalArgumentException that says which reference leads nowhere
     */
    JsonNode resolved(JsonNode node) {
        JsonNode at = node;
        for (int i = 0; i < LONGEST_CHAIN; i++) {
            if (!at.path("$ref").isString()) {
                return at;
            }
            at = target(at.path("$ref").stringValue(""));
        }
        throw new IllegalArgumentException("a reference leads in a circle: " + node.path("$ref"));
    }

    private JsonNode target(String reference) {
        if (!reference.startsWith("#/")) {
            throw new IllegalArgumentException("the reference " + reference
                    + " leads out of the file; nothing is fetched, so copy what it means into the file");
        }
        JsonNode found;
        try {
            found = description.at(JsonPointer.compile(reference.substring(1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the reference " + reference + " is no JSON pointer", e);
        }
        if (found.isMissingNode()) {
            throw new IllegalArgumentException("the reference " + reference + " leads to nothing");
        }
        return found;
    }

    /** A schema with all that it refers to. */
    ObjectNode schema(JsonNode root) {
        return new Copy().of(root);
    }

    /** One schema that is being copied. */
    private final class Copy {
        private final Map<String, String> names = new LinkedHashMap<>();
        private final Deque<String> open = new ArrayDeque<>();
        private int values;

        ObjectNode of(JsonNode root) {
            ObjectNode copied = object(root, 0);
            ObjectNode definitions = JSON.objectNode();
            while (!open.isEmpty()) {
                String reference = open.removeFirst();
                definitions.set(names.getOrDefault(reference, reference), schema(target(reference), 0));
            }
            if (!definitions.isEmpty()) {
                copied.set("$defs", definitions);
            }
            return copied;
        }

        private ObjectNode object(JsonNode node, int depth) {
            return schema(node, depth) instanceof ObjectNode object ? object : JSON.objectNode();
        }

        private JsonNode schema(JsonNode node, int depth) {
            if (++values > MOST_VALUES || depth > DEEPEST) {
                throw new IllegalArgumentException(
                        "its schema has more than " + MOST_VALUES + " values, or " + DEEPEST + " levels of them");
            }
            if (node.isArray()) {
                ArrayNode array = JSON.arrayNode();
                node.forEach(each -> array.add(schema(each, depth + 1)));
                return array;
            }
            if (!node.isObject()) {
                return node;
            }
            ObjectNode copied = JSON.objectNode();
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                member(copied, member.getKey(), member.getValue(), depth);
            }
            return mended(copied);
        }

        private void member(ObjectNode into, String key, JsonNode value, int depth) {
            if (key.equals("$ref") && value.isString()) {
                into.put("$ref", "#/$defs/" + named(value.stringValue("")));
            } else if (key.equals("properties") && value.isObject()) {
                ObjectNode properties = into.putObject(key);
                value.properties()
                        .forEach(property -> properties.set(property.getKey(), schema(property.getValue(), depth + 2)));
            } else if (key.equals("enum") || key.equals("const") || key.equals("default") || key.equals("required")) {
                values += Math.max(1, value.size());
                into.set(key, value);
            } else if (!SUPERFLUOUS.contains(key) && !key.startsWith("x-")) {
                into.set(key, schema(value, depth + 1));
            }
        }

        private String named(String reference) {
            target(reference);
            String known = names.get(reference);
            if (known != null) {
                return known;
            }
            String name = reference.substring(reference.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9_.-]", "_");
            String free = names.containsValue(name) ? name + "_" + names.size() : name;
            names.put(reference, free);
            open.add(reference);
            return free;
        }
    }

    private static ObjectNode mended(ObjectNode schema) {
        if (schema.path("nullable").isBoolean()) {
            boolean nullable = schema.path("nullable").booleanValue();
            schema.remove("nullable");
            if (nullable && schema.path("type").isString()) {
                String type = schema.path("type").stringValue("");
                schema.putArray("type").add(type).add("null");
            }
        }
        mendBound(schema, "exclusiveMinimum", "minimum");
        mendBound(schema, "exclusiveMaximum", "maximum");
        return schema;
    }

    private static void mendBound(ObjectNode schema, String exclusive, String bound) {
        if (!schema.path(exclusive).isBoolean()) {
            return;
        }
        boolean holds = schema.path(exclusive).booleanValue();
        schema.remove(exclusive);
        if (holds && schema.path(bound).isNumber()) {
            schema.set(exclusive, schema.path(bound));
            schema.remove(List.of(bound));
        }
    }
}
