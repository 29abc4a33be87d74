package io.stoa.integration.tool.openapi;

import io.stoa.integration.tool.ForeignJson;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A description in JSON or YAML, which somebody else wrote: its size, depth and aliases are bounded. */
final class DescriptionFile {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int LARGEST = 8 << 20;
    private static final int DEEPEST = 100;
    private static final int MOST_VALUES = 500_000;

    private final Path file;
    private int values;

    private DescriptionFile(Path file) {
        this.file = file;
    }

    /**
     * Reads a file.
     *
     * @throws StoaException of kind {@code USER} where it cannot be read
     */
    static ObjectNode read(Path file) {
        return new DescriptionFile(file).read();
    }

    private ObjectNode read() {
        String text = text();
        try {
            JsonNode root = text.stripLeading().startsWith("{") ? json(text) : yaml(text);
            if (root instanceof ObjectNode object) {
                return object;
            }
            throw StoaException.user(file + ": is no OpenAPI description, but " + root.getNodeType());
        } catch (IllegalArgumentException | YamlEngineException e) {
            throw new StoaException(
                    StoaException.Kind.USER, file + ": " + ForeignJson.firstLine(String.valueOf(e.getMessage())), e);
        }
    }

    private String text() {
        try {
            if (Files.size(file) > LARGEST) {
                throw StoaException.user(file + ": has " + Files.size(file) + " bytes; at most " + LARGEST
                        + " are read of an OpenAPI description");
            }
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new StoaException(StoaException.Kind.USER, file + ": is not UTF-8 text", e);
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.USER, file + ": cannot be read (" + e + ")", e);
        }
    }

    /** YAML in braces is not JSON, but is read as YAML then. */
    private JsonNode json(String text) {
        try {
            return ForeignJson.read(text);
        } catch (IllegalArgumentException e) {
            if (file.toString().endsWith(".json")) {
                throw e;
            }
            return yaml(text);
        }
    }

    private JsonNode yaml(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file.toString())
                .setMaxAliasesForCollections(50)
                .setCodePointLimit(LARGEST)
                .setAllowDuplicateKeys(false)
                .build();
        refuseIfDeep(settings, text);
        return node(new Load(settings).loadFromString(text), 0);
    }

    /** The loader is recursive. */
    private static void refuseIfDeep(LoadSettings settings, String text) {
        int depth = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            depth += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
            if (depth > DEEPEST) {
                throw new IllegalArgumentException("nested more than " + DEEPEST + " levels deep");
            }
        }
    }

    private JsonNode node(@Nullable Object value, int depth) {
        if (++values > MOST_VALUES || depth > DEEPEST) {
            throw new IllegalArgumentException(
                    "holds more than " + MOST_VALUES + " values, or more than " + DEEPEST + " levels of them");
        }
        return switch (value) {
            case null -> JSON.nullNode();
            case Map<?, ?> map -> {
                ObjectNode object = JSON.objectNode();
                map.forEach((key, each) -> object.set(String.valueOf(key), node(each, depth + 1)));
                yield object;
            }
            case List<?> list -> {
                ArrayNode array = JSON.arrayNode();
                list.forEach(each -> array.add(node(each, depth + 1)));
                yield array;
            }
            case Boolean truth -> JSON.booleanNode(truth);
            case Integer whole -> JSON.numberNode(whole);
            case Long whole -> JSON.numberNode(whole);
            case java.math.BigInteger whole -> JSON.numberNode(whole);
            case Double real when Double.isFinite(real) -> JSON.numberNode(real);
            default -> JSON.stringNode(String.valueOf(value));
        };
    }
}
