package io.stoa.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that are there as a whole or not at all: a full disk or a kill leaves what was there before. */
final class WholeFile {
    private WholeFile() {}

    static void write(Path file, byte[] content) throws IOException {
        Path whole = file.toAbsolutePath();
        Path half =
                whole.resolveSibling(".stoa-" + ProcessHandle.current().pid() + "-" + whole.getFileName() + ".part");
        try {
            Files.write(half, content);
            Files.move(half, whole, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(half);
        }
    }
}
