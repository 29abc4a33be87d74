package io.stoa.engine.llama;

import java.nio.file.Path;
import java.util.UUID;

/** Where a file grows that is to appear under its name only when it is complete. */
final class PartialFile {
    private PartialFile() {}

    /** A hidden name in the same folder, which nobody else chooses. The file is not made: it gets the usual permissions. */
    static Path of(Path target) {
        return target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".partial");
    }
}
