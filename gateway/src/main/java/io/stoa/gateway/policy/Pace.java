package io.stoa.gateway.policy;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** How fast a key asks, over all routes or on one. */
final class Pace {
    private final RateLimit requests;
    private final RateLimit tokens;
    private final AtomicInteger running = new AtomicInteger();

    Pace(long nanos) {
        requests = new RateLimit(nanos);
        tokens = new RateLimit(nanos);
    }

    /** What a key may do too fast. */
    enum Kind {
        REQUESTS,
        TOKENS,
        CONCURRENCY
    }

    /**
     * Why a request has to wait.
     *
     * @param limit the limit that it met
     * @param nanos how long, {@link RateLimit#NEVER} when waiting does not help
     */
    record Excess(Kind kind, long limit, long nanos) {}

    /** Counts a request, or says why it is not counted. */
    Optional<Excess> take(Limits limits, long amount, long nanos) {
        if (limits.concurrency().isPresent()) {
            int most = limits.concurrency().getAsInt();
            if (running.incrementAndGet() > most) {
                running.decrementAndGet();
                return Optional.of(new Excess(Kind.CONCURRENCY, most, 0));
            }
        } else {
            running.incrementAndGet();
        }
        if (limits.requests().isPresent()) {
            long wait = requests.take(1, limits.requests().getAsLong(), nanos);
            if (wait > 0) {
                running.decrementAndGet();
                return Optional.of(new Excess(Kind.REQUESTS, limits.requests().getAsLong(), wait));
            }
        }
        if (limits.tokens().isPresent()) {
            long wait = tokens.take(amount, limits.tokens().getAsLong(), nanos);
            if (wait > 0) {
                running.decrementAndGet();
                limits.requests().ifPresent(limit -> requests.giveBack(1, limit));
                return Optional.of(new Excess(Kind.TOKENS, limits.tokens().getAsLong(), wait));
            }
        }
        return Optional.empty();
    }

    /** A counted request has ended. */
    void end(Limits limits, long unusedTokens) {
        running.decrementAndGet();
        if (limits.tokens().isPresent() && unusedTokens != 0) {
            tokens.giveBack(unusedTokens, limits.tokens().getAsLong());
        }
    }

    /** A counted request was not made after all. */
    void undo(Limits limits, long amount) {
        end(limits, amount);
        limits.requests().ifPresent(limit -> requests.giveBack(1, limit));
    }

    RateLimit requests() {
        return requests;
    }

    RateLimit tokens() {
        return tokens;
    }
}
