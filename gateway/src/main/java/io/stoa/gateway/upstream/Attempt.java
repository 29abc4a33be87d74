package io.stoa.gateway.upstream;

import io.netty.handler.codec.DecoderException;
import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One upstream asked once: waits for a place, a connection, the answer's head, its parts and its end. Ends in exactly one
 * way: its listener hears of its end or failure, or its owner ends it. Of one event loop only.
 */
final class Attempt extends Watch.Watched {
    /** How long an answer that nobody needs may run on, so that its connection can be used again. */
    private static final long RUNNING_OUT_NANOS = 1_000_000_000L;

    private static final CharSequence TRACEPARENT = HttpHeaders.createOptimized("traceparent");
    private static final CharSequence CONTENT_TYPE = HttpHeaders.CONTENT_TYPE;
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence EVENTS = HttpHeaders.createOptimized("text/event-stream");

    private final UpstreamClient client;
    private final Leg leg;
    private final int legNumber;
    private final Listener listener;
    private final Runnable called = this::calledFromAnywhere;

    private State state = State.NEW;
    private boolean inside;
    private boolean judged;
    private boolean anyPart;
    private int status;
    private @Nullable HttpClientRequest request;
    private @Nullable HttpClientResponse response;

    Attempt(UpstreamClient client, Leg leg, int legNumber, Listener listener) {
        this.client = client;
        this.leg = leg;
        this.legNumber = legNumber;
        this.listener = listener;
    }

    int legNumber() {
        return legNumber;
    }

    Leg leg() {
        return leg;
    }

    /** Whether anything was sent, so that the upstream may have begun to work. */
    boolean wasSent() {
        return request != null;
    }

    /** Remembers the status until the first part comes. */
    void answersWith(int newStatus) {
        status = newStatus;
    }

    int status() {
        return status;
    }

    // ---- asking

    void start() {
        if (!leg.endpoint().breaker().admits()) {
            judged = true;
            fail(Fault.Kind.OPEN, "failed too often and is left alone for some seconds");
            return;
        }
        switch (leg.endpoint().gate().enter(called)) {
            case INSIDE -> connect();
            case WAITING -> {
                state = State.QUEUED;
                client.watch().add(this);
                due(System.nanoTime()
                        + client.endpoints().patience().longestWait().toNanos());
            }
            case FULL -> fail(Fault.Kind.CROWDED, "has too many requests waiting");
        }
    }

    private void calledFromAnywhere() {
        client.context().runOnContext(_ -> {
            if (state == State.QUEUED) {
                connect();
            } else {
                leg.endpoint().gate().leave();
            }
        });
    }

    private void connect() {
        inside = true;
        state = State.ASKED;
        client.watch().add(this);
        due(System.nanoTime() + client.endpoints().patience().firstByte().toNanos());
        Endpoint endpoint = leg.endpoint();
        client.http()
                .request(new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setServer(endpoint.address())
                        .setHost(endpoint.host())
                        .setPort(endpoint.port())
                        .setSsl(endpoint.isSecure())
                        .setURI(endpoint.path(leg.path())))
                .onComplete(this::connected);
    }

    private void connected(AsyncResult<HttpClientRequest> connection) {
        if (state != State.ASKED) {
            if (connection.succeeded()) {
                var _ = connection.result().reset();
            }
            return;
        }
        if (connection.failed()) {
            fail(Fault.Kind.UNREACHABLE, "cannot be reached");
            return;
        }
        HttpClientRequest asked = connection.result();
        request = asked;
        asked.putHeader(CONTENT_TYPE, JSON).putHeader(HttpHeaders.ACCEPT, leg.streamed() ? EVENTS : JSON);
        leg.endpoint().authorization().ifPresent(key -> asked.putHeader(HttpHeaders.AUTHORIZATION, key));
        leg.trace().ifPresent(trace -> asked.putHeader(TRACEPARENT, trace.header()));
        asked.send(leg.body().get()).onComplete(this::answered);
    }

    private void answered(AsyncResult<HttpClientResponse> head) {
        if (state != State.ASKED) {
            return;
        }
        if (head.failed()) {
            lostBeforeHead(head.cause());
            return;
        }
        state = State.ANSWERING;
        HttpClientResponse answer = head.result();
        response = answer;
        answer.handler(this::part);
        answer.endHandler(_ -> ended());
        answer.exceptionHandler(this::broke);
        listener.answered(this, answer);
    }

    private void lostBeforeHead(Throwable cause) {
        if (cause instanceof DecoderException || cause instanceof IllegalArgumentException) {
            fail(Fault.Kind.PROTOCOL, "does not speak HTTP");
        } else {
            fail(Fault.Kind.LOST, "closed the connection before it answered");
        }
    }

    // ---- while it answers

    private void part(Buffer part) {
        if (state != State.ANSWERING) {
            return;
        }
        due(System.nanoTime() + client.endpoints().patience().idle().toNanos());
        anyPart = true;
        listener.part(this, part);
    }

