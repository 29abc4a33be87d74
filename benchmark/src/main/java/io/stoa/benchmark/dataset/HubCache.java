package io.stoa.benchmark.dataset;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was downloaded of one dataset. In the folder {@code datasets--owner--name}:
 *
 * <pre>
 * refs/main                          the commit that a branch or tag had when it was last asked for
 * COMMIT/listing.json                the files of that commit
 * COMMIT/files/data/test.parquet     a file, whole: it is moved here when it is complete
 * COMMIT/manifests/data/test.parquet.json   its dataset, commit, path, size and SHA-256
 * COMMIT/parts/data/test.parquet     what is here of it while it is downloaded
 * COMMIT/locks/data/test.parquet     held by the process that downloads it
 * </pre>
 *
 * Small files are written under a name of their own and moved, so a reader never sees half of one.
 */
final class HubCache {
    private static final Duration POLL = Duration.ofMillis(100);

    private final String id;
    private final Path root;

    HubCache(Path cache, String id) {
        this.id = id;
        this.root = cache.resolve("datasets--" + id.replace("/", "--"));
    }

    Optional<String> commit(String revision) {
        return text(ref(revision)).map(String::strip).filter(HubReference::isCommit);
    }

    Optional<HubListing> listing(String commit) {
        return text(listingFile(commit)).map(text -> HubListing.read(id + " in " + root, text));
    }

    void remember(String revision, HubListing listing) {
        write(listingFile(listing.commit()), listing.json());
        write(ref(revision), listing.commit() + "\n");
    }

    /** Text that belongs to a commit, by a name of ours. */
    Optional<String> note(String commit, String name) {
        return text(root.resolve(commit).resolve("notes").resolve(name));
    }

    void note(String commit, String name, String text) {
        write(root.resolve(commit).resolve("notes").resolve(name), text);
    }

    private Path ref(String revision) {
        return root.resolve("refs").resolve(HubClient.encoded(revision));
    }

    private Path listingFile(String commit) {
        return root.resolve(commit).resolve("listing.json");
    }

    Path root() {
        return root;
    }

    Slot slot(String commit, String path) {
        return new Slot(commit, path);
    }

    /** The place of one file. */
    final class Slot {
        private final String commit;
        private final String path;

        private Slot(String commit, String path) {
            if (!HubListing.isSafe(path) || !HubReference.isCommit(commit)) {
                throw new IllegalArgumentException(id + ": " + commit + " " + path);
            }
            this.commit = commit;
            this.path = path;
        }

        private Path in(String kind, String ending) {
            return root.resolve(commit).resolve(kind).resolve(path + ending);
        }

        String path() {
            return path;
        }

        Path file() {
            return in("files", "");
        }

        Path manifest() {
            return in("manifests", ".json");
        }

        Path part() {
            return in("parts", "");
        }

        Path etag() {
            return in("parts", ".etag");
        }

        /**
         * The file, if it is here whole and is what it was.
         *
         * @throws StoaException when it has changed since it was downloaded
         */
        Optional<HubSplit.CachedFile> checked() {
            Optional<JsonNode> manifest = text(manifest()).map(this::parse);
            if (manifest.isEmpty() || !Files.isRegularFile(file())) {
                return Optional.empty();
            }
            String recorded = manifest.get().path("sha256").stringValue("");
            Digest found;
            try {
                found = DatasetReader.sha256(file());
            } catch (IOException e) {
                throw resources(file(), e);
            }
            if (!found.hex().equals(recorded)) {
                throw StoaException.user(file() + ": has changed since it was downloaded: its SHA-256 is " + found.hex()
                        + ", and " + recorded + " was recorded; delete it to download it again");
            }
            return Optional.of(new HubSplit.CachedFile(path, file(), found));
        }

        private JsonNode parse(String text) {
            try {
                return JsonMapper.shared().readTree(text);
            } catch (JacksonException _) {
                throw StoaException.user(manifest() + ": is not JSON; delete it to download the file again");
            }
        }

        /**
         * Makes the part the file. What was recorded of this file of this commit once must still hold, since commits do not
         * change.
         */
        HubSplit.CachedFile keep(Digest digest) {
            Optional<JsonNode> earlier = text(manifest()).map(this::parse);
            if (earlier.isPresent()
                    && !earlier.get().path("sha256").stringValue("").equals(digest.hex())) {
                delete(part());
                throw StoaException.user(id + ", " + path + ": another file than before at the same commit " + commit
                        + ": SHA-256 " + digest.hex() + ", recorded was "
                        + earlier.get().path("sha256") + "; if you trust it, delete " + manifest());
            }
            try {
                ObjectNode manifest = JsonMapper.shared()
                        .createObjectNode()
                        .put("dataset", id)
                        .put("commit", commit)
                        .put("path", path)
                        .put("size", Files.size(part()))
                        .put("sha256", digest.hex());
                write(manifest(), manifest.toString() + "\n");
                Files.createDirectories(file().getParent());
                move(part(), file());
                Files.deleteIfExists(etag());
            } catch (IOException e) {
                throw resources(file(), e);
            }
            return new HubSplit.CachedFile(path, file(), digest);
        }

        /** Waits until no other process or thread downloads this file. */
        Lock lock(Duration longest) throws InterruptedException {
            Path file = in("locks", "");
            try {
                Files.createDirectories(file.getParent());
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                try {
                    return new Lock(channel, acquire(channel, longest));
                } catch (IOException | InterruptedException | RuntimeException e) {
                    channel.close();
                    throw e;
                }
            } catch (IOException e) {
                throw resources(file, e);
            }
        }

        private FileLock acquire(FileChannel channel, Duration longest) throws IOException, InterruptedException {
            long end = System.nanoTime() + longest.toNanos();
            while (System.nanoTime() - end < 0) {
                try {
                    FileLock lock = channel.tryLock();
                    if (lock != null) {
                        return lock;
                    }
                } catch (OverlappingFileLockException _) {
                    // Another thread of this process has it; to wait is the same.
                }
                Thread.sleep(POLL);
            }
            throw StoaException.resources(in("locks", "") + ": held by another process for " + longest.toMinutes()
                    + " min; end that process, or use another cache folder");
        }
    }

    /** Held while one file is downloaded; the system frees it when the process dies. */
    record Lock(FileChannel channel, FileLock held) implements AutoCloseable {
        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new StoaException(
                        StoaException.Kind.RESOURCES, "a lock in the cache cannot be freed; start again", e);
            }
        }
    }

    private Optional<String> text(Path file) {
        try {
            return Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw resources(file, e);
        }
    }

    private void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Path fresh = file.resolveSibling("." + UUID.randomUUID() + ".tmp");
            try {
                Files.writeString(fresh, text);
                move(fresh, file);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw resources(file, e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw resources(file, e);
        }
    }

    /** The disk is full, or the folder is not ours to write. */
    static StoaException resources(Path file, IOException e) {
        return new StoaException(
                StoaException.Kind.RESOURCES,
                file.getParent() + ": cannot be used (" + e.getClass().getSimpleName() + ": " + e.getMessage()
                        + "); free space, check the permissions, or choose another cache folder",
                e);
    }
}
