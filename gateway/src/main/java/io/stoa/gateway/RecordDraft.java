package io.stoa.gateway;

import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.Content;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.TokenUsage;
import io.stoa.gateway.wire.TraceContext;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** A request's record while the request is under way. */
final class RecordDraft {
    private final String id;
    private final Instant time = Instant.now();
    private final long began = System.nanoTime();
    private final ApiCall call;
    private final Optional<TraceContext> trace;
    private Optional<String> key = Optional.empty();
    private Optional<String> use = Optional.empty();
    private String route = "";
    private Optional<Step> step = Optional.empty();
    private String reason = "";
    private boolean escalated;
    private boolean fellBack;
    private int attempts;
    private TokenUsage usage = TokenUsage.NONE;
    private long costMicros;
    private long asked;
    private OptionalLong firstByteMicros = OptionalLong.empty();
    private Content request = Content.NONE;
    private Content answer = Content.NONE;

    RecordDraft(String id, ApiCall call, Optional<TraceContext> trace) {
        this.id = id;
        this.call = call;
        this.trace = trace;
    }

    String id() {
        return id;
    }

    ApiCall call() {
        return call;
    }

    Optional<TraceContext> trace() {
        return trace;
    }

    void key(String newKey) {
        key = Optional.of(newKey);
    }

    void use(String newUse) {
        use = Optional.of(newUse);
    }

    void route(String newRoute) {
        route = newRoute;
    }

    /** The request is here as a whole. */
    void asked(Content newRequest) {
        request = newRequest;
        asked = System.nanoTime();
    }

    /** Who answers, and why. */
    void answeredBy(Step newStep, String newReason) {
        step = Optional.of(newStep);
        reason = newReason;
    }

    void escalated() {
        escalated = true;
    }

    void fellBack() {
        fellBack = true;
    }

    /** More was asked, by one or several attempts. */
    void attempted(int more) {
        attempts += more;
    }

    void firstByte() {
        if (firstByteMicros.isEmpty()) {
            firstByteMicros = OptionalLong.of((System.nanoTime() - asked) / 1000);
        }
    }

    void charged(TokenUsage newUsage, long newCostMicros) {
        usage = newUsage;
        costMicros = newCostMicros;
    }

    void answer(Content newAnswer) {
        answer = newAnswer;
    }

    Optional<Step> step() {
        return step;
    }

    String reason() {
        return reason;
    }

    /** How an answer that came whole is called. */
    End served() {
        return escalated ? End.ESCALATED : fellBack ? End.FELL_BACK : End.SERVED;
    }

    RequestRecord finish(End end, int status, String why) {
        return new RequestRecord(
                id,
                time,
                call,
                key,
                use,
                route,
                step.map(each -> each.tier().name()),
                step.map(each -> each.live().candidate()),
                step.isPresent() ? OptionalLong.of(step.get().live().verdict().sequence()) : OptionalLong.empty(),
                end,
                status,
                why,
                attempts,
                usage,
                costMicros,
                firstByteMicros,
                (System.nanoTime() - began) / 1000,
                request,
                answer,
                trace);
    }
}
