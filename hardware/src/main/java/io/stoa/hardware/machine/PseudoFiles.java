package io.stoa.hardware.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The kernel's files under a root. A file that is not there, or not readable, is empty: kernels differ. */
record PseudoFiles(Path root) {
    Stream<String> lines(String path) {
        try {
            return Files.readAllLines(root.resolve(path)).stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    /** The first line, when there is one. */
    Optional<String> line(String path) {
        return lines(path).findFirst().map(String::strip).filter(line -> !line.isEmpty());
    }

    /** The words of the first line that starts with a word. */
    Optional<List<String>> words(String path, String first) {
        return lines(path)
                .map(line -> List.of(line.strip().split("\\s+", -1)))
                .filter(words -> words.getFirst().equals(first))
                .findFirst();
    }
}
