package io.stoa.benchmark.harness;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs programs that models wrote, each in a process of its own, with an empty environment, in an empty folder, and with
 * bounds on time, memory and the size of files. <b>That is no sandbox</b>: a program can read what this user can read, and
 * use the network. Whoever allows it runs Stoa in a container that has nothing to lose.
 */
public final class PythonPrograms {
    private static final long MEMORY_KIB = 4L << 20;
    private static final int FILE_BLOCKS = 20_480;

    private final String python;
    private final Duration limit;
    private final Semaphore places =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors()));

    /**
     * @param python the interpreter
     * @param limit of time for each program
     */
    public PythonPrograms(String python, Duration limit) {
        this.python = python;
        this.limit = limit;
    }

    /**
     * Whether a program comes to its end, in time and without an error.
     *
     * @throws StoaException of kind {@code USER} where there is no Python
     */
    boolean passes(String program) {
        Path folder = folder();
        places.acquireUninterruptibly();
        try {
            // Its last line leaves a mark, so that a program that ends before its tests does not pass.
            String mark = UUID.randomUUID().toString();
            Path file =
                    Files.writeString(folder.resolve("program.py"), program + "\nopen('" + mark + "', 'w').close()\n");
            return ends(folder, file) && Files.exists(folder.resolve(mark));
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    "programs cannot be run with " + python + " (" + e.getMessage() + "); install Python 3",
                    e);
        } finally {
            places.release();
            delete(folder);
        }
    }

    private boolean ends(Path folder, Path file) throws IOException {
        // The shell only sets the bounds; the program's text never reaches it.
        String bounds = "ulimit -t %d; ulimit -v %d; ulimit -f %d; ulimit -c 0; exec \"$0\" -I \"$1\""
                .formatted(limit.toSeconds() + 1, MEMORY_KIB, FILE_BLOCKS);
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", bounds, python, file.toString())
                .directory(folder.toFile())
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD);
        String path = builder.environment().getOrDefault("PATH", "/usr/bin:/bin");
        builder.environment().clear();
        builder.environment().put("PATH", path);
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (ended && process.exitValue() == 127) {
                throw StoaException.user("there is no " + python + " to run programs with; install Python 3");
            }
            return ended && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoaException(StoaException.Kind.USER, "interrupted while a program ran", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("stoa-program");
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, "no folder for programs can be made: " + e.getMessage(), e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException _) {
            // A program that still writes there keeps its folder; the system clears such folders.
        }
    }

    /** How many of some programs pass. */
    int passing(List<String> programs) {
        return (int) programs.stream().filter(this::passes).count();
    }
}
