package io.stoa.integration.retrieve.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.stoa.integration.retrieve.Passage;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.index.IndexWriter;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A process that puts documents of two passages, flushes each, and says so, until it is killed. */
final class StoreWriter {
    private StoreWriter() {}

    static Process start(Path folder, int round) throws IOException {
        // Under a launcher that loads classes itself, the class path is not in the property.
        List<String> path = new ArrayList<>(List.of(System.getProperty("java.class.path")));
        for (Class<?> each : List.of(
                StoreWriter.class,
                LuceneStore.class,
                StoaException.class,
                IndexWriter.class,
                EnglishAnalyzer.class,
                JsonNode.class,
                JacksonException.class,
                JsonInclude.class)) {
            path.add(Path.of(each.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .getPath())
                    .toString());
        }
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        String.join(":", path),
                        StoreWriter.class.getName(),
                        folder.toString(),
                        Integer.toString(round))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    public static void main(String[] arguments) {
        try (LuceneStore store = LuceneStore.toWrite(Path.of(arguments[0]), StoreSettings.words())) {
            for (int i = 0; ; i++) {
                String id = "d" + i % 40;
                store.put(
                        id,
                        arguments[1],
                        List.of(
                                new Passage(id + "#0", id, "", "text of round " + arguments[1], Map.of()),
                                new Passage(id + "#1", id, "", "text of round " + arguments[1], Map.of())),
                        List.of());
                store.flush();
                System.out.println(id);
                System.out.flush();
            }
        }
    }
}
