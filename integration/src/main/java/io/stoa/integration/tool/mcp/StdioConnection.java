package io.stoa.integration.tool.mcp;

import io.stoa.integration.tool.ForeignJson;
import io.stoa.model.StoaException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A server that runs as a child process: one message a line on its standard input and output (MCP, transport
 * {@code stdio}). One that dies, hangs, or sends more than is allowed is ended with all its children, and whoever waits
 * for it is told why, with the end of what it wrote to its standard error.
 */
final class StdioConnection implements Connection {
    private static final Duration LEAVE = Duration.ofMillis(500);
    private static final int ERRORS_KEPT = 2_000;
    /** Some servers greet on their standard output, which they should not. */
    private static final int MOST_STRANGE_LINES = 50;

    private final String name;
    private final McpLimits limits;
    private final Process process;
    private final Map<Long, CompletableFuture<JsonNode>> awaited = new ConcurrentHashMap<>();
    private final AtomicReference<Optional<StoaException>> failure = new AtomicReference<>(Optional.empty());
    private final ReentrantLock writing = new ReentrantLock();
    /** The end of its standard error; guarded by itself. */
    private final StringBuilder errors = new StringBuilder();

    StdioConnection(String name, Launch launch, McpLimits limits) {
        this.name = name;
        this.limits = limits;
        ProcessBuilder builder = new ProcessBuilder(launch.command());
        builder.directory(launch.folder().toFile());
        builder.environment().clear();
        builder.environment().putAll(launch.environment());
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    "the MCP server " + name + ": " + launch.command().getFirst() + " cannot be started ("
                            + e.getMessage() + "); is it installed, and does the folder " + launch.folder()
                            + " exist?",
                    e);
        }
        Thread.ofPlatform().daemon().name("mcp-" + name).start(this::listen);
        Thread.ofPlatform().daemon().name("mcp-errors-" + name).start(this::keepErrors);
    }

    @Override
    public boolean isOpen() {
        return failure.get().isEmpty() && process.isAlive();
    }

    @Override
    public JsonNode ask(long id, ObjectNode request, Duration patience) {
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        awaited.put(id, answer);
        long end = System.nanoTime() + patience.toNanos();
        try {
            failure.get().ifPresent(known -> {
                throw known;
            });
            write(request, patience);
            return answer.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw fail("does not answer within " + patience.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw fail("was not waited for: interrupted", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StoaException known ? known : fail("failed", e);
        } finally {
            awaited.remove(id);
        }
    }

    @Override
    public void tell(ObjectNode notification, Duration patience) {
        write(notification, patience);
    }

    /** Writing may block as long as the server reads nothing. */
    private void write(ObjectNode message, Duration patience) {
        byte[] line = (message + "\n").getBytes(StandardCharsets.UTF_8);
        CompletableFuture<Boolean> written = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            writing.lock();
            try {
                OutputStream out = process.getOutputStream();
                out.write(line);
                out.flush();
                written.complete(true);
            } catch (IOException e) {
                written.completeExceptionally(e);
            } finally {
                writing.unlock();
            }
        });
        try {
            written.get(Math.max(1, patience.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw fail("reads nothing for " + patience.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw fail("was not waited for: interrupted", e);
        } catch (ExecutionException e) {
            throw fail("ended", e);
        }
    }

    private void listen() {
        try (InputStream in = new BufferedInputStream(process.getInputStream())) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long unasked = 0;
            int strange = 0;
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next != '\n') {
                    line.write(next);
                    if (line.size() > limits.largestMessage()) {
                        fail("sends a message of more than " + limits.largestMessage() + " bytes");
                        return;
                    }
                    continue;
                }
                Heard heard = hear(line.toString(StandardCharsets.UTF_8));
                unasked = heard == Heard.ANSWER ? 0 : unasked + line.size() + 1;
                strange += heard == Heard.STRANGE ? 1 : 0;
                line.reset();
                if (unasked > limits.mostUnasked() || strange > MOST_STRANGE_LINES) {
                    fail(
                            unasked > limits.mostUnasked()
                                    ? "sends more than " + limits.mostUnasked() + " bytes that nobody asked for"
                                    : "writes to its standard output what is no message");
                    return;
                }
            }
            fail("ended");
        } catch (IOException | RuntimeException e) {
            fail("cannot be read", e);
        }
    }

    private enum Heard {
        ANSWER,
        BY_ITSELF,
        STRANGE
    }

    private Heard hear(String line) {
        JsonNode message;
        try {
            message = ForeignJson.read(line);
        } catch (IllegalArgumentException e) {
            return Heard.STRANGE;
        }
        if (!message.isObject() || !message.path("jsonrpc").stringValue("").equals("2.0")) {
            return Heard.STRANGE;
        }
        if (!message.has("method") && message.path("id").canConvertToLong()) {
            CompletableFuture<JsonNode> answer =
                    awaited.remove(message.path("id").longValue());
            if (answer != null) {
                answer.complete(message);
                return Heard.ANSWER;
            }
        }
        Connection.answerTo(message).ifPresent(answer -> write(answer, LEAVE));
        return Heard.BY_ITSELF;
    }

    private void keepErrors() {
        try (InputStream in = process.getErrorStream()) {
            byte[] some = new byte[4096];
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                synchronized (errors) {
                    errors.append(new String(some, 0, count, StandardCharsets.UTF_8));
                    if (errors.length() > 2 * ERRORS_KEPT) {
                        errors.delete(0, errors.length() - ERRORS_KEPT);
                    }
                }
            }
        } catch (IOException _) {
            // the process has ended
        }
    }

    private StoaException fail(String what, Throwable cause) {
        StoaException failed = fail(what);
        if (failed.getCause() == null && failed != cause) {
            failed.addSuppressed(cause);
        }
        return failed;
    }

    /** Notes the first failure, ends the process, and tells all who wait. */
    private StoaException fail(String what) {
        String end;
        synchronized (errors) {
            end = ForeignJson.firstLine(errors.substring(Math.max(0, errors.length() - 300)));
        }
        StoaException failed = StoaException.engine(
                "the MCP server " + name + " " + what + (end.isEmpty() ? "" : "; its last words: " + end));
        failure.compareAndSet(Optional.empty(), Optional.of(failed));
        StoaException first = failure.get().orElse(failed);
        endProcess();
        awaited.values().forEach(answer -> answer.completeExceptionally(first));
        return first;
    }

    private void endProcess() {
        end(process.descendants().toList());
    }

    /** Ends it and what it started; who these are can only be asked while it lives. */
    private void end(List<ProcessHandle> started) {
        process.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
    }

    /** Closing its input asks a server to leave; one that stays is ended. */
    @Override
    public void close() {
        failure.compareAndSet(
                Optional.empty(), Optional.of(StoaException.engine("the MCP server " + name + " was closed")));
        List<ProcessHandle> started = process.descendants().toList();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(LEAVE)) {
                started = process.descendants().toList();
                process.destroy();
                process.waitFor(LEAVE);
            }
        } catch (IOException _) {
            // it has left already
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(started);
        }
    }
}
