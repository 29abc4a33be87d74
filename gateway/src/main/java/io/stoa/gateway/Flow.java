package io.stoa.gateway;

import io.stoa.gateway.upstream.Endpoints;
import io.stoa.gateway.upstream.Fault;
import io.stoa.gateway.upstream.Leg;
import io.stoa.gateway.upstream.Tries;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** An admitted request on its way: the lower tier's trial where there is one, then whoever answers. */
final class Flow {
    private final Exchange exchange;
    private final RequestFacts facts;
    private final Wording wording;
    private final Plan plan;
    private final Bill bill;
    private final Supplier<Optional<String>> prompt;

    Flow(
            Exchange exchange,
            RequestFacts facts,
            Wording wording,
            Plan plan,
            Bill bill,
            Supplier<Optional<String>> prompt) {
        this.exchange = exchange;
        this.facts = facts;
        this.wording = wording;
        this.plan = plan;
        this.bill = bill;
        this.prompt = prompt;
    }

    void start() {
        plan.cascade()
                .ifPresentOrElse(
                        cascade -> new LocalTrial(this, cascade, prompt.get().orElse("")).start(),
                        () -> relayFrom(0, plan.reason()));
    }

    /** Has the answer sent on by whoever answers first from a step on. */
    void relayFrom(int first, String reason) {
        if (first >= plan.steps().size()) {
            exchange.fail(
                    ApiError.of(503, "server_error", "no_tier_left", reason + "; and no other tier may answer"),
                    Optional.of(Duration.ofSeconds(1)));
            return;
        }
        if (System.nanoTime() - deadline() >= 0) {
            // Asked now, the next tier would be blamed for the time that others took.
            exchange.fail(
                    ApiError.of(504, "server_error", "deadline_exceeded", reason + "; and no time is left for another"),
                    Optional.empty());
            return;
        }
        new Relay(this, first, reason).start();
    }

    Exchange exchange() {
        return exchange;
    }

    RequestFacts facts() {
        return facts;
    }

    Wording wording() {
        return wording;
    }

    Plan plan() {
        return plan;
    }

    Bill bill() {
        return bill;
    }

    /** When all must be over. */
    long deadline() {
        return exchange.beganNanos() + plan.route().deadline().toNanos();
    }

    /** Whom to ask from a step on. */
    List<Leg> legs(int first) {
        Endpoints endpoints = exchange.loop().gateway().endpoints();
        Optional<Duration> hedge = hedge(exchange, plan, facts);
        List<Leg> legs = new ArrayList<>(plan.steps().size() - first);
        for (Step step : plan.steps().subList(first, plan.steps().size())) {
            legs.add(new Leg(
                    endpoints.of(step.tier().target()),
                    wording.call().path(),
                    () -> asked(step),
                    facts.stream(),
                    hedge,
                    step.tier().target().ours() ? exchange.draft().caller() : Optional.empty(),
                    exchange.draft().trace()));
        }
        return legs;
    }

    private Buffer asked(Step step) {
        return Buffer.buffer(
                wording.asked(step.tier().target().model(), plan.route().answerTokens()));
    }

    /** After which silence a request is asked again. Tools may do something, and should not do it twice. */
    static Optional<Duration> hedge(Exchange exchange, Plan plan, RequestFacts facts) {
        return facts.tools().isEmpty()
                ? Optional.ofNullable(
                        exchange.serving().hedges().get(plan.route().name()))
                : Optional.empty();
    }

    Tries tries(List<Leg> legs, Tries.Sink sink) {
        return new Tries(exchange.loop().upstreams(), legs, deadline(), sink);
    }

    /** The same in half of the time that is left, so that somebody else can be asked afterwards. */
    Tries trial(List<Leg> legs, Tries.Sink sink) {
        long now = System.nanoTime();
        return new Tries(exchange.loop().upstreams(), legs, now + (deadline() - now) / 2, sink);
    }

    /** What a caller is told of a fault. */
    static ApiError error(Fault fault) {
        return switch (fault.kind()) {
            case UNREACHABLE, LOST, ERROR, MISCONFIGURED, PROTOCOL, BROKEN, OVERSIZED, STREAM_ERROR ->
                ApiError.of(502, "server_error", "upstream_failed", fault.message());
            case SILENT, STALLED, DEADLINE -> ApiError.of(504, "server_error", "upstream_timeout", fault.message());
            case BUSY, OPEN, CROWDED -> ApiError.of(503, "server_error", "upstream_busy", fault.message());
        };
    }

    /** When a caller may try again after a fault. */
    static Optional<Duration> retryAfter(Fault fault) {
        return switch (fault.kind()) {
            case BUSY, OPEN, CROWDED -> Optional.of(fault.retryAfter().orElse(Duration.ofSeconds(1)));
            case UNREACHABLE,
                    LOST,
                    SILENT,
                    ERROR,
                    MISCONFIGURED,
                    PROTOCOL,
                    BROKEN,
                    STALLED,
                    OVERSIZED,
                    STREAM_ERROR,
                    DEADLINE -> Optional.empty();
        };
    }
}
