package io.stoa.edge.device;

import io.stoa.model.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The seam between a device's slots and how bundles are written, signed and packed. */
public interface BundleFormat {
    /**
     * A file of a bundle.
     *
     * @param path where it lies in the bundle's folder, with {@code /} between names
     * @param bytes its size
     */
    record Entry(String path, long bytes) {
        private static final int MOST_LETTERS = 512;

        public Entry {
            if (path.length() > MOST_LETTERS
                    || !path.matches("[A-Za-z0-9_+-][A-Za-z0-9._+-]*(/[A-Za-z0-9_+-][A-Za-z0-9._+-]*){0,7}")) {
                throw new IllegalArgumentException(
                        "not a file's path in a bundle: " + path.substring(0, Math.min(path.length(), MOST_LETTERS)));
            }
            if (bytes < 0) {
                throw new IllegalArgumentException(path + ": a size is not negative: " + bytes);
            }
        }
    }

    /** A bundle that came from somewhere: its signature was checked, its files were not yet. */
    interface Incoming extends AutoCloseable {
        BundleFacts facts();

        /** Every file, which together are the bundle. */
        List<Entry> entries();

        /** Calls one more time for each file, in the order of {@link #entries}; they may be read only so. */
        InputStream open(Entry entry) throws IOException;

        @Override
        void close() throws IOException;
    }

    /**
     * Opens a bundle and checks its signature, not yet its files.
     *
     * @param installed the folder of the bundle that is installed, which a delta may build upon
     * @param now when certificates must be valid
     * @throws io.stoa.model.StoaException {@code USER} when it is no bundle, or none of a trusted signer
     */
    Incoming open(Path bundle, Optional<Path> installed, Instant now);

    /**
     * Checks a whole bundle that lies in a folder: signature, and every file.
     *
     * @param when certificates must have been valid
     * @throws io.stoa.model.StoaException {@code USER} when anything of it is missing, changed or too much
     */
    Bundle verify(Path folder, Instant when, Progress progress);
}
