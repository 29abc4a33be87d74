package io.stoa.benchmark.harness;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The task files that come with the project. */
public final class ShippedTasks {
    private static final String FOLDER = "/io/stoa/benchmark/tasks";

    private ShippedTasks() {}

    /** Their folder: in the file system, or inside of the archive that this class came in. */
    public static Path folder() {
        URL place = Optional.ofNullable(ShippedTasks.class.getResource(FOLDER))
                .orElseThrow(() -> StoaException.bug("the shipped tasks are missing from the build"));
        try {
            URI uri = place.toURI();
            if (!uri.getScheme().equals("jar")) {
                return Path.of(uri);
            }
            return archive(uri).getPath(FOLDER);
        } catch (URISyntaxException | IOException e) {
            throw new StoaException(StoaException.Kind.BUG, "the shipped tasks cannot be read: " + e.getMessage(), e);
        }
    }

    /** Stays open: the paths that come from it are read as long as the program runs. */
    private static FileSystem archive(URI uri) throws IOException {
        try {
            return FileSystems.newFileSystem(uri, Map.of());
        } catch (FileSystemAlreadyExistsException e) {
            return FileSystems.getFileSystem(uri);
        }
    }
}
