package io.stoa.integration.tool.file;

import static io.stoa.store.yaml.YamlFile.optional;

import io.stoa.store.yaml.Shape;
import io.stoa.store.yaml.YamlFile;
import java.util.List;
import java.util.OptionalDouble;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code only}: which arguments are allowed, by name; a dot leads into an object ({@code body.amount}). Made into a JSON
 * Schema in which these arguments are required, because what a tool takes where one is left out is not known. Of a list,
 * each element must be allowed.
 */
final class Narrowing {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    static final Shape SHAPE = new Shape.Named(
            new Shape.Pattern("[A-Za-z0-9_.$-]{1,100}", "host"),
            YamlFile.fields(
                    optional("one-of", new Shape.ListOf(Shape.Text.ANY, 1), "the values that are allowed"),
                    optional("matches", Shape.Text.ANY, "a regular expression that the whole text must match"),
                    optional("at-least", new Shape.Real(-1e15, 1e15), "the smallest number that is allowed"),
                    optional("at-most", new Shape.Real(-1e15, 1e15), "the largest number that is allowed")),
            1);

    private Narrowing() {}

    static ObjectNode read(MappingNode only) {
        ObjectNode schema = object();
        for (NodeTuple entry : only.getValue()) {
            ObjectNode at = schema;
            List<String> steps = List.of(YamlFile.scalar(entry.getKeyNode()).split("\\.", -1));
            for (String step : steps.subList(0, steps.size() - 1)) {
                at = member(at, step);
            }
            require(at, steps.getLast());
            at.withObject("/properties").set(steps.getLast(), each(allowed((MappingNode) entry.getValueNode())));
        }
        return schema;
    }

    private static ObjectNode object() {
        ObjectNode schema = JSON.objectNode().put("type", "object");
        schema.putObject("properties");
        schema.putArray("required");
        return schema;
    }

    private static ObjectNode member(ObjectNode schema, String name) {
        require(schema, name);
        if (schema.withObject("/properties").path(name) instanceof ObjectNode known) {
            return known;
        }
        ObjectNode made = object();
        schema.withObject("/properties").set(name, made);
        return made;
    }

    private static void require(ObjectNode schema, String name) {
        ArrayNode required = schema.withArray("/required");
        if (required.valueStream().noneMatch(known -> known.stringValue("").equals(name))) {
            required.add(name);
        }
    }

    private static ObjectNode each(ObjectNode allowed) {
        ObjectNode schema = JSON.objectNode();
        schema.putObject("if").put("type", "array");
        schema.putObject("then").put("minItems", 1).set("items", allowed);
        schema.set("else", allowed);
        return schema;
    }

    private static ObjectNode allowed(MappingNode limits) {
        ObjectNode schema = JSON.objectNode();
        List<String> values = YamlFile.texts(limits, "one-of");
        if (!values.isEmpty()) {
            ArrayNode choice = schema.putArray("enum");
            values.forEach(value -> addValue(choice, value));
        }
        YamlFile.text(limits, "matches")
                .ifPresent(pattern -> schema.put("type", "string").put("pattern", "^(?:" + pattern + ")$"));
        OptionalDouble least = YamlFile.real(limits, "at-least");
        OptionalDouble most = YamlFile.real(limits, "at-most");
        if (least.isPresent() || most.isPresent()) {
            schema.put("type", "number");
        }
        least.ifPresent(number -> schema.put("minimum", number));
        most.ifPresent(number -> schema.put("maximum", number));
        return schema;
    }

    /** A value as a text, and as the number or truth value that it may be. */
    private static void addValue(ArrayNode choice, String value) {
        choice.add(value);
        if (value.equals("true") || value.equals("false")) {
            choice.add(Boolean.parseBoolean(value));
        } else if (value.matches("-?\\d{1,15}")) {
            choice.add(Long.parseLong(value));
        } else if (value.matches("-?\\d{1,15}\\.\\d{1,15}")) {
            choice.add(Double.parseDouble(value));
        }
    }
}
