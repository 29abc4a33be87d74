package io.stoa.gateway;

import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.policy.Decision;
import io.stoa.gateway.route.Tier;
import io.stoa.gateway.upstream.Tries;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.PromptText;
import io.stoa.gateway.wire.RefusedRequest;
import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.RequestScan;
import io.stoa.model.Digest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Decides about a whole request: its shape, its route, the guard, repetitions, and what may be spent. */
final class Dispatch {
    private static final int LONGEST_KEY = 255;

    private final Exchange exchange;
    private final Caller caller;
    private final byte[] received;

    Dispatch(Exchange exchange, Caller caller, byte[] body) {
        this.exchange = exchange;
        this.caller = caller;
        this.received = body;
    }

    void start() {
        try {
            decide();
        } catch (RefusedRequest e) {
            exchange.refuse(e.error());
        } catch (RuntimeException e) {
            exchange.crashed(e);
        }
    }

    private void decide() {
        // First, so that not even the record of a request that is refused has what is not to go on.
        byte[] body = exchange.serving()
                .guard()
                .redaction(received)
                .map(redaction -> redaction.applyTo(received))
                .orElse(received);
        exchange.asked(body);
        RequestFacts facts = RequestScan.scan(exchange.call(), body);
        exchange.draft().route(facts.model());
        Prompt prompt = new Prompt(facts, body);
        Plan plan = new Planner(exchange.serving()).plan(caller, facts, prompt::text);
        exchange.draft().use(plan.use());
        Optional<ApiError> guarded = exchange.serving().guard().refusal(caller, facts, received);
        if (guarded.isPresent()) {
            exchange.refuse(guarded.get());
            return;
        }
        if (mayGoOn()) {
            admit(facts, plan, prompt, body);
        }
    }

    // ---- idempotency keys

    private boolean mayGoOn() {
        String words = exchange.request().getHeader("idempotency-key");
        if (words == null) {
            return true;
        }
        if (words.isEmpty() || words.length() > LONGEST_KEY) {
            throw new RefusedRequest(
                    ApiError.invalid("an Idempotency-Key has 1 to " + LONGEST_KEY + " characters: " + words.length()));
        }
        Replays.Key key = new Replays.Key(caller.keyId(), exchange.call().path() + " " + words);
        Replays.Found found = exchange.loop().gateway().replays().claim(key, Digest.of(received));
        switch (found) {
            case Replays.Found.Taken _ -> exchange.claimed(key);
            case Replays.Found.Answered answered -> exchange.replay(answered);
            case Replays.Found.UnderWay _ ->
                exchange.refuse(
                        conflict(409, "the first request with this Idempotency-Key has not ended; try again"),
                        Optional.of(Duration.ofSeconds(1)));
            case Replays.Found.OtherBody _ ->
                exchange.refuse(conflict(422, "this Idempotency-Key came with another request before; use a new one"));
            case Replays.Found.NotKept _ ->
                exchange.refuse(conflict(
                        409,
                        "the request with this Idempotency-Key was answered, and its answer was too long to be kept"));
        }
        return found instanceof Replays.Found.Taken;
    }

    private static ApiError conflict(int status, String message) {
        return ApiError.of(status, "invalid_request_error", "idempotency_conflict", message);
    }

    // ---- what it may cost

    private void admit(RequestFacts facts, Plan plan, Prompt prompt, byte[] body) {
        // Made first: what cannot be told to upstreams is refused before anything is set aside.
        Wording wording = Wording.of(facts, body);
        Bill bill = bill(facts, plan, body.length);
        Flow flow = new Flow(exchange, facts, wording, plan, bill, prompt::text);
        CompletableFuture<Decision> decision = exchange.serving()
                .admission()
                .admit(caller, facts, bill.most(), bill.worst())
                .toCompletableFuture();
        if (decision.isDone() && !decision.isCompletedExceptionally()) {
            decided(decision.join(), bill, flow);
        } else {
            var _ = decision.whenComplete((made, failure) -> exchange.loop().run(() -> {
                if (made == null) {
                    exchange.refuse(ApiError.of(
                            503,
                            "server_error",
                            "budgets_unavailable",
                            "budgets cannot be looked at now, so nothing is spent; try again"));
                } else {
                    decided(made, bill, flow);
                }
            }));
        }
    }

    private Bill bill(RequestFacts facts, Plan plan, int bodyBytes) {
        List<Tier> tiers = new ArrayList<>(plan.steps().size());
        List<Integer> attempts = new ArrayList<>(plan.steps().size());
        List<Integer> answerTokens = new ArrayList<>(plan.steps().size());
        for (Step step : plan.steps()) {
            tiers.add(step.tier());
            attempts.add(Tries.mostAttempts(
                    exchange.loop().gateway().options().patience(),
                    Flow.hedge(exchange, plan, facts).isPresent()));
            answerTokens.add(plan.route().answerTokens());
        }
        return new Bill(facts, bodyBytes, tiers, attempts, answerTokens);
    }

    private void decided(Decision decision, Bill bill, Flow flow) {
        switch (decision) {
            case Decision.Admitted(var reservation) -> {
                bill.reserved(reservation);
                if (exchange.isOver()) {
                    // Its caller left while the store was asked.
                    bill.settle();
                } else {
                    exchange.billedTo(bill);
                    flow.start();
                }
            }
            case Decision.Denied(var error, var retryAfter) -> exchange.refuse(error, retryAfter);
        }
    }

    /** Cascades judge single answers in text. */
    private static boolean judged(RequestFacts facts) {
        return switch (facts.call()) {
                    case CHAT_COMPLETIONS, RESPONSES, MESSAGES -> true;
                    case COMPLETIONS, EMBEDDINGS, RERANK, COUNT_TOKENS, TOKENIZE, DETOKENIZE -> false;
                }
                && facts.choices() == 1
                && facts.tools().isEmpty();
    }

    /** The text that a cascade judges, made once and only when it is asked for. */
    private static final class Prompt {
        private final RequestFacts facts;
        private final byte[] body;
        private Optional<String> text = Optional.empty();
        private boolean made;

        Prompt(RequestFacts facts, byte[] body) {
            this.facts = facts;
            this.body = body;
        }

        Optional<String> text() {
            if (!made) {
                made = true;
                text = judged(facts)
                        ? Optional.of(PromptText.of(facts.call(), body).last())
                        : Optional.empty();
            }
            return text;
        }
    }
}
