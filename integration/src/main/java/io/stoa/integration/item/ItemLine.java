package io.stoa.integration.item;

import static java.util.Objects.requireNonNull;

import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One line of an item file. What it lacks is refused with the file and the line.
 *
 * @param file the item file
 * @param number the line's number, from 1
 * @param json the object that the line holds
 */
public record ItemLine(Path file, int number, ObjectNode json) {
    public ItemLine {
        requireNonNull(file, "file");
        requireNonNull(json, "json");
    }

    /** A refusal of this line. */
    public StoaException wrong(String problem) {
        return StoaException.user(this + ": " + problem);
    }

    public String id() {
        return text("id");
    }

    /** A string that is not blank. */
    public String text(String key) {
        String value = json.path(key).stringValue("");
        if (value.isBlank()) {
            throw wrong("needs \"" + key + "\", a text that is not blank");
        }
        return value;
    }

    /** An array of strings, possibly empty. */
    public List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array(key)) {
            if (!element.isString()) {
                throw wrong("\"" + key + "\" holds " + element.getNodeType() + " where a text belongs");
            }
            texts.add(element.stringValue());
        }
        return List.copyOf(texts);
    }

    /** The elements of an array of objects, possibly empty. */
    public List<ObjectNode> objects(String key) {
        List<ObjectNode> objects = new ArrayList<>();
        for (JsonNode element : array(key)) {
            if (!(element instanceof ObjectNode object)) {
                throw wrong("\"" + key + "\" holds " + element.getNodeType() + " where an object belongs");
            }
            objects.add(object);
        }
        return List.copyOf(objects);
    }

    private JsonNode array(String key) {
        JsonNode array = json.path(key);
        if (!array.isArray()) {
            throw wrong("needs \"" + key + "\", an array");
        }
        return array;
    }

    /** Where it stands, as an editor understands it: {@code tools.jsonl:7}. */
    @Override
    public String toString() {
        return file + ":" + number;
    }
}
