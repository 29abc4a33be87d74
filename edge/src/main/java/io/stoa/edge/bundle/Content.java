package io.stoa.edge.bundle;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a part is made from; it can be written several times, each time in the same bytes. */
public sealed interface Content {
    /** How many bytes it has. */
    long size();

    /** Writes all of it. */
    void writeTo(OutputStream out) throws IOException;

    /** Its SHA-256. */
    default Digest digest() throws IOException {
        MessageDigest running = Digest.sha256();
        try (DigestOutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), running)) {
            writeTo(out);
        }
        return Digest.of(running);
    }

    /** Bytes. */
    final class Bytes implements Content {
        private final byte[] bytes;

        public Bytes(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(bytes);
        }
    }

    /** A file. */
    record File(Path path, long size) implements Content {
        /** A file that is there. */
        public static File of(Path path) {
            try {
                if (!Files.isRegularFile(path)) {
                    throw StoaException.user(path + ": no such file; is the path right?");
                }
                return new File(path, Files.size(path));
            } catch (IOException e) {
                throw new StoaException(StoaException.Kind.USER, path + ": cannot be read (" + e + ")", e);
            }
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            byte[] buffer = new byte[1 << 20];
            try (InputStream in = Files.newInputStream(path)) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    out.write(buffer, 0, read);
                }
            }
        }
    }

    /**
     * Files as a tar; see {@code docs/bundles.md} for its one form.
     *
     * @param files by their names in the tar
     */
    record Tree(SortedMap<String, Leaf> files) implements Content {
        /** The most files that are borne in a tar. */
        public static final int MOST_FILES = 20_000;

        public Tree {
            files = new TreeMap<>(files);
            if (files.isEmpty() || files.size() > MOST_FILES) {
                throw new IllegalArgumentException("a tar has 1 to " + MOST_FILES + " files, not " + files.size());
            }
            files.forEach((name, leaf) -> new Tar.Entry(name, leaf.size(), leaf.executable()));
        }

        /**
         * A file in a tar.
         *
         * @param executable whether it may be run
         */
        public record Leaf(Path path, long size, boolean executable) {}

        /** Every file under a folder, with a prefix such as {@code lib/} before its name; links are followed. */
        public static SortedMap<String, Leaf> under(Path folder, String prefix) {
            SortedMap<String, Leaf> files = new TreeMap<>();
            try (Stream<Path> walk = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
                walk.filter(Files::isRegularFile).forEach(file -> {
                    String name = folder.relativize(file)
                            .toString()
                            .replace(file.getFileSystem().getSeparator(), "/");
                    files.put(prefix + name, leaf(file));
                });
            } catch (IOException | UncheckedIOException e) {
                throw new StoaException(StoaException.Kind.USER, folder + ": cannot be read (" + e + ")", e);
            }
            return files;
        }

        /** One file. */
        public static Leaf leaf(Path file) {
            try {
                return new Leaf(file, Files.size(file), Files.isExecutable(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public long size() {
            long size = Tar.END;
            for (Map.Entry<String, Leaf> file : files.entrySet()) {
                size += entry(file).blocks();
            }
            return size;
        }

        private static Tar.Entry entry(Map.Entry<String, Leaf> file) {
            return new Tar.Entry(
                    file.getKey(), file.getValue().size(), file.getValue().executable());
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            Tar.Writer tar = new Tar.Writer(out);
            for (Map.Entry<String, Leaf> file : files.entrySet()) {
                File content = new File(file.getValue().path(), file.getValue().size());
                tar.file(entry(file), content::writeTo);
            }
            tar.end();
        }
    }
}
