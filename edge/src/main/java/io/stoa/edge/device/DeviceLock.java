package io.stoa.edge.device;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A lock on a file, held until it is closed or the process ends, whatever ends it. */
final class DeviceLock implements AutoCloseable {
    private final FileChannel channel;

    private DeviceLock(FileChannel channel) {
        this.channel = channel;
    }

    /** For one holder alone; absent when anybody holds it. */
    static Optional<DeviceLock> alone(Path file) throws IOException {
        return take(file, false);
    }

    /** For one of many holders; absent when somebody holds it alone. */
    static Optional<DeviceLock> shared(Path file) throws IOException {
        return take(file, true);
    }

    private static Optional<DeviceLock> take(Path file, boolean shared) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            Optional<FileLock> held = Optional.ofNullable(channel.tryLock(0, Long.MAX_VALUE, shared));
            if (held.isPresent()) {
                return Optional.of(new DeviceLock(channel));
            }
        } catch (OverlappingFileLockException _) {
            // somebody else in this process
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // the lock ends with the process then
        }
    }
}
