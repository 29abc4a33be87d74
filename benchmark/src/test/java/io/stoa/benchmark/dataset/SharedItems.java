package io.stoa.benchmark.dataset;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Published items, where they are present. */
final class SharedItems {
    private static final Path FOLDER = Path.of("../../shared/data/items");

    private SharedItems() {}

    /** A file or folder; skips the test when it is absent. */
    static Path require(String name) {
        Path path = FOLDER.resolve(name);
        assumeTrue(Files.exists(path), "the published items are not here: " + name);
        return path;
    }

    /** The files in a folder whose names end so, in order. */
    static List<Path> list(String folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(require(folder))) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }
}
