package io.stoa.gateway;

import io.stoa.gateway.audit.RequestRecord.Content;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.ErrorBody;
import io.stoa.model.Digest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, from its head to its end. However it ends, it ends once: what it used is charged, what was
 * set aside is given back, and its record is told. Of one event loop only.
 */
final class Exchange {
    private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("x-request-id");
    private static final CharSequence ROUTE = HttpHeaders.createOptimized("x-stoa-route");
    private static final CharSequence TIER = HttpHeaders.createOptimized("x-stoa-tier");
    private static final CharSequence REASON = HttpHeaders.createOptimized("x-stoa-reason");
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence EVENTS = HttpHeaders.createOptimized("text/event-stream; charset=utf-8");
    private static final CharSequence NO_CACHE = HttpHeaders.createOptimized("no-cache");
    private static final CharSequence CLOSE = HttpHeaders.createOptimized("close");
    private static final int LONGEST_REASON = 256;

    /** What a record says of a caller who left; nobody is told it. */
    private static final int LEFT = 499;

    private final Loop loop;
    private final Serving serving;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final RecordDraft draft;
    private final Optional<Peer> peer;
    /** Whether a model is called; the rest is answered in the same shape and leaves no record. */
    private final boolean isCall;

    private final long began = System.nanoTime();
    private Runnable whenLeft = () -> {};
    private Optional<Bill> bill = Optional.empty();
    private Optional<Replays.Key> claim = Optional.empty();
    private @Nullable AnswerCopy copy;
    private boolean bodyRead;
    private boolean over;

    Exchange(Loop loop, Serving serving, HttpServerRequest request, Optional<ApiCall> call, Optional<Peer> peer) {
        this.loop = loop;
        this.serving = serving;
        this.request = request;
        this.response = request.response();
        this.isCall = call.isPresent();
        this.draft = new RecordDraft(
                loop.newId(), call.orElse(ApiCall.CHAT_COMPLETIONS), isCall ? loop.trace(request) : Optional.empty());
        this.peer = peer;
        loop.gateway().requests().incrementAndGet();
        response.closeHandler(_ -> left());
        response.exceptionHandler(_ -> left());
    }

    Loop loop() {
        return loop;
    }

    Serving serving() {
        return serving;
    }

    HttpServerRequest request() {
        return request;
    }

    RecordDraft draft() {
        return draft;
    }

    /** What the record says that was asked: where something was redacted, what was left. */
    void asked(byte[] body) {
        boolean kept = loop.gateway().options().keepContent();
        draft.asked(new Content(
                body.length,
                Optional.of(Digest.of(body)),
                kept ? Optional.of(new String(body, StandardCharsets.UTF_8)) : Optional.empty()));
    }

    ApiCall call() {
        return draft.call();
    }

    long beganNanos() {
        return began;
    }

    boolean isOver() {
        return over;
    }

    /** What is stopped, and charged, when the caller leaves; instead of what was said before. */
    void whenLeft(Runnable stop) {
        whenLeft = stop;
    }

    void bodyWasRead() {
        bodyRead = true;
    }

    void billedTo(Bill newBill) {
        bill = Optional.of(newBill);
    }

    /** Its answer is to be kept for repetitions of this key. */
    void claimed(Replays.Key key) {
        claim = Optional.of(key);
    }

    private void left() {
        if (!over) {
            whenLeft.run();
            end(End.ABANDONED, LEFT, "the caller left");
        }
    }

    /** We are wrong somewhere: its caller is told so, and nothing is left open. */
    void crashed(RuntimeException bug) {
        System.getLogger(Exchange.class.getName())
                .log(System.Logger.Level.ERROR, "request " + draft.id() + " met a bug", bug);
        if (over) {
            return;
        }
        whenLeft.run();
        ApiError error = ApiError.of(500, "server_error", "internal_error", "the gateway failed; see its log");
        if (response.headWritten()) {
            breakStream(error.message(), ErrorBody.event(call(), error));
        } else {
            fail(error, Optional.empty());
        }
    }

    // ---- answers

    void refuse(ApiError error) {
        refuse(error, Optional.empty());
    }

    /** Nobody was asked. */
    void refuse(ApiError error, Optional<Duration> retryAfter) {
        sendError(End.REFUSED, error, retryAfter);
    }

    /** Somebody was asked, and nobody answered whole. */
    void fail(ApiError error, Optional<Duration> retryAfter) {
        sendError(End.FAILED, error, retryAfter);
    }

