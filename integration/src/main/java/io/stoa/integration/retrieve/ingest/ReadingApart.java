package io.stoa.integration.retrieve.ingest;

import io.stoa.model.StoaException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Parses in a process of its own with its own memory, so that a document that never ends or takes all memory costs that
 * process and nothing else. The process is kept for the next document, and started anew after it was lost.
 */
final class ReadingApart implements Reading {
    /** For starting Java, and for the child to give up by itself first. */
    private static final long GRACE_MILLIS = 15_000;

    private static final int UTF8_BYTES = 4;

    private final Limits limits;
    private final String classPath;
    private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
    private Optional<Process> child = Optional.empty();

    ReadingApart(Limits limits, String classPath) {
        this.limits = limits;
        this.classPath = classPath;
    }

    @Override
    public Parsed read(Format format, byte[] content) throws Unreadable {
        Process process = child.filter(Process::isAlive).orElseGet(this::start);
        child = Optional.of(process);
        Future<Answer> answer = waiting.submit(() -> ask(process, format, content));
        try {
            Answer given = answer.get(limits.patience().toMillis() + GRACE_MILLIS, TimeUnit.MILLISECONDS);
            if (given.refused().isPresent()) {
                throw new Unreadable(given.refused().get());
            }
            return given.parsed();
        } catch (TimeoutException _) {
            end(process);
            throw Gathered.tooSlow(limits);
        } catch (ExecutionException _) {
            // It died in the middle; with this option of Java there is one usual cause.
            boolean memory = ended(process) == OUT_OF_MEMORY;
            end(process);
            throw memory
                    ? Parsing.tooLarge(limits)
                    : new Unreadable("ended the process that read it; open it in its own program and save it anew");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            end(process);
            throw new Unreadable("was being read when Stoa was stopped; start again");
        }
    }

    /** Exit code of {@code -XX:+ExitOnOutOfMemoryError}. */
    private static final int OUT_OF_MEMORY = 3;

    private record Answer(Parsed parsed, Optional<String> refused) {}

    private Answer ask(Process process, Format format, byte[] content) throws IOException {
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        Wire.write(out, format.name());
        Wire.write(out, content);
        out.flush();
        DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream()));
        int most = limits.text() > Integer.MAX_VALUE / UTF8_BYTES ? Integer.MAX_VALUE : limits.text() * UTF8_BYTES;
        return in.readByte() == 0
                ? new Answer(Wire.readParsed(in, most), Optional.empty())
                : new Answer(new Parsed("", List.of()), Optional.of(Wire.readText(in, 10_000)));
    }

    private Process start() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + (limits.memory().count() >> 20) + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xshare:auto",
                "-Djava.awt.headless=true",
                "-Dlog4j2.level=OFF",
                "-cp",
                classPath,
                ParsingMain.class.getName()));
        command.addAll(List.of(ParsingMain.arguments(limits)));
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    "the process that reads documents cannot be started (" + e.getMessage()
                            + "); is there memory left, and may programs be started here?",
                    e);
        }
    }

    private static int ended(Process process) {
        try {
            return process.waitFor(2, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private void end(Process process) {
        process.destroyForcibly();
        child = Optional.empty();
    }

    @Override
    public void close() {
        child.ifPresent(this::end);
        waiting.shutdownNow();
    }
}
