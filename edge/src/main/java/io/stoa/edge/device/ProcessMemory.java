package io.stoa.edge.device;

import io.stoa.model.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What this process takes, as Linux tells it (proc_pid_status(5)). */
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMemory() {}

    /** The most memory that was resident at once so far; absent on other systems. */
    public static Optional<Bytes> most() {
        if (!Files.isReadable(STATUS)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .map(line -> new Bytes(Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024))
                    .findFirst();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /**
     * How much higher the most is now than it was: what came in between added at least so much.
     *
     * @param before what {@link #most} was then
     */
    public static Optional<Bytes> since(Optional<Bytes> before) {
        return before.flatMap(then -> most().map(now -> new Bytes(Math.max(0, now.count() - then.count()))));
    }
}
