package io.stoa.store;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.util.Optional;

/**
 * A folder of files that are called by their content: {@code <folder>/<64 hexadecimal digits of SHA-256>}. A file is
 * written beside its place and moved there in one step, so a name stands for all of its content or does not exist. Safe
 * for use by several processes, since two that put the same content put the same file.
 */
public final class Artifacts {
    private final Path folder;

    /** The folder is created when something is first put into it. */
    public Artifacts(Path folder) {
        this.folder = folder;
    }

    /**
     * A file in the folder.
     *
     * @param digest the SHA-256 of its content
     * @param path where it lies
     */
    public record Artifact(Digest digest, Path path) {}

    /** What a new artifact is written by: it is given a path that does not exist yet, and writes a file there. */
    @FunctionalInterface
    public interface Maker {
        void write(Path path) throws IOException;
    }

    /**
     * Puts what the maker writes. What the maker throws is passed on, and nothing is put.
     *
     * @throws StoaException {@code RESOURCES} when it cannot be written
     */
    public Artifact put(Maker maker) {
        try {
            Files.createDirectories(folder);
            // a folder of its own, so that even what a maker leaves half written is removed
            Path workplace = Files.createTempDirectory(folder, "new-");
            Path made = workplace.resolve("artifact");
            try {
                maker.write(made);
                try (FileChannel channel = FileChannel.open(made, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                Digest digest = digestOf(made);
                Path place = place(digest);
                Files.move(made, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return new Artifact(digest, place);
            } finally {
                Files.deleteIfExists(made);
                Files.deleteIfExists(workplace);
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    "no artifact can be written to " + folder + " (" + e
                            + "); check its free space and whether you may write there",
                    e);
        }
    }

    /** Puts a copy of a stream, which stays open. */
    public Artifact put(InputStream content) {
        return put(path -> Files.copy(content, path));
    }

    /**
     * The file with this content. It is read through to make sure.
     *
     * @throws StoaException {@code RESOURCES} when there is a file of this name with another content, or it cannot be
     *     read
     */
    public Optional<Path> find(Digest digest) {
        Path place = place(digest);
        if (!Files.isRegularFile(place)) {
            return Optional.empty();
        }
        try {
            Digest found = digestOf(place);
            if (!found.equals(digest)) {
                throw StoaException.resources(
                        place + " is damaged: its content has " + found + "; delete it, and run again to make it anew");
            }
            return Optional.of(place);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    place + " cannot be read (" + e + "); check the disk that it lies on",
                    e);
        }
    }

    private Path place(Digest digest) {
        return folder.resolve(digest.hex());
    }

    private static Digest digestOf(Path file) throws IOException {
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), Digest.sha256())) {
            in.transferTo(OutputStream.nullOutputStream());
            return Digest.of(in.getMessageDigest());
        }
    }
}
