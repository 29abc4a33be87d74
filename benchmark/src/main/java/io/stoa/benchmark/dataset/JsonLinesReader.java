package io.stoa.benchmark.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads {@link Format.JsonLines}. */
final class JsonLinesReader implements RowReader {
    @Override
    public void read(List<Path> files, RowSink sink) throws IOException {
        JsonMapper mapper = JsonBounds.line(sink.limits());
        for (Path file : files) {
            try (LineReader lines = new LineReader(file, sink.limits())) {
                while (lines.next()) {
                    Optional<String> text = lines.text();
                    if (text.isEmpty()) {
                        sink.broken(lines.place(), "not UTF-8", "save the file as UTF-8");
                    } else if (!text.get().isBlank()) {
                        row(mapper, lines.place(), text.get(), sink);
                    }
                }
            }
        }
    }

    private static void row(JsonMapper mapper, Place place, String text, RowSink sink) {
        JsonNode json;
        try {
            json = mapper.readTree(text);
        } catch (JacksonException e) {
            sink.broken(place, "not JSON: " + JsonBounds.reason(e), "mend or delete the line");
            return;
        }
        if (json instanceof ObjectNode object) {
            sink.row(place, object);
        } else {
            sink.broken(place, "not a JSON object but " + json.getNodeType(), "write one JSON object per line");
        }
    }
}
