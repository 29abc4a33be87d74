package io.stoa.license.pack;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Packs on disk: written beside their place and moved into it, read without following links and within bounds. */
public final class PackFolder {
    /** The largest file of a pack: none is larger than a licence may be, and its notices. */
    static final long LARGEST_FILE = 16L << 20;

    /** More than this is not read of a folder. */
    static final long MOST_BYTES = 64L << 20;

    /** A folder with more entries is no pack. */
    static final int MOST_ENTRIES = 1_000;

    private final Path folder;
    private final Move move;

    public PackFolder(Path folder) {
        this(folder, (from, to) -> Files.move(from, to, StandardCopyOption.ATOMIC_MOVE));
    }

    PackFolder(Path folder, Move move) {
        this.folder = folder.toAbsolutePath().normalize();
        this.move = move;
    }

    /** Moves a folder within its file system, wholly or not at all. */
    @FunctionalInterface
    interface Move {
        void move(Path from, Path to) throws IOException;
    }

    /** What lies in a folder. */
    enum Kind {
        FILE,
        FOLDER,
        LINK,
        OTHER
    }

    /**
     * Something that lies in a folder.
     *
     * @param kind what it is; a link is not followed
     * @param bytes its size
     */
    record Found(Kind kind, long bytes) {}

    /**
     * Writes a pack. An older pack in its place, and nothing else, is replaced.
     *
     * @throws StoaException of kind {@code USER} when the folder holds something that is no pack, of kind {@code RESOURCES}
     *     when it cannot be written; nothing of the pack is then there, and the older one is where the message says
     */
    public void write(Pack pack) {
        Path parent = Optional.ofNullable(folder.getParent())
                .orElseThrow(() -> StoaException.user(folder + ": not a place for a folder; name another --out"));
        boolean replaces = refuseForeign();
        List<Path> rubbish = new ArrayList<>();
        try {
            Files.createDirectories(parent);
            Path made = Files.createTempDirectory(parent, ".stoa-pack-");
            rubbish.add(made);
            Path fresh = made.resolve("pack");
            for (String path : pack.paths()) {
                Path file = fresh.resolve(path);
                Files.createDirectories(Optional.ofNullable(file.getParent()).orElse(fresh));
                Files.write(file, pack.files().getOrDefault(path, new byte[0]));
            }
            Path old = made.resolve("old");
            if (replaces) {
                move.move(folder, old);
            }
            try {
                move.move(fresh, folder);
            } catch (IOException e) {
                if (replaces) {
                    rubbish.add(fresh);
                    putBack(old, made, rubbish, e);
                }
                throw e;
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    folder + ": cannot be written (" + e.getMessage() + "); nothing of the pack is there",
                    e);
        } finally {
            rubbish.forEach(PackFolder::delete);
        }
    }

    /** Moves the older pack back; where that fails as well, it is kept where it is. */
    private void putBack(Path old, Path made, List<Path> rubbish, IOException why) {
        try {
            move.move(old, folder);
        } catch (IOException e) {
            rubbish.remove(made);
            why.addSuppressed(e);
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    "%s: cannot be written (%s); the pack that was there is kept in %s: move it back"
                            .formatted(folder, why.getMessage(), old),
                    why);
        }
    }

    /** Whether something is there that may be replaced: an empty folder, or a pack with no other files. */
    private boolean refuseForeign() {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw StoaException.user(folder + ": there is something that is no folder; name another --out");
        }
        SortedMap<String, Found> found = list();
        if (found.isEmpty()) {
            return true;
        }
        List<String> foreign = new ArrayList<>();
        try {
            Manifest manifest = ManifestJson.read(read(Manifest.NAME));
            found.forEach((path, what) -> {
                boolean own = path.equals(Manifest.NAME) || manifest.files().containsKey(path);
                if (what.kind != Kind.FOLDER && !own) {
                    foreign.add(path);
                }
            });
        } catch (ManifestJson.Malformed | UncheckedIOException e) {
            foreign.addAll(found.keySet());
        }
        if (!foreign.isEmpty()) {
            throw StoaException.user("%s: holds %s, which is no part of a pack; name an empty folder, or move that away"
                    .formatted(folder, foreign.getFirst()));
        }
        return true;
    }

    /**
     * Everything in the folder by its path with slashes, at most {@value #MOST_ENTRIES} and one more.
     *
     * @throws StoaException of kind {@code USER} when it is no folder that can be read
     */
    SortedMap<String, Found> list() {
        if (!Files.isDirectory(folder)) {
            throw StoaException.user(folder + ": not a folder; name the folder of a pack");
        }
        SortedMap<String, Found> found = new TreeMap<>();
        try {
            Files.walkFileTree(folder.toRealPath(), new Listing(folder.toRealPath(), found));
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER, folder + ": cannot be read (" + e.getMessage() + "); is it yours?", e);
        }
        return found;
    }

    private static final class Listing extends SimpleFileVisitor<Path> {
        private final Path root;
        private final SortedMap<String, Found> found;

        Listing(Path root, SortedMap<String, Found> found) {
            this.root = root;
            this.found = found;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return directory.equals(root) ? FileVisitResult.CONTINUE : add(directory, Kind.FOLDER, 0);
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            Kind kind = attributes.isSymbolicLink() ? Kind.LINK : attributes.isRegularFile() ? Kind.FILE : Kind.OTHER;
            return add(file, kind, attributes.size());
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return add(file, Kind.OTHER, 0);
        }

        private FileVisitResult add(Path path, Kind kind, long bytes) {
            found.put(
                    root.relativize(path)
                            .toString()
                            .replace(path.getFileSystem().getSeparator(), "/"),
                    new Found(kind, bytes));
            return found.size() > MOST_ENTRIES ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }
    }

    /** The bytes of a file of a listed path, of at most {@value #LARGEST_FILE} bytes; no link is followed. */
    byte[] read(String path) {
        try {
            Path file = folder.toRealPath().resolve(path);
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new NoSuchFileException(path);
            }
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                return in.readNBytes((int) LARGEST_FILE + 1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, path + ": cannot be removed (" + e.getMessage() + ")", e);
        }
    }
}
