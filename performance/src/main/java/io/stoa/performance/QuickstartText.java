package io.stoa.performance;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the shipped models can be read on. */
final class QuickstartText {
    private QuickstartText() {}

    /** The documents, without their titles, a line each. */
    static String documents() {
        return lines("corpus", ".md", file -> Files.readAllLines(file).getLast() + "\n");
    }

    /** The held-out items, prompt and answer or text, a line each. */
    static String items() {
        return lines("eval", ".jsonl", file -> {
            StringBuilder text = new StringBuilder();
            for (String line : Files.readAllLines(file)) {
                JsonNode item = JsonMapper.shared().readTree(line);
                if (item.path("text").isString()) {
                    text.append(item.path("text").stringValue()).append('\n');
                } else if (item.path("prompt").isString() && item.path("answer").isString()) {
                    text.append(item.path("prompt").stringValue())
                            .append(' ')
                            .append(item.path("answer").stringValue())
                            .append('\n');
                }
            }
            return text.toString();
        });
    }

    private interface Reader {
        String read(Path file) throws IOException;
    }

    private static String lines(String folder, String suffix, Reader reader) {
        Path place = Performance.root().resolve("examples/quickstart").resolve(folder);
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(place)) {
            List<Path> sorted = files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
            for (Path file : sorted) {
                text.append(reader.read(file));
            }
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, place + ": " + e.getMessage(), e);
        }
        return text.toString();
    }
}
