package io.stoa.benchmark.dataset;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads {@link Format.Json}: lists row by row, anything else as a whole. */
final class JsonDocumentReader implements RowReader {
    private final Optional<String> field;

    JsonDocumentReader(Optional<String> field) {
        this.field = field;
    }

    @Override
    public void read(List<Path> files, RowSink sink) throws IOException {
        for (Path file : files) {
            if (!document(file, sink)) {
                new JsonLinesReader().read(List.of(file), sink);
            }
        }
    }

    /** False, and nothing read, when the file holds several documents. */
    private boolean document(Path file, RowSink sink) throws IOException {
        JsonMapper mapper = JsonBounds.stream(sink.limits());
        try (SourceStream stream = SourceStream.open(file, sink.limits());
                Reader text = new InputStreamReader(stream, StandardCharsets.UTF_8.newDecoder());
                JsonParser parser = mapper.createParser(text)) {
            return new Document(file, sink, mapper, stream, parser).read();
        }
    }

    /** One document under way. */
    private final class Document {
        private final Path file;
        private final RowSink sink;
        private final JsonMapper mapper;
        private final SourceStream stream;
        private final JsonParser parser;

        Document(Path file, RowSink sink, JsonMapper mapper, SourceStream stream, JsonParser parser) {
            this.file = file;
            this.sink = sink;
            this.mapper = mapper;
            this.stream = stream;
            this.parser = parser;
        }

        boolean read() {
            try {
                stream.expect(sink.limits().documentBytes(), "the JSON document");
                return switch (parser.nextToken()) {
                    case null -> true;
                    case START_ARRAY -> {
                        elements();
                        end();
                        yield true;
                    }
                    case START_OBJECT -> field.isPresent() ? inField(field.get()) : object();
                    default ->
                        throw RowSink.unreadable(
                                place(), "neither a list nor an object", "write a list of JSON objects");
                };
            } catch (JacksonException e) {
                if (e.getCause() instanceof CharacterCodingException) {
                    throw RowSink.unreadable(place(), "not UTF-8 hereafter", "save the file as UTF-8");
                }
                throw RowSink.unreadable(
                        place(), "not JSON: " + JsonBounds.reason(e), "mend it; nothing behind it can be read");
            }
        }

        private Place place() {
            return Place.line(file, Math.max(1, parser.currentTokenLocation().getLineNr()));
        }

        private void elements() {
            while (next() != JsonToken.END_ARRAY) {
                Place place = place();
                put(place, mapper.readTree(parser));
            }
        }

        private JsonToken next() {
            stream.expect(sink.limits().rowBytes(), "a row of the list");
            return required(parser.nextToken());
        }

        private JsonToken required(JsonToken token) {
            if (token == null) {
                throw RowSink.unreadable(place(), "the document ends too early", "is the download complete?");
            }
            return token;
        }

        private void put(Place place, JsonNode value) {
            if (value instanceof ObjectNode row) {
                sink.row(place, row);
            } else {
                sink.broken(place, "not a JSON object but " + value.getNodeType(), "write objects into the list");
            }
        }

        private void end() {
            if (parser.nextToken() != null) {
                throw RowSink.unreadable(place(), "more follows behind the document", "delete it");
            }
        }

        private boolean inField(String name) {
            List<String> others = new ArrayList<>();
            while (required(parser.nextToken()) != JsonToken.END_OBJECT) {
                stream.expect(sink.limits().fileBytes(), "the JSON document");
                String member = parser.currentName();
                JsonToken value = required(parser.nextToken());
                if (!member.equals(name)) {
                    others.add(member);
                    parser.skipChildren();
                } else if (value == JsonToken.START_ARRAY) {
                    elements();
                } else if (value == JsonToken.START_OBJECT) {
                    stream.expect(sink.limits().documentBytes(), "\"" + name + "\"");
                    Place place = place();
                    columns(place, (ObjectNode) mapper.readTree(parser));
                } else {
                    throw RowSink.unreadable(
                            place(), "\"" + name + "\" is neither a list nor an object", "name the field of the rows");
                }
                if (member.equals(name)) {
                    return true;
                }
            }
            throw RowSink.unreadable(file, "has no field \"" + name + "\"", "name one of " + others);
        }

        private boolean object() {
            Place place = place();
            ObjectNode object = (ObjectNode) mapper.readTree(parser);
            if (parser.nextToken() != null) {
                return false;
            }
            Optional<ArrayNode> only = onlyListOfObjects(object);
            if (only.isPresent()) {
                only.get().forEach(row -> put(place, row));
            } else if (isTable(object)) {
                columns(place, object);
            } else {
                sink.row(place, object);
            }
            return true;
        }

        private void columns(Place place, ObjectNode table) {
            if (!isTable(table)) {
                throw RowSink.unreadable(
                        place, "the columns are not lists of the same length", "write a list of JSON objects");
            }
            Set<Map.Entry<String, JsonNode>> columns = table.properties();
            int rows = columns.iterator().next().getValue().size();
            for (int i = 0; i < rows; i++) {
                ObjectNode row = JsonNodeFactory.instance.objectNode();
                for (Map.Entry<String, JsonNode> column : columns) {
                    row.set(column.getKey(), column.getValue().path(i));
                }
                sink.row(Place.row(file, i + 1L), row);
            }
        }
    }

    private static Optional<ArrayNode> onlyListOfObjects(ObjectNode object) {
        List<JsonNode> lists =
                object.values().stream().filter(JsonNode::isArray).toList();
        return lists.size() == 1
                        && !lists.getFirst().isEmpty()
                        && lists.getFirst().valueStream().allMatch(JsonNode::isObject)
                ? Optional.of((ArrayNode) lists.getFirst())
                : Optional.empty();
    }

    private static boolean isTable(ObjectNode object) {
        return !object.isEmpty()
                && object.valueStream().allMatch(JsonNode::isArray)
                && object.valueStream().mapToInt(JsonNode::size).distinct().count() == 1;
    }
}
