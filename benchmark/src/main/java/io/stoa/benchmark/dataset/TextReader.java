package io.stoa.benchmark.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/** Reads {@link Format.Text}. */
final class TextReader implements RowReader {
    @Override
    public void read(List<Path> files, RowSink sink) throws IOException {
        for (Path file : files) {
            try (LineReader lines = new LineReader(file, sink.limits())) {
                while (lines.next()) {
                    Optional<String> text = lines.text();
                    if (text.isPresent()) {
                        sink.row(
                                lines.place(),
                                JsonNodeFactory.instance.objectNode().put("text", text.get()));
                    } else {
                        sink.broken(lines.place(), "not UTF-8", "save the file as UTF-8");
                    }
                }
            }
        }
    }
}