    private void sendError(End end, ApiError error, Optional<Duration> retryAfter) {
        if (over) {
            return;
        }
        retryAfter.ifPresent(wait -> response.putHeader(
                HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, Math.ceilDiv(wait.toMillis(), 1000)))));
        byte[] body = ErrorBody.bytes(call(), error);
        send(end, error.status(), JSON, body, Optional.empty());
        end(end, error.status(), error.message());
    }

    /** A whole answer of a model. */
    void answer(byte[] body) {
        send(draft.served(), 200, JSON, body, Optional.of(copy()));
        end(draft.served(), 200, draft.reason());
    }

    /** What a model says is wrong with the request. */
    void answerRefusal(int status, byte[] body) {
        send(End.FAILED, status, JSON, body, Optional.of(copy()));
        end(End.FAILED, status, "the model refused the request");
    }

    /** An answer that was given before. */
    void replay(Replays.Found.Answered answered) {
        response.putHeader("idempotent-replayed", "true").putHeader(TIER, answered.tier());
        send(End.SERVED, 200, answered.type(), answered.body().getBytes(), Optional.of(copy()));
        end(End.SERVED, 200, "the answer to the same idempotency key");
    }

    /** Something that is not a model's. */
    void page(Page page) {
        page.headers().forEach(response::putHeader);
        response.setStatusCode(page.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, page.type())
                .putHeader("x-content-type-options", "nosniff");
        endResponse(page.body());
        close();
    }

    private void send(End end, int status, CharSequence type, byte[] body, Optional<AnswerCopy> copied) {
        copied.ifPresent(each -> each.add(body));
        response.setStatusCode(status);
        head(type);
        settleClaim(end, status);
        endResponse(Buffer.buffer(body));
    }

    private void endResponse(Buffer body) {
        if (request.method().equals(HttpMethod.HEAD)) {
            // Left alone, HTTP/2 would send the body all the same.
            var _ = response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()))
                    .end();
            return;
        }
        if (bodyRead || request.version() == HttpVersion.HTTP_2) {
            var _ = response.end(body);
            return;
        }
        // What is left of the request is not read: the connection cannot be used again.
        var _ = response.putHeader(HttpHeaders.CONNECTION, CLOSE)
                .end(body)
                .onComplete(_ -> request.connection().close());
    }

    private void head(CharSequence type) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, type).putHeader(REQUEST_ID, draft.id());
        draft.step()
                .ifPresent(step -> response.putHeader(
                                ROUTE, headerSafe(step.route().name()))
                        .putHeader(TIER, headerSafe(step.tier().name()))
                        .putHeader(REASON, headerSafe(draft.reason())));
    }

    private static String headerSafe(String text) {
        boolean safe = text.length() <= LONGEST_REASON;
        for (int i = 0; safe && i < text.length(); i++) {
            safe = text.charAt(i) >= ' ' && text.charAt(i) < 127;
        }
        if (safe) {
            return text;
        }
        StringBuilder replaced = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), LONGEST_REASON); i++) {
            char each = text.charAt(i);
            replaced.append(each >= ' ' && each < 127 ? each : '?');
        }
        return replaced.toString();
    }

    // ---- streams

    void beginStream() {
        response.setStatusCode(200).setChunked(true);
        head(EVENTS);
        response.putHeader(HttpHeaders.CACHE_CONTROL, NO_CACHE);
    }

    /** Sends on a part; false when the caller reads too slowly, until {@code drained} is called. */
    boolean write(byte[] part, Runnable drained) {
        copy().add(part);
        var _ = response.write(Buffer.buffer(part));
        if (response.writeQueueFull()) {
            response.drainHandler(_ -> drained.run());
            return false;
        }
        return true;
    }

    void endStream(byte[] last) {
        copy().add(last);
        settleClaim(draft.served(), 200);
        if (last.length == 0) {
            var _ = response.end();
        } else {
            var _ = response.end(Buffer.buffer(last));
        }
        end(draft.served(), 200, draft.reason());
    }

    /** A stream that cannot go on: its caller is told in the stream, and sees no {@code [DONE]}. */
    void breakStream(String reason, byte[] event) {
        if (over) {
            return;
        }
        copy().add(event);
        settleClaim(End.FAILED, 200);
        if (response.writeQueueFull()) {
            // Its caller does not read, so nothing more can be told.
            var _ = response.reset();
        } else {
            var _ = response.end(Buffer.buffer(event));
        }
        end(End.FAILED, 200, reason);
    }

    private AnswerCopy copy() {
        AnswerCopy made = copy;
        if (made == null) {
            made = new AnswerCopy(loop.gateway().options().keepContent(), claim.isPresent());
            copy = made;
        }
        return made;
    }

    // ---- the end

    private void end(End end, int status, String reason) {
        if (over) {
            return;
        }
        close();
        bill.ifPresent(each -> {
            each.settle();
            draft.charged(each.usage(), each.cost().value());
        });
        if (copy != null) {
            draft.answer(copy.content());
        }
        settleClaim(end, status);
        if (isCall) {
            loop.tell(serving, draft.finish(end, status, reason));
        }
    }

    private void close() {
        over = true;
        loop.gateway().requests().decrementAndGet();
        peer.ifPresent(Peer::ended);
    }

    /** Before the last byte is sent: a caller that has it may ask again at once. */
    private void settleClaim(End end, int status) {
        if (claim.isEmpty()) {
            return;
        }
        Replays.Key key = claim.get();
        claim = Optional.empty();
        Replays replays = loop.gateway().replays();
        boolean whole = status == 200
                && switch (end) {
                    case SERVED, ESCALATED, FELL_BACK -> true;
                    case REFUSED, FAILED, ABANDONED -> false;
                };
        if (!whole || copy == null) {
            replays.failed(key);
            return;
        }
        String type = Optional.ofNullable(response.headers().get(HttpHeaders.CONTENT_TYPE))
                .orElse("application/json");
        String tier = draft.step().map(step -> step.tier().name()).orElse("");
        copy.all()
                .ifPresentOrElse(
                        body -> replays.answered(key, new Replays.Found.Answered(type, tier, Buffer.buffer(body))),
                        () -> replays.answeredTooLong(key));
    }
}
