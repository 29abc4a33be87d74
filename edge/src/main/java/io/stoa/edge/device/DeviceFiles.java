package io.stoa.edge.device;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The changes that a device makes to its disk, one by one. What is written is safe from a power cut only once it was
 * forced: a file's bytes by {@link Output#sync}, its name, its disappearance and its replacement by {@link #syncFolder}
 * of the folder that it lies in. Everything else may be lost in part. Reading needs no seam: it changes nothing.
 */
public interface DeviceFiles {
    /** A file that is being written. */
    interface Output extends Closeable {
        /** Appends the first {@code length} bytes. */
        void write(byte[] bytes, int length) throws IOException;

        /** Forces what was written to the disk. */
        void sync() throws IOException;
    }

    /** A new file in a folder that exists, or an existing one emptied; readable by its owner only. */
    Output create(Path file) throws IOException;

    /** A folder in one that exists; nothing happens when it is there already. */
    void makeFolder(Path folder) throws IOException;

    /** Puts a file in the place of another in the same folder, in one step. */
    void replace(Path from, Path to) throws IOException;

    /** Deletes a file or an empty folder, if it is there. */
    void delete(Path path) throws IOException;

    /** Forces a folder's names to the disk. */
    void syncFolder(Path folder) throws IOException;

    /** How many bytes may still be written there. */
    long usableBytes(Path folder) throws IOException;
}
