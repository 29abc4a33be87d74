package io.stoa.integration.tool.world;

import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.Tool.Description;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.integration.tool.method.FunctionTool;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A state, and tools that read and change it. The state is an object of collections, each an object of records by their
 * ids: {@code {"tickets": {"T-1": {"status": "open"}}}}. A collection {@code tickets} has the tools {@code list_tickets},
 * {@code get_tickets}, {@code create_tickets}, {@code update_tickets} and {@code delete_tickets}; others may be added. A
 * task is fulfilled when the calls leave the state that was expected, whichever they were. For several threads.
 */
public final class ToolWorld {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,40}");
    private static final int MOST_DIFFERENCES = 100;
    /** Equal as JSON numbers: 2 is 2.0. */
    private static final Comparator<JsonNode> AS_JSON = (one, other) -> one.isNumber() && other.isNumber()
            ? one.decimalValue().compareTo(other.decimalValue())
            : one.equals(other) ? 0 : 1;

    private final ObjectNode state;

    /**
     * A world in this state, which is copied.
     *
     * @throws IllegalArgumentException for a state that is not an object of objects of objects
     */
    public ToolWorld(ObjectNode state) {
        for (Map.Entry<String, JsonNode> collection : state.properties()) {
            boolean sound = NAME.matcher(collection.getKey()).matches()
                    && collection.getValue().isObject()
                    && collection.getValue().valueStream().allMatch(JsonNode::isObject);
            if (!sound) {
                throw new IllegalArgumentException("the collection \"" + collection.getKey()
                        + "\" is not an object of records by their ids, or has no name of letters");
            }
        }
        this.state = state.deepCopy();
    }

    /** What the state is now. */
    public synchronized ObjectNode state() {
        return state.deepCopy();
    }

    /** A change of a state, or a look at it; an {@link IllegalArgumentException} is told to the model. */
    @FunctionalInterface
    public interface Act {
        /**
         * Does it.
         *
         * @param state to be read and changed
         * @return the answer
         */
        JsonNode on(ObjectNode state, ObjectNode arguments);
    }

    /** A tool on this world's state. A call that fails leaves it as it was. */
    public Tool tool(Description description, Act act) {
        return FunctionTool.of(description, (arguments, _) -> done(act, arguments));
    }

    private synchronized String done(Act act, ObjectNode arguments) {
        ObjectNode changed = state.deepCopy();
        try {
            JsonNode answer = act.on(changed, arguments);
            state.removeAll();
            state.setAll(changed);
            return answer.isString() ? answer.stringValue() : answer.toString();
        } catch (IllegalArgumentException e) {
            return "The tool reports an error: " + e.getMessage();
        }
    }

    /** The tools of all collections. */
    public List<Tool> tools() {
        List<Tool> tools = new ArrayList<>();
        for (String collection : state().propertyNames()) {
            tools.add(tool(
                    described(
                            "list_" + collection,
                            "Lists the ids of all " + collection + ".",
                            Effects.NONE,
                            false,
                            false),
                    (now, _) -> {
                        var ids = JSON.arrayNode();
                        now.path(collection).propertyNames().forEach(ids::add);
                        return ids;
                    }));
            tools.add(tool(
                    described("get_" + collection, "Reads one of the " + collection + ".", Effects.NONE, true, false),
                    (now, arguments) -> found(now, collection, arguments)));
            tools.add(tool(
                    described("create_" + collection, "Adds to the " + collection + ".", Effects.EACH_CALL, true, true),
                    (now, arguments) -> created(now, collection, arguments)));
            tools.add(tool(
                    described(
                            "update_" + collection,
                            "Changes fields of one of the " + collection + ".",
                            Effects.IDEMPOTENT,
                            true,
                            true),
                    (now, arguments) -> {
                        ObjectNode record = found(now, collection, arguments);
                        record.setAll(fields(arguments));
                        return record;
                    }));
            tools.add(tool(
                    described(
                            "delete_" + collection,
                            "Removes one of the " + collection + ".",
                            Effects.IDEMPOTENT,
                            true,
                            false),
                    (now, arguments) -> {
                        found(now, collection, arguments);
                        now.withObject(collection).remove(id(arguments));
                        return JSON.stringNode("Removed.");
                    }));
        }
        return tools;
    }

    private static Description described(String name, String text, Effects effects, boolean id, boolean fields) {
        ObjectNode schema = JSON.objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        var required = schema.putArray("required");
        if (id) {
            properties.putObject("id").put("type", "string").put("description", "Its id.");
            required.add("id");
        }
        if (fields) {
            properties
                    .putObject("fields")
                    .put("type", "object")
                    .put("description", "Its fields, by name.")
                    .put("additionalProperties", true);
            required.add("fields");
        }
        return new Description(name, text, schema, effects);
    }

    private static String id(ObjectNode arguments) {
        return arguments.path("id").asString("");
    }

    private static ObjectNode fields(ObjectNode arguments) {
        return arguments.path("fields") instanceof ObjectNode fields ? fields : JSON.objectNode();
    }

    private static ObjectNode found(ObjectNode now, String collection, ObjectNode arguments) {
        if (now.path(collection).path(id(arguments)) instanceof ObjectNode record) {
            return record;
        }
        throw new IllegalArgumentException("there is no " + id(arguments) + " among " + collection);
    }

    private static JsonNode created(ObjectNode now, String collection, ObjectNode arguments) {
        ObjectNode records = (ObjectNode) now.path(collection);
        if (records.has(id(arguments))) {
            throw new IllegalArgumentException("there is a " + id(arguments) + " among " + collection + " already");
        }
        records.set(id(arguments), fields(arguments).deepCopy());
        return JSON.stringNode("Created.");
    }

    /**
     * Where a state is not the expected one, as JSON pointers with what was expected and what is; empty when it is. Numbers
     * are compared by value.
     */
    public static List<String> differences(JsonNode expected, JsonNode actual) {
        List<String> found = new ArrayList<>();
        compare("", expected, actual, found);
        return found;
    }

    private static void compare(String at, JsonNode expected, JsonNode actual, List<String> found) {
        if (found.size() >= MOST_DIFFERENCES || expected.equals(AS_JSON, actual)) {
            return;
        }
        if (expected.isObject() && actual.isObject()) {
            TreeSet<String> names = new TreeSet<>(expected.propertyNames());
            names.addAll(actual.propertyNames());
            for (String name : names) {
                compare(at + "/" + name, expected.path(name), actual.path(name), found);
            }
            return;
        }
        found.add((at.isEmpty() ? "/" : at) + ": expected " + told(expected) + ", is " + told(actual));
    }

    private static String told(JsonNode node) {
        return Optional.of(node)
                .filter(JsonNode::isMissingNode)
                .map(_ -> "nothing")
                .orElseGet(node::toString);
    }
}
