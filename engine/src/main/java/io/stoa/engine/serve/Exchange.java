package io.stoa.engine.serve;

import io.stoa.model.StoaException;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A request that has come whole, and its answer. Used by one virtual thread; the event loop does the writing. */
final class Exchange {
    /** Bytes that may wait to be sent before the sender waits, too. */
    private static final long MOST_UNSENT = 256 * 1024;

    /** How long a caller may take nothing before it counts as gone. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Context loop;
    private final HttpServerResponse response;
    private final byte[] body;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition sent = lock.newCondition();
    private long unsent;
    private boolean begun;
    private volatile boolean gone;

    Exchange(Context loop, HttpServerResponse response, byte[] body) {
        this.loop = loop;
        this.response = response;
        this.body = body;
    }

    /** The caller has left: whatever is made for it is in vain. */
    void leave() {
        gone = true;
        lock.lock();
        try {
            sent.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isGone() {
        return gone;
    }

    /** Whether an answer is under way, so that it is too late for another status. */
    boolean hasBegun() {
        return begun;
    }

    /** The request's JSON object. */
    Fields fields() {
        try {
            JsonNode node = JsonMapper.shared().readTree(body);
            if (node instanceof ObjectNode object) {
                return new Fields(object);
            }
            throw Refused.because(400, "invalid_request_error", "the request's body must be a JSON object");
        } catch (JacksonException e) {
            throw Refused.because(
                    400, "invalid_request_error", "the request's body is not JSON: " + e.getOriginalMessage());
        }
    }

    void answer(int status, JsonNode json) {
        begun = true;
        byte[] bytes = JsonMapper.shared().writeValueAsBytes(json);
        loop.runOnContext(nothing -> {
            if (!response.ended() && !response.closed()) {
                response.setStatusCode(status)
                        .putHeader("Content-Type", "application/json")
                        .end(Buffer.buffer(bytes));
            }
        });
    }

    void header(String name, String value) {
        loop.runOnContext(nothing -> response.putHeader(name, value));
    }

    /** Begins or goes on with an event stream; waits while the caller is slow. */
    void event(String data) {
        if (!begun) {
            begun = true;
            loop.runOnContext(nothing -> response.setChunked(true)
                    .putHeader("Content-Type", "text/event-stream; charset=utf-8")
                    .putHeader("Cache-Control", "no-cache"));
        }
        Buffer buffer = Buffer.buffer("data: " + data + "\n\n");
        waitForRoom(buffer.length());
        loop.runOnContext(nothing -> {
            if (response.ended() || response.closed()) {
                sent(buffer.length());
            } else {
                response.write(buffer).onComplete(done -> sent(buffer.length()));
            }
        });
    }

    private void waitForRoom(int bytes) {
        lock.lock();
        try {
            long left = PATIENCE.toNanos();
            while (unsent > MOST_UNSENT && !gone && left > 0) {
                left = sent.awaitNanos(left);
            }
            if (left <= 0) {
                gone = true;
                loop.runOnContext(nothing -> response.reset());
            }
            unsent += bytes;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            gone = true;
        } finally {
            lock.unlock();
        }
    }

    private void sent(int bytes) {
        lock.lock();
        try {
            unsent -= bytes;
            sent.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void endEvents() {
        event("[DONE]");
        loop.runOnContext(nothing -> {
            if (!response.ended() && !response.closed()) {
                response.end();
            }
        });
    }

    /** Breaks the answer off, so that nobody takes what was sent for the whole. */
    void breakOff() {
        loop.runOnContext(nothing -> response.reset());
    }

    /** Says what went wrong: as a status while there is time, then as an event. */
    void fail(RuntimeException failure) {
        Refused refused = refused(failure);
        ObjectNode error = error(refused);
        if (begun) {
            event(JsonMapper.shared().writeValueAsString(error));
            breakOffWhenSent();
        } else {
            if (refused.status() == 503) {
                header("Retry-After", "1");
            }
            answer(refused.status(), error);
        }
    }

    /** OpenAI's shape of an error. */
    static ObjectNode error(Refused refused) {
        ObjectNode error = JsonMapper.shared().createObjectNode();
        ObjectNode inner = error.putObject("error");
        inner.put("message", String.valueOf(refused.getMessage())).put("type", refused.type());
        refused.param().ifPresentOrElse(param -> inner.put("param", param), () -> inner.putNull("param"));
        refused.code().ifPresentOrElse(code -> inner.put("code", code), () -> inner.putNull("code"));
        return error;
    }

    private void breakOffWhenSent() {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(1);
            while (unsent > 0 && !gone && left > 0) {
                left = sent.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        breakOff();
    }

    private static Refused refused(RuntimeException failure) {
        return switch (failure) {
            case Refused refused -> refused;
            case StoaException known -> {
                String message = known.sentence();
                yield switch (known.kind()) {
                    case USER -> Refused.because(400, "invalid_request_error", message);
                    case ENGINE -> Refused.because(500, "engine_error", message);
                    case RESOURCES -> Refused.because(503, "overloaded_error", message);
                    case BUG -> Refused.because(500, "internal_error", message);
                };
            }
            case IllegalArgumentException refused ->
                Refused.because(400, "invalid_argument", String.valueOf(refused.getMessage()));
            case UnsupportedOperationException unsupported ->
                Refused.because(501, "unsupported", String.valueOf(unsupported.getMessage()));
            default -> Refused.because(500, "internal_error", "the server failed: " + failure);
        };
    }
}
