package io.stoa.integration.step;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A journal on disk, readable by its owner alone. Whoever writes to it holds the operating system's lock on it, so that
 * two processes never carry out one run.
 */
final class LockedFile implements JournalFile {
    private final Path path;
    private final FileChannel channel;

    private LockedFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** A new file, in a folder that is there. */
    static LockedFile create(Path path) {
        try {
            LockedFile file = locked(
                    path,
                    FileChannel.open(
                            path,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                            ownerOnly(path)));
            force(path.toAbsolutePath().getParent());
            return file;
        } catch (FileAlreadyExistsException e) {
            throw new StoaException(
                    StoaException.Kind.USER, path + ": this run is there already; resume it, or name another", e);
        } catch (IOException e) {
            throw failed(path, "cannot be made", e);
        }
    }

    /** A file that is there, to go on writing. */
    static LockedFile open(Path path) {
        return locked(path, channel(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /** A file that is there, to be read only; somebody may be writing to it. */
    static LockedFile look(Path path) {
        return new LockedFile(path, channel(path, StandardOpenOption.READ));
    }

    private static FileChannel channel(Path path, OpenOption... options) {
        try {
            return FileChannel.open(path, options);
        } catch (NoSuchFileException e) {
            throw new StoaException(
                    StoaException.Kind.USER, path + ": no such run; `stoa pipeline list` shows those there are", e);
        } catch (IOException e) {
            throw failed(path, "cannot be opened", e);
        }
    }

    private static LockedFile locked(Path path, FileChannel channel) {
        try {
            if (tryLock(channel) != null) {
                return new LockedFile(path, channel);
            }
            channel.close();
        } catch (IOException e) {
            throw failed(path, "cannot be locked", e);
        }
        throw StoaException.user(
                path + ": another process is carrying out this run; wait until it has ended, or stop it first");
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /** Makes a new name in a folder lasting, where the system lets folders be forced. */
    private static void force(@Nullable Path folder) {
        if (folder == null || !Files.isDirectory(folder)) {
            return;
        }
        try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        } catch (IOException _) {
            // Some systems do not open folders; they order names before what is written into files themselves.
        }
    }

    private static StoaException failed(Path path, String what, IOException e) {
        return new StoaException(
                StoaException.Kind.RESOURCES, path + ": " + what + " (" + e + "); see to its disk and permissions", e);
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public long length() throws IOException {
        return channel.size();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        int total = 0;
        while (into.hasRemaining()) {
            int count = channel.read(into, position + total);
            if (count < 0) {
                break;
            }
            total += count;
        }
        return total;
    }

    @Override
    public void append(byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        long position = channel.size();
        while (left.hasRemaining()) {
            position += channel.write(left, position);
        }
        channel.force(false);
    }

    @Override
    public void cut(long length) throws IOException {
        channel.truncate(length);
        channel.force(true);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed(path, "cannot be closed", e);
        }
    }
}
