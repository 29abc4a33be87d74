package io.stoa.gateway.upstream;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Asks one upstream after another until one begins to answer, and hands on what that one says. Repeats with full jitter
 * (<a href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">Brooker 2015</a>) and within the
 * retry budget; hedges (Dean and Barroso, The Tail at Scale, 2013) where the leg says so. Once an answer has begun,
 * nobody else is asked. Of one event loop only.
 */
public final class Tries extends Watch.Watched implements Attempt.Listener {
    private static final long NO_TIMER = -1;
    private static final byte[] EVENT_ERROR = "event: error".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA_ERROR = "data: {\"error\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA_ERROR_TIGHT = "data:{\"error\"".getBytes(StandardCharsets.US_ASCII);

    private final UpstreamClient client;
    private final List<Leg> legs;
    private final Sink sink;
    private final long deadline;
    private final List<Attempt> running = new ArrayList<>(2);
    private int attempts;
    private int repetitions;
    private int leg;
    private long timer = NO_TIMER;
    private boolean hedgeTried;
    private boolean over;
    private @Nullable Attempt winner;

    /**
     * @param legs whom to ask, in this order
     * @param deadline when all must be over, as of {@link System#nanoTime()}
     */
    public Tries(UpstreamClient client, List<Leg> legs, long deadline, Sink sink) {
        this.client = client;
        this.legs = List.copyOf(legs);
        this.deadline = deadline;
        this.sink = sink;
    }

    /** The most attempts that a leg can take. */
    public static int mostAttempts(Patience patience, boolean hedged) {
        return (1 + patience.retries()) * (hedged ? 2 : 1);
    }

    public void start() {
        client.endpoints().retryBudget().requested();
        client.watch().add(this);
        due(deadline);
        attempt();
    }

    /** How many attempts were begun. */
    public int attempts() {
        return attempts;
    }

    private void attempt() {
        Attempt next = new Attempt(client, legs.get(leg), leg, this);
        attempts++;
        running.add(next);
        next.start();
        if (!hedgeTried && running.contains(next)) {
            next.leg().hedge().ifPresent(silence -> hedgeLater(next.leg(), silence));
        }
    }

    private void hedgeLater(Leg asked, Duration silence) {
        timer = client.vertx().setTimer(Math.max(1, silence.toMillis()), _ -> hedge(asked));
    }

    private void hedge(Leg asked) {
        timer = NO_TIMER;
        if (!over && winner == null && running.size() == 1 && spendRetry()) {
            hedgeTried = true;
            Attempt second = new Attempt(client, asked, leg, this);
            attempts++;
            running.add(second);
            second.start();
        }
    }

    private boolean spendRetry() {
        return client.endpoints().retryBudget().spend();
    }

    // ---- what attempts say

    @Override
    public void answered(Attempt attempt, HttpClientResponse head) {
        int status = head.statusCode();
        if (status >= 200 && status < 300) {
            if (!hasWantedType(attempt.leg(), head)) {
                reject(attempt, Fault.Kind.PROTOCOL, "answered with another content type than was asked for", head);
            } else if (attempt.leg().streamed()) {
                // Its first part decides.
                attempt.answersWith(status);
            } else {
                choose(attempt, status);
            }
        } else if (status == 400 || status == 413 || status == 422) {
            choose(attempt, status);
        } else if (status == 429 || status == 503 || status == 529) {
            reject(attempt, Fault.Kind.BUSY, "is too busy (status " + status + ")", head);
        } else if (status == 408 || status >= 500) {
            reject(attempt, Fault.Kind.ERROR, "failed with status " + status, head);
        } else {
            reject(attempt, Fault.Kind.MISCONFIGURED, "does not take the gateway's call (status " + status + ")", head);
        }
    }

    private static boolean hasWantedType(Leg leg, HttpClientResponse head) {
        String type = head.getHeader(HttpHeaders.CONTENT_TYPE);
        return type != null && type.startsWith(leg.streamed() ? "text/event-stream" : "application/json");
    }

    private void reject(Attempt attempt, Fault.Kind kind, String what, HttpClientResponse head) {
        OptionalInt seconds = Attempt.retryAfterSeconds(head);
        Fault fault = new Fault(
                kind,
                "the model " + attempt.leg().endpoint().name() + " " + what,
                seconds.isPresent() ? Optional.of(Duration.ofSeconds(seconds.getAsInt())) : Optional.empty());
        if (kind == Fault.Kind.PROTOCOL) {
            attempt.blame(fault);
        } else {
            attempt.dismiss(fault);
        }
        failed(attempt, fault);
    }

    private void choose(Attempt attempt, int status) {
        drop(attempt);
        winner = attempt;
        cancelTimer();
        sink.chosen(attempt.legNumber(), status);
    }

    /** Cancels the others. */
    private void drop(Attempt kept) {
        for (Attempt other : List.copyOf(running)) {
            if (other != kept) {
                running.remove(other);
                other.cancel();
                if (other.wasSent()) {
                    sink.lost(other.legNumber(), "another attempt was faster", true);
                }
            }
        }
    }

    @Override
    public void part(Attempt attempt, Buffer part) {
        if (winner == null) {
            if (beginsWithError(part)) {
                Fault fault = Fault.of(
                        Fault.Kind.ERROR,
                        "the model " + attempt.leg().endpoint().name() + " failed at once");
                attempt.blame(fault);
                failed(attempt, fault);
                return;
            }
            choose(attempt, attempt.status());
        }
        if (attempt == winner && !over) {
            sink.part(part);
        }
    }

    /** Whether a stream's first event is an error, so that somebody else can still be asked. */
    private static boolean beginsWithError(Buffer part) {
        return startsWith(part, EVENT_ERROR) || startsWith(part, DATA_ERROR) || startsWith(part, DATA_ERROR_TIGHT);
    }

    private static boolean startsWith(Buffer part, byte[] prefix) {
        if (part.length() < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (part.getByte(i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void ended(Attempt attempt) {
        if (attempt == winner) {
            if (!over) {
                sink.ended();
            }
        } else {
            Fault empty = Fault.of(
                    Fault.Kind.LOST, "the model " + attempt.leg().endpoint().name() + " answered with nothing");
            attempt.blame(empty);
            failed(attempt, empty);
        }
    }

    @Override
    public void failed(Attempt attempt, Fault fault) {
        if (over) {
            return;
        }
        if (attempt == winner) {
            finish();
            sink.failed(fault);
            return;
        }
        running.remove(attempt);
        sink.lost(attempt.legNumber(), fault.message(), fault.kind().isCostly() && attempt.wasSent());
        if (running.isEmpty()) {
            cancelTimer();
            goOn(fault);
        }
    }

    private void goOn(Fault fault) {
        Optional<Duration> pause = pauseBeforeRepeating(fault);
        if (pause.isPresent()) {
            repetitions++;
            timer = client.vertx().setTimer(Math.max(1, pause.get().toMillis()), _ -> {
                timer = NO_TIMER;
                attempt();
            });
        } else if (leg + 1 < legs.size()) {
            leg++;
            repetitions = 0;
            hedgeTried = false;
            attempt();
        } else {
            finish();
            sink.failed(fault);
        }
    }

    private Optional<Duration> pauseBeforeRepeating(Fault fault) {
        Patience patience = client.endpoints().patience();
        if (!fault.kind().isRepeatable() || repetitions >= patience.retries()) {
            return Optional.empty();
        }
        long most =
                Math.min(patience.mostBackoff().toNanos(), patience.backoff().toNanos() << Math.min(repetitions, 20));
        long pause = fault.retryAfter()
                .map(Duration::toNanos)
                .orElseGet(() -> ThreadLocalRandom.current().nextLong(Math.max(1, most)));
        boolean inTime = pause <= patience.mostBackoff().toNanos() && System.nanoTime() + pause - deadline < 0;
        return inTime && spendRetry() ? Optional.of(Duration.ofNanos(pause)) : Optional.empty();
    }

    // ---- what the owner says

    public void pause() {
        if (winner != null) {
            winner.pause();
        }
    }

    public void resume() {
        if (winner != null) {
            winner.resume();
        }
    }

    /** The answer is whole: what may still come is not needed. */
    public void succeed() {
        if (!over) {
            finish();
            if (winner != null) {
                winner.succeed();
            }
        }
    }

    /** The answer is wrong, as its reader found. */
    public void blame(Fault fault) {
        if (!over) {
            finish();
            if (winner != null) {
                winner.blame(fault);
            }
        }
    }

    /** Nobody waits for an answer any more. */
    public void cancel() {
        if (!over) {
            finish();
            List.copyOf(running).forEach(Attempt::cancel);
            running.clear();
        }
    }

    /** Whether an upstream may be at work on it now. */
    public boolean isAtWork() {
        return running.stream().anyMatch(Attempt::wasSent);
    }

    @Override
    protected void overdue() {
        Fault late = Fault.of(Fault.Kind.DEADLINE, "the request's deadline passed before it was answered");
        boolean begun = winner != null;
        finish();
        for (Attempt each : List.copyOf(running)) {
            boolean costly = each.wasSent() && !begun;
            each.blame(late);
            if (costly) {
                sink.lost(each.legNumber(), late.message(), true);
            }
        }
        sink.failed(late);
    }

    private void finish() {
        over = true;
        client.watch().remove(this);
        cancelTimer();
    }

    private void cancelTimer() {
        if (timer != NO_TIMER) {
            boolean _ = client.vertx().cancelTimer(timer);
            timer = NO_TIMER;
        }
    }

    /** Who gets the answer. */
    public interface Sink {
        /** One has begun to answer. Its parts follow, then its end or failure. */
        void chosen(int leg, int status);

        void part(Buffer part);

        void ended();

        /** Nobody answers, or the one that had begun broke off. The last that is heard. */
        void failed(Fault fault);

        /**
         * An attempt is over without an answer, and others go on.
         *
         * @param why a sentence for the record
         * @param costly whether its upstream may charge for it
         */
        void lost(int leg, String why, boolean costly);
    }
}
