package io.stoa.gateway.route;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgufReader;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/**
 * What a file holds. Read through at first, whenever its size, times or inode have changed, and now and then anyway.
 * From the moment at which a change shows until it is read again, nothing is known of it.
 *
 * <p>The time of the last change of the inode counts as well, where the file system has one, because that of the content
 * can be set back.
 */
final class FileWatch {
    /** Everything that is known of a file. */
    sealed interface State {
        /** It is being read. */
        record Unread() implements State {}

        /**
         * It was read.
         *
         * @param digest of its bytes
         * @param template the digest of the chat template in it, where it is a model that has one
         */
        record Read(Digest digest, Optional<Digest> template) implements State {}

        /** It cannot be read. */
        record Unreadable(String why) implements State {}
    }

    private record Stamp(Map<String, String> attributes) {}

    private final Path file;
    private final boolean model;
    private final Duration rehash;
    private final Executor executor;
    private final Runnable done;

    private volatile State state = new State.Unread();
    private Optional<Stamp> read = Optional.empty();
    private long readAt;
    private boolean reading;

    /**
     * A file, which is not read yet.
     *
     * @param model whether it is a model, which may have a template
     * @param executor where it is read
     * @param done is run whenever it was read
     */
    FileWatch(Path file, boolean model, Duration rehash, Executor executor, Runnable done) {
        this.file = requireNonNull(file, "file");
        this.model = model;
        this.rehash = rehash;
        this.executor = executor;
        this.done = done;
    }

    /** Looks whether it has changed, and begins to read it where it has. */
    synchronized State look() {
        if (reading) {
            return state;
        }
        Optional<Stamp> now;
        try {
            now = Optional.of(stamp());
        } catch (NoSuchFileException e) {
            return lost("is gone");
        } catch (IOException e) {
            return lost("cannot be read (" + e + ")");
        }
        boolean changed = !now.equals(read);
        if (changed || System.nanoTime() - readAt > rehash.toNanos()) {
            if (changed) {
                state = new State.Unread();
            }
            reading = true;
            executor.execute(this::readThrough);
        }
        return state;
    }

    /** Whether nothing is known of it yet, or not since it changed. */
    boolean isUnread() {
        return state instanceof State.Unread;
    }

    private State lost(String why) {
        read = Optional.empty();
        state = new State.Unreadable(why);
        return state;
    }

    private void readThrough() {
        State found;
        Optional<Stamp> stamp = Optional.empty();
        try {
            Stamp before = stamp();
            Optional<Digest> template = model ? template() : Optional.empty();
            Digest digest = Artifacts.digestOf(file, Progress.NONE);
            // written while it was read: then it is read again at the next look
            boolean steady = before.equals(stamp());
            stamp = steady ? Optional.of(before) : Optional.empty();
            found = steady ? new State.Read(digest, template) : new State.Unread();
        } catch (IOException | StoaException e) {
            found = new State.Unreadable("cannot be read (" + e.getMessage() + ")");
        }
        synchronized (this) {
            state = found;
            read = stamp;
            readAt = System.nanoTime();
            reading = false;
        }
        done.run();
    }

    private Optional<Digest> template() {
        try {
            return GgufReader.read(file).string("tokenizer.chat_template").map(Digest::of);
        } catch (StoaException e) {
            // no model any more: then its digest is another one as well, and that says it
            return Optional.empty();
        }
    }

    private Stamp stamp() throws IOException {
        BasicFileAttributes basic = Files.readAttributes(file, BasicFileAttributes.class);
        if (!basic.isRegularFile()) {
            throw new IOException("it is no file");
        }
        Map<String, String> attributes = new TreeMap<>();
        attributes.put("size", Long.toString(basic.size()));
        attributes.put("modified", basic.lastModifiedTime().toString());
        attributes.put("key", String.valueOf(basic.fileKey()));
        if (file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            attributes.put("changed", String.valueOf(Files.getAttribute(file, "unix:ctime")));
        }
        return new Stamp(attributes);
    }
}
