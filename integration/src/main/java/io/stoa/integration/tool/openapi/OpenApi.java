package io.stoa.integration.tool.openapi;

import io.stoa.integration.tool.ForeignJson;
import io.stoa.integration.tool.openapi.Operation.In;
import io.stoa.integration.tool.openapi.Operation.Place;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The operations of an OpenAPI description (versions 3.0 and 3.1), each as a tool. Parameters in path, query and header
 * become arguments of their names, a body of JSON becomes the argument {@code body}. An operation that cannot be called
 * this way is left out, and why is said.
 *
 * @param operations by name, in the description's order
 * @param leftOut why, by method and path
 * @param servers the addresses that the description names, which are suggestions: where calls go, its user says
 */
public record OpenApi(
        SequencedMap<String, Operation> operations, SequencedMap<String, String> leftOut, List<String> servers) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch", "head");
    private static final int MOST_OPERATIONS = 2_000;
    private static final int LONGEST_TEXT = 2_000;
    private static final Pattern HOLE = Pattern.compile("\\{([^{}/]{1,100})}");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9-]{1,100}");
    /** By the specification they are not parameters, or the connection's own. */
    private static final Set<String> OWN_HEADERS = Set.of(
            "accept",
            "content-type",
            "authorization",
            "host",
            "cookie",
            "connection",
            "content-length",
            "expect",
            "upgrade",
            "transfer-encoding",
            "proxy-authorization",
            "te",
            "trailer",
            "idempotency-key");

    public OpenApi {
        operations = new LinkedHashMap<>(operations);
        leftOut = new LinkedHashMap<>(leftOut);
        servers = List.copyOf(servers);
    }

    /**
     * Reads a description.
     *
     * @throws StoaException of kind {@code USER} where the file is none
     */
    public static OpenApi read(Path file) {
        ObjectNode description = DescriptionFile.read(file);
        String version = description.path("openapi").asString("");
        if (!version.startsWith("3.")) {
            throw StoaException.user(file + ": is no OpenAPI 3 description: its \"openapi\" is \""
                    + ForeignJson.firstLine(version) + "\"");
        }
        SequencedMap<String, Operation> operations = new LinkedHashMap<>();
        SequencedMap<String, String> leftOut = new LinkedHashMap<>();
        References references = new References(description);
        for (Map.Entry<String, JsonNode> path : description.path("paths").properties()) {
            for (String method : METHODS) {
                if (operations.size() + leftOut.size() >= MOST_OPERATIONS) {
                    throw StoaException.user(file + ": has more than " + MOST_OPERATIONS + " operations");
                }
                String where = method.toUpperCase(Locale.ROOT) + " " + ForeignJson.firstLine(path.getKey());
                try {
                    JsonNode item = references.resolved(path.getValue());
                    if (item.path(method).isObject()) {
                        Operation operation = new Reader(references, path.getKey(), method, item).operation();
                        if (operations.putIfAbsent(operation.name(), operation) != null) {
                            leftOut.put(where, "another operation has the name " + operation.name());
                        }
                    }
                } catch (IllegalArgumentException e) {
                    leftOut.put(where, ForeignJson.firstLine(String.valueOf(e.getMessage())));
                }
            }
        }
        List<String> servers = description
                .path("servers")
                .valueStream()
                .map(server -> server.path("url").asString(""))
                .filter(address -> !address.isBlank())
                .limit(20)
                .toList();
        return new OpenApi(operations, leftOut, servers);
    }

    /**
     * An operation.
     *
     * @throws StoaException of kind {@code USER} when there is none of that name
     */
    public Operation operation(String name) {
        return Optional.ofNullable(operations.get(name))
                .orElseThrow(() -> StoaException.user("the OpenAPI description has no operation \"" + name + "\""
                        + Spelling.hint(name, operations.keySet()).orElse("")));
    }

    /** Reads one operation. */
    private static final class Reader {
        private final References references;
        private final String path;
        private final String method;
        private final JsonNode item;
        private final JsonNode operation;
        private final ObjectNode properties = JSON.objectNode();
        private final ArrayNode required = JSON.arrayNode();
        private final ObjectNode definitions = JSON.objectNode();
        private final List<Place> places = new ArrayList<>();

        Reader(References references, String path, String method, JsonNode item) {
            this.references = references;
            this.path = path;
            this.method = method;
            this.item = item;
            this.operation = item.path(method);
        }

        Operation operation() {
            parameters().values().forEach(this::parameter);
            body();
            Set<String> holes = new LinkedHashSet<>();
            Matcher hole = HOLE.matcher(path);
            while (hole.find()) {
                holes.add(hole.group(1));
            }
            places.stream()
                    .filter(place -> place.in() == In.PATH)
                    .map(Place::name)
                    .forEach(holes::remove);
            if (!path.startsWith("/") || !holes.isEmpty()) {
                throw new IllegalArgumentException(
                        "its path does not begin with a slash, or has holes that no" + " parameter fills: " + holes);
            }
            ObjectNode schema = JSON.objectNode().put("type", "object");
            schema.set("properties", properties);
            schema.set("required", required);
            schema.put("additionalProperties", false);
            if (!definitions.isEmpty()) {
                schema.set("$defs", definitions);
            }
            return new Operation(name(), method.toUpperCase(Locale.ROOT), path, text(), schema, places);
        }

        private String name() {
            String given = operation.path("operationId").asString("");
            String name = (given.isBlank() ? method + path : given)
                    .replaceAll("[^A-Za-z0-9_-]+", "_")
                    .replaceAll("^[^A-Za-z]+|_+$", "");
            if (name.isEmpty()) {
                throw new IllegalArgumentException("its operationId has no letter");
            }
            return name.length() <= 64 ? name : name.substring(0, 64);
        }

        private String text() {
            String summary = operation.path("summary").asString("");
            String more = operation.path("description").asString("");
            String text = (summary + "\n" + (more.equals(summary) ? "" : more)).strip();
            return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
        }

        /** Those of the path and those of the operation, which come in the place of the former. */
        private SequencedMap<String, JsonNode> parameters() {
            SequencedMap<String, JsonNode> found = new LinkedHashMap<>();
            for (JsonNode all : List.of(item.path("parameters"), operation.path("parameters"))) {
                for (JsonNode each : all) {
                    JsonNode parameter = references.resolved(each);
                    found.put(
                            parameter.path("in").asString("") + " "
                                    + parameter.path("name").asString(""),
                            parameter);
                }
            }
            return found;
        }

        private void parameter(JsonNode parameter) {
            String name = parameter.path("name").asString("");
            boolean needed = parameter.path("required").asBoolean(false);
            Optional<In> in = place(parameter.path("in").asString(""), name);
            if (in.isEmpty() || name.isBlank()) {
                if (needed && !OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                    throw new IllegalArgumentException("its required parameter \"" + name + "\" is a "
                            + parameter.path("in").asString("") + " that is not filled in");
                }
                return;
            }
            String argument =
                    properties.has(name) ? name + "_" + in.get().name().toLowerCase(Locale.ROOT) : name;
            ObjectNode schema = schema(parameter.path("schema"));
            String type =
                    references.resolved(parameter.path("schema")).path("type").asString("");
            if (type.equals("object") || parameter.has("content")) {
                throw new IllegalArgumentException(
                        "its parameter \"" + name + "\" is an object, which only bodies may be");
            }
            describe(schema, parameter);
            properties.set(argument, schema);
            if (needed || in.get() == In.PATH) {
                required.add(argument);
            }
            boolean exploded = parameter.path("explode").asBoolean(in.get() == In.QUERY);
            places.add(new Place(argument, name, in.get(), exploded));
        }

        private static Optional<In> place(String in, String name) {
            return switch (in) {
                case "path" -> Optional.of(In.PATH);
                case "query" -> Optional.of(In.QUERY);
                case "header" ->
                    HEADER.matcher(name).matches() && !OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))
                            ? Optional.of(In.HEADER)
                            : Optional.empty();
                default -> Optional.empty();
            };
        }

        private static void describe(ObjectNode schema, JsonNode parameter) {
            String text = parameter.path("description").asString("");
            if (!text.isBlank() && !schema.has("description")) {
                schema.put("description", text.length() <= 500 ? text : text.substring(0, 500) + "…");
            }
        }

        private void body() {
            JsonNode body = references.resolved(operation.path("requestBody"));
            if (!body.isObject()) {
                return;
            }
            JsonNode json = body.path("content").properties().stream()
                    .filter(type -> type.getKey().matches("application/(?:json|[\\w.+-]{1,60}\\+json)(?:;.*)?"))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(JSON.missingNode());
            boolean needed = body.path("required").asBoolean(false);
            if (!json.isObject()) {
                if (needed) {
                    throw new IllegalArgumentException("its body is not JSON");
                }
                return;
            }
            String argument = properties.has("body") ? "body_json" : "body";
            properties.set(argument, schema(json.path("schema")));
            if (needed) {
                required.add(argument);
            }
            places.add(new Place(argument, argument, In.BODY, false));
        }

        /** A schema whose {@code $defs} go to the root, where its references look for them. */
        private ObjectNode schema(JsonNode node) {
            ObjectNode schema = references.schema(node);
            if (schema.path("$defs") instanceof ObjectNode found) {
                schema.remove("$defs");
                found.properties().forEach(each -> {
                    JsonNode other = definitions.path(each.getKey());
                    if (!other.isMissingNode() && !other.equals(each.getValue())) {
                        throw new IllegalArgumentException("two of its schemas have the name " + each.getKey());
                    }
                    definitions.set(each.getKey(), each.getValue());
                });
            }
            return schema;
        }
    }
}
