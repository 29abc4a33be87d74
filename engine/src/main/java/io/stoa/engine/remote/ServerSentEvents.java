package io.stoa.engine.remote;

import io.stoa.model.StoaException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The {@code data:} lines of a {@code text/event-stream} (HTML standard, section 9.2). A virtual thread reads ahead, so
 * that silence can be timed and a cancelled generation does not wait for the next token; closing the body ends it.
 */
final class ServerSentEvents implements AutoCloseable {
    private static final int LONGEST_LINE = 4 * 1024 * 1024;
    private static final Duration POLL = Duration.ofMillis(20);

    /** What the reading thread hands over. */
    private sealed interface Arrival {
        record Data(String text) implements Arrival {}

        record End() implements Arrival {}

        record Broken(IOException cause) implements Arrival {}
    }

    private final URI address;
    private final Duration silence;
    /** When the answer must be whole, as {@link System#nanoTime()} tells it. */
    private final long end;

    private final Endpoint endpoint;
    private final InputStream body;
    private final BlockingQueue<Arrival> arrivals = new ArrayBlockingQueue<>(256);
    private final Thread reading;

    ServerSentEvents(URI address, Duration silence, long end, Endpoint endpoint, InputStream body) {
        this.end = end;
        this.address = address;
        this.silence = silence;
        this.endpoint = endpoint;
        this.body = body;
        this.reading = Thread.ofVirtual().name("events from " + address).start(this::read);
    }

    private void read() {
        try {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
                for (Optional<String> line = line(lines); line.isPresent(); line = line(lines)) {
                    if (line.get().startsWith("data:")) {
                        arrivals.put(new Arrival.Data(line.get().substring(5).strip()));
                    }
                }
                arrivals.put(new Arrival.End());
            } catch (IOException e) {
                arrivals.put(new Arrival.Broken(e));
            }
        } catch (InterruptedException e) {
            // Nobody listens any more.
            Thread.currentThread().interrupt();
        }
    }

    private static Optional<String> line(Reader reader) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int character = reader.read(); character >= 0; character = reader.read()) {
            if (character == '\n') {
                return Optional.of(line.toString());
            }
            if (line.length() == LONGEST_LINE) {
                throw new IOException("a line of more than " + LONGEST_LINE + " characters");
            }
            line.append((char) character);
        }
        return line.isEmpty() ? Optional.empty() : Optional.of(line.toString());
    }

    /**
     * The data of the next event; absent at the end of the stream, or when it was cancelled.
     *
     * @throws StoaException when the connection breaks or is silent for too long
     */
    Optional<String> next(BooleanSupplier cancelled) {
        long deadline = Math.min(System.nanoTime() + silence.toNanos(), end);
        try {
            while (!cancelled.getAsBoolean()) {
                Arrival arrival = arrivals.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
                if (System.nanoTime() - end > 0) {
                    throw broken(new HttpTimeoutException("the answer does not end"));
                }
                if (arrival == null) {
                    if (System.nanoTime() - deadline > 0) {
                        throw broken(new HttpTimeoutException("silence"));
                    }
                    continue;
                }
                return switch (arrival) {
                    case Arrival.Data data -> Optional.of(data.text());
                    case Arrival.End _ -> Optional.empty();
                    case Arrival.Broken broken -> throw broken(broken.cause());
                };
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoaException(
                    StoaException.Kind.RESOURCES, address + ": interrupted while reading the answer", e);
        }
    }

    private StoaException broken(IOException cause) {
        return new StoaException(StoaException.Kind.ENGINE, address + ": " + endpoint.explained(cause), cause);
    }

    @Override
    public void close() {
        Endpoint.close(body);
        reading.interrupt();
    }
}
