package io.stoa.performance;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A server that is measured from outside: a process with its children, by Linux's account of them. */
final class ChildProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final int TICKS_A_SECOND = 100;

    private final String name;
    private final Process process;
    private final URI address;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Duration started = Duration.ZERO;

    private ChildProcess(String name, Process process, URI address) {
        this.name = name;
        this.process = process;
        this.address = address;
    }

    /**
     * Starts a server and waits until it answers.
     *
     * @param look the path that answers with 200 when it serves
     */
    static ChildProcess start(
            String name, List<String> command, Map<String, String> environment, Path log, int port, String look) {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
            builder.environment().putAll(environment);
            long begun = System.nanoTime();
            ChildProcess child = new ChildProcess(name, builder.start(), URI.create("http://127.0.0.1:" + port));
            while (!child.answers(look)) {
                if (!child.process.isAlive() || System.nanoTime() - begun > START.toNanos()) {
                    child.close();
                    throw StoaException.engine(name + " does not serve; its log: " + Files.readString(log));
                }
                Thread.sleep(5);
            }
            child.started = Duration.ofNanos(System.nanoTime() - begun);
            return child;
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.ENGINE, command + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.engine(name + ": interrupted");
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, "no free port: " + e.getMessage(), e);
        }
    }

    private boolean answers(String path) {
        try {
            return get(path).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** What it answers to a path. */
    HttpResponse<String> get(String path) throws IOException {
        try {
            return client.send(
                    HttpRequest.newBuilder(address.resolve(path))
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.engine(name + ": interrupted");
        }
    }

    String name() {
        return name;
    }

    URI address() {
        return address;
    }

    long pid() {
        return process.pid();
    }

    /** From the start of the process to its first answer, looked for every few milliseconds. */
    Duration started() {
        return started;
    }

    /** Processor time so far, of all its processes, from {@code /proc/PID/stat} (in hundredths of a second). */
    Duration cpu() {
        long ticks = pids().stream().mapToLong(ChildProcess::ticks).sum();
        return Duration.ofMillis(ticks * 1000 / TICKS_A_SECOND);
    }

    /** Resident memory of all its processes, in MiB. */
    double residentMebibytes() {
        return pids().stream().mapToLong(ChildProcess::residentKibibytes).sum() / 1024.0;
    }

    private List<Long> pids() {
        List<Long> pids = new ArrayList<>(List.of(process.pid()));
        process.descendants().map(ProcessHandle::pid).forEach(pids::add);
        return pids;
    }

    private static long ticks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The program's name, in brackets, may hold spaces.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.ENGINE, "process " + pid + " is gone: " + e.getMessage(), e);
        }
    }

    private static long residentKibibytes(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                    .sum();
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.ENGINE, "process " + pid + " is gone: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}
