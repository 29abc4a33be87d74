package io.stoa.cli;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

    /**
     * Writes a file that an option names.
     *
     * @throws StoaException of kind {@code USER} when there is no such folder, of kind {@code RESOURCES} when it cannot be
     *     written
     */
    static void write(String option, Path file, byte[] content) {
        refuseIfUnwritable(option, file);
        try {
            write(file, content);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    option + " " + file + ": cannot be written (" + e + "); free some space, or name another place",
                    e);
        }
    }

    /** Writes a text as {@link #write(String, Path, byte[])} does. */
    static void write(String option, Path file, String text) {
        write(option, file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Work that takes minutes should not begin when its result has no place. */
    static void refuseIfUnwritable(String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw StoaException.user(
                    option + " " + file + ": there is no folder " + folder + "; make it first, or name another place");
        }
        if (Files.isDirectory(file)) {
            throw StoaException.user(option + " " + file + ": is a folder; name a file in it");
        }
        if (!Files.isWritable(folder)) {
            throw StoaException.user(option + " " + file + ": the folder " + folder
                    + " cannot be written; change its permissions, or name another place");
        }
    }

    /** Makes a folder that an option names, for work that should not begin when its results have no place. */
    static void makeFolder(String option, Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    option + " " + folder + ": cannot be made as a folder (" + e + "); name another place",
                    e);
        }
        if (!Files.isWritable(folder)) {
            throw StoaException.user(option + " " + folder
                    + ": cannot be written; change the folder's permissions, or name another place");
        }
    }
}
