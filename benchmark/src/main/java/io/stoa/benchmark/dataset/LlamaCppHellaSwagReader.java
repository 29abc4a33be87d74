package io.stoa.benchmark.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads {@link Format.LlamaCppHellaSwag}; see the example {@code perplexity} of llama.cpp for the format. */
final class LlamaCppHellaSwagReader implements RowReader {
    private static final int ENDINGS = 4;
    private static final int LINES = 2 + ENDINGS;

    @Override
    public void read(List<Path> files, RowSink sink) throws IOException {
        for (Path file : files) {
            try (LineReader lines = new LineReader(file, sink.limits())) {
                read(lines, sink);
            }
        }
    }

    private static void read(LineReader lines, RowSink sink) throws IOException {
        List<Optional<String>> group = new ArrayList<>(LINES);
        Optional<Place> start = Optional.empty();
        while (lines.next()) {
            if (group.isEmpty()) {
                start = Optional.of(lines.place());
            }
            group.add(lines.text());
            if (group.size() == LINES) {
                row(start.orElseThrow(), group, sink);
                group.clear();
            }
        }
        if (!group.isEmpty() && !group.equals(List.of(Optional.of("")))) {
            sink.broken(
                    start.orElseThrow(),
                    "only " + group.size() + " of " + LINES + " lines are left",
                    "write the context, the number of the right ending and four endings");
        }
    }

    private static void row(Place place, List<Optional<String>> lines, RowSink sink) {
        if (lines.stream().anyMatch(Optional::isEmpty)) {
            sink.broken(place, "not UTF-8 in one of the " + LINES + " lines", "save the file as UTF-8");
            return;
        }
        List<String> texts = lines.stream().map(Optional::orElseThrow).toList();
        String label = texts.get(1).strip();
        if (!label.matches("[0-3]")) {
            sink.broken(
                    place,
                    "the second line is not the number of an ending, 0 to 3, but \"" + abbreviated(label) + "\"",
                    "write " + LINES + " lines for each row");
            return;
        }
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        row.put("context", texts.getFirst());
        row.put("label", Integer.parseInt(label));
        ArrayNode endings = row.putArray("endings");
        texts.subList(2, LINES).forEach(endings::add);
        sink.row(place, row);
    }

    private static String abbreviated(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
