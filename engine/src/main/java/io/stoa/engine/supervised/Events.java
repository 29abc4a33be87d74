package io.stoa.engine.supervised;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The events of one answer of the child. The HTTP client's threads hand its lines over, so that whoever waits for them
 * can time the silence and leave at once; closing it before its end closes the connection, by which the child knows.
 */
final class Events implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(5);

    private static final Duration END = Duration.ofSeconds(1);

    /** No event came for too long. */
    static final class Silent extends IOException {
        private static final long serialVersionUID = 1;

        Silent(Duration silence) {
            super("no token within " + silence.toSeconds() + " s");
        }
    }

    private sealed interface Arrival {
        record Line(String text) implements Arrival {}

        record End(Optional<Throwable> failure) implements Arrival {}
    }

    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final CompletableFuture<?> exchange;
    private final Duration silence;

    Events(HttpClient client, HttpRequest request, Duration silence) {
        this.silence = silence;
        this.exchange = client.sendAsync(
                        request,
                        info -> info.statusCode() == 200
                                ? BodySubscribers.fromLineSubscriber(
                                        new Lines(), lines -> "", StandardCharsets.UTF_8, "\n")
                                : BodyHandlers.ofString().apply(info))
                .whenComplete((response, failure) -> {
                    if (response != null && response.statusCode() != 200) {
                        // An error is a document instead of events; it is one event here.
                        arrivals.add(new Arrival.Line("data: " + response.body()));
                    }
                    arrivals.add(new Arrival.End(Optional.ofNullable(failure)));
                });
    }

    private final class Lines implements Flow.Subscriber<String> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            arrivals.add(new Arrival.Line(line));
        }

        @Override
        public void onError(Throwable failure) {
            // The exchange fails with it.
        }

        @Override
        public void onComplete() {
            // The exchange ends with it.
        }
    }

    /**
     * The next event's data, or nothing once it is cancelled.
     *
     * @throws IOException when the answer ends before its last event
     */
    Optional<String> next(BooleanSupplier cancelled) throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (!cancelled.getAsBoolean()) {
            switch (arrivals.poll(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                case Arrival.Line(String text)
                when text.startsWith("data: {") -> {
                    return Optional.of(text.substring("data: ".length()));
                }
                case Arrival.Line _ -> {
                    // A blank line between events, or the end's mark.
                }
                case Arrival.End(Optional<Throwable> failure) ->
                    throw new IOException("the answer broke off", failure.orElse(null));
                case null -> {
                    if (System.nanoTime() - start > silence.toNanos()) {
                        throw new Silent(silence);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Reads the little that comes after the last event, so that the connection is whole when the next request takes it:
     * closing one that is just being given back would break that one.
     */
    void finish() throws InterruptedException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < END.toNanos()
                && !(arrivals.poll(POLL.toMillis(), TimeUnit.MILLISECONDS) instanceof Arrival.End)) {
            // The end's mark, and blank lines.
        }
    }

    @Override
    public void close() {
        exchange.cancel(true);
    }
}