    private void ended() {
        if (state == State.ANSWERING) {
            state = State.RUN_OUT;
            listener.ended(this);
        } else if (state == State.RUNNING_OUT) {
            state = State.OVER;
            client.watch().remove(this);
            release();
        }
    }

    private void broke(Throwable cause) {
        if (state == State.ANSWERING) {
            fail(Fault.Kind.BROKEN, "closed the connection in the middle of its answer");
        } else if (state == State.RUNNING_OUT) {
            stop();
        }
    }

    /** No more parts until {@link #resume()}; its pause is then the caller's, not the upstream's. */
    void pause() {
        if (state == State.ANSWERING && response != null) {
            due(Watch.NEVER);
            response.pause();
        }
    }

    void resume() {
        if (state == State.ANSWERING && response != null) {
            due(System.nanoTime() + client.endpoints().patience().idle().toNanos());
            response.resume();
        }
    }

    @Override
    protected void overdue() {
        switch (state) {
            case QUEUED -> {
                if (leg.endpoint().gate().giveUp(called)) {
                    fail(Fault.Kind.CROWDED, "had no room for it in time");
                } else {
                    // A place is on its way.
                    due(Watch.NEVER);
                }
            }
            case ASKED -> fail(Fault.Kind.SILENT, "did not begin to answer in time");
            case ANSWERING ->
                fail(
                        anyPart ? Fault.Kind.STALLED : Fault.Kind.SILENT,
                        anyPart ? "stopped in the middle of its answer" : "did not begin to answer in time");
            case NEW, RUNNING_OUT, RUN_OUT, OVER -> stop();
        }
    }

    // ---- ending

    private void fail(Fault.Kind kind, String what) {
        Fault fault = Fault.of(kind, "the model " + leg.endpoint().name() + " " + what);
        blame(fault);
        listener.failed(this, fault);
    }

    /** Its owner has all that it needs: what still comes is let run out. */
    void succeed() {
        judge(Verdict.GOOD);
        runOut();
    }

    /** Its owner found it wrong; what still comes is cut off. */
    void blame(Fault fault) {
        judge(fault.kind().isBlamed() ? Verdict.BAD : Verdict.NONE);
        stop();
    }

    /** It answered with an error: nothing more is needed of it, and its connection may be used again. */
    void dismiss(Fault fault) {
        judge(fault.kind().isBlamed() ? Verdict.BAD : Verdict.NONE);
        runOut();
    }

    /** Nobody needs it any more. */
    void cancel() {
        judge(Verdict.NONE);
        stop();
    }

    private void runOut() {
        if (state == State.ANSWERING) {
            state = State.RUNNING_OUT;
            due(System.nanoTime() + RUNNING_OUT_NANOS);
            if (response != null) {
                response.resume();
            }
        } else {
            stop();
        }
    }

    private void stop() {
        State before = state;
        state = State.OVER;
        client.watch().remove(this);
        if (before == State.QUEUED) {
            boolean _ = leg.endpoint().gate().giveUp(called);
        } else if ((before == State.ASKED || before == State.ANSWERING || before == State.RUNNING_OUT)
                && request != null) {
            var _ = request.reset();
        }
        release();
    }

    private void release() {
        if (inside) {
            inside = false;
            leg.endpoint().gate().leave();
        }
    }

    private void judge(Verdict verdict) {
        if (judged) {
            return;
        }
        judged = true;
        Breaker breaker = leg.endpoint().breaker();
        switch (verdict) {
            case GOOD -> breaker.succeeded();
            case BAD -> breaker.failed();
            case NONE -> breaker.abandoned();
        }
    }

    /** Where an answer's status says so, the seconds after which it may be asked again. */
    static OptionalInt retryAfterSeconds(HttpClientResponse answer) {
        String header = answer.getHeader(HttpHeaders.RETRY_AFTER);
        if (header == null || header.isEmpty() || header.length() > 5) {
            return OptionalInt.empty();
        }
        return header.chars().allMatch(digit -> digit >= '0' && digit <= '9')
                ? OptionalInt.of(Integer.parseInt(header))
                : OptionalInt.empty();
    }

    private enum State {
        NEW,
        QUEUED,
        ASKED,
        ANSWERING,
        /** Its owner is done with it, and its last bytes are read and dropped. */
        RUNNING_OUT,
        /** Its last byte was read, and its owner has not judged it yet. */
        RUN_OUT,
        OVER
    }

    private enum Verdict {
        GOOD,
        BAD,
        NONE
    }

    /** Its owner. Hears of an end or a failure once, and of nothing after it. */
    interface Listener {
        void answered(Attempt attempt, HttpClientResponse head);

        void part(Attempt attempt, Buffer part);

        void ended(Attempt attempt);

        void failed(Attempt attempt, Fault fault);
    }
}
