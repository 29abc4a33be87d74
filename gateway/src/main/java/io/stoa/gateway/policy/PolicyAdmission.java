package io.stoa.gateway.policy;

import io.stoa.gateway.policy.PolicyStore.Presence;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.TokenUsage;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Admission by keys, limits and budgets of a {@link PolicyStore}.
 *
 * <p>Money: see {@link Leases} for how a request gets it, {@link PolicyStore} for why it cannot be overspent, and {@link
 * LeaseBook} for what happens when this process is killed: whoever starts next with the same folder charges exactly what
 * had been set aside or settled. When the machine lost power, all that was leased is charged.
 *
 * <p>Limits of requests, tokens and concurrency are counted in memory. When several gateways share a store, each takes an
 * equal share of every limit, at least 1; how many there are is known within five seconds. So a key whose requests all come
 * through one of two gateways is held to half of its limit.
 */
public final class PolicyAdmission implements Admission, AutoCloseable {
    private static final Duration REFRESH = Duration.ofMillis(500);
    private static final Duration PRESENT = Duration.ofSeconds(5);
    private static final Duration RECOVER = Duration.ofMinutes(1);
    private static final System.Logger LOG = System.getLogger(PolicyAdmission.class.getName());

    private final Keys keys;
    private final Clock clock;
    private final Leases leases;
    private final Map<String, Paces> paces = new ConcurrentHashMap<>();
    private volatile Presence presence;

    private PolicyAdmission(PolicyStore store, Path books, Clock clock, LeaseTerms terms, String gateway) {
        this.clock = clock;
        Leases.recover(books, store);
        store.forfeit(clock.instant().minus(terms.dead()));
        this.keys = new Keys(store, clock);
        this.presence = store.present(gateway, clock.instant(), PRESENT.multipliedBy(3));
        this.leases = new Leases(
                store,
                keys,
                gateway,
                LeaseBook.create(books, gateway),
                clock,
                terms,
                List.of(
                        new Leases.Chore(REFRESH, this::refresh),
                        new Leases.Chore(PRESENT, () -> {
                            presence = store.present(gateway, clock.instant(), PRESENT.multipliedBy(3));
                        }),
                        new Leases.Chore(RECOVER, () -> {
                            Leases.recover(books, store);
                            store.forfeit(clock.instant().minus(terms.dead()));
                        })));
    }

    /**
     * Begins to admit. The store stays the caller's, who closes it after this.
     *
     * @param books a folder on this machine for the books of leases; the same one at every start
     */
    public static PolicyAdmission open(PolicyStore store, Path books, Clock clock, LeaseTerms terms) {
        PolicyAdmission admission = new PolicyAdmission(store, books, clock, terms, LeaseBook.newGateway());
        admission.leases.start();
        return admission;
    }

    /** The keys; what is changed there holds at once. */
    public Keys keys() {
        return keys;
    }

    private void refresh() {
        if (keys.refresh()) {
            leases.recall();
            paces.keySet().removeIf(id -> keys.byId(id).isEmpty());
        }
    }

    @Override
    public Optional<Caller> caller(String key) {
        return switch (keys.answer(key)) {
            case Keys.Answer.Known(ApiKey known) -> Optional.of(new Caller(known.id(), known.use()));
            case Keys.Answer.Ended _, Keys.Answer.Unknown _, Keys.Answer.Mistyped _ -> Optional.empty();
        };
    }

    @Override
    public ApiError refusal(String key) {
        return keys.refusal(key);
    }

    /** How fast a key asks: over all routes, and by route. */
    private static final class Paces {
        private final Pace all = new Pace(System.nanoTime());
        private final Map<String, Pace> routes = new ConcurrentHashMap<>();
    }

    @Override
    public CompletionStage<Decision> admit(Caller caller, RequestFacts request, TokenUsage most, Micros worst) {
        Optional<ApiKey> known = keys.byId(caller.keyId()).filter(key -> key.isValid(clock.instant()));
        if (known.isEmpty()) {
            return denied(ApiError.of(
                    401,
                    "authentication_error",
                    "invalid_api_key",
                    "the key " + caller.keyId() + " was revoked or has expired; ask for a new one"));
        }
        ApiKey key = known.get();
        Optional<ApiError> forbidden = forbidden(key, request);
        if (forbidden.isPresent()) {
            return denied(forbidden.get());
        }
        Turn turn = new Turn(key, request.model(), most.prompt() + most.completion());
        Optional<Pace.Excess> excess = turn.take();
        if (excess.isPresent()) {
            return CompletableFuture.completedFuture(tooFast(key, request.model(), excess.get()));
        }
        Optional<Leases.Hold> hold = leases.tryReserve(key, worst.value());
        if (hold.isPresent()) {
            return CompletableFuture.completedFuture(new Decision.Admitted(new Admitted(turn, hold.get())));
        }
        return leases.reserve(key, worst.value()).thenApply(outcome -> decision(outcome, turn));
    }

    private static CompletionStage<Decision> denied(ApiError error) {
        return CompletableFuture.completedFuture(new Decision.Denied(error, Optional.empty()));
    }

    private static Optional<ApiError> forbidden(ApiKey key, RequestFacts request) {
        if (key.routes().isPresent() && !key.routes().get().contains(request.model())) {
            return Optional.of(new ApiError(
                    403,
                    "permission_error",
                    Optional.of("model_not_allowed"),
                    Optional.of("model"),
                    "the key " + key.id() + " may not ask " + request.model() + "; it may ask "
                            + String.join(
                                    ", ", key.routes().get().stream().sorted().toList())));
        }
        if (key.tools().isPresent() && !request.tools().isEmpty()) {
            for (String tool : request.tools()) {
                if (!key.tools().get().contains(tool)) {
                    return Optional.of(new ApiError(
                            403,
                            "permission_error",
                            Optional.of("tool_not_allowed"),
                            Optional.of("tools"),
                            "the key " + key.id() + " may not offer the tool " + tool + " to a model"));
                }
            }
        }
        return Optional.empty();
    }

    /** One request's place in the limits of its key and route. */
    private final class Turn {
        private final Limits limits;
        private final Pace all;
        private final Optional<Limits> routeLimits;
        private final Pace route;
        private final long tokens;

        Turn(ApiKey key, String model, long tokens) {
            Paces of = paces.computeIfAbsent(key.id(), _ -> new Paces());
            this.limits = shared(key.limits());
            this.all = of.all;
            this.routeLimits = Optional.ofNullable(key.routeLimits().get(model)).map(PolicyAdmission.this::shared);
            this.route = routeLimits.isPresent()
                    ? of.routes.computeIfAbsent(model, _ -> new Pace(System.nanoTime()))
                    : of.all;
            this.tokens = tokens;
        }

        Optional<Pace.Excess> take() {
            if (limits.equals(Limits.NONE) && routeLimits.isEmpty()) {
                return Optional.empty();
            }
            long nanos = System.nanoTime();
            Optional<Pace.Excess> excess = all.take(limits, tokens, nanos);
            if (excess.isEmpty() && routeLimits.isPresent()) {
                excess = route.take(routeLimits.get(), tokens, nanos);
                if (excess.isPresent()) {
                    all.undo(limits, tokens);
                }
            }
            return excess;
        }

        private boolean isCounted() {
            return !limits.equals(Limits.NONE) || routeLimits.isPresent();
        }

        void end(long used) {
            if (isCounted()) {
                routeLimits.ifPresent(its -> route.end(its, tokens - used));
                all.end(limits, tokens - used);
            }
        }

        void undo() {
            if (isCounted()) {
                routeLimits.ifPresent(its -> route.undo(its, tokens));
                all.undo(limits, tokens);
            }
        }
    }

    /** This gateway's share of limits. */
    private Limits shared(Limits limits) {
        Presence now = presence;
        if (now.count() == 1 || limits.equals(Limits.NONE)) {
            return limits;
        }
        return new Limits(
                share(limits.requests(), now),
                share(limits.tokens(), now),
                limits.concurrency().isPresent()
                        ? OptionalInt.of(
                                Math.toIntExact(share(limits.concurrency().getAsInt(), now)))
                        : OptionalInt.empty());
    }

    private static OptionalLong share(OptionalLong limit, Presence presence) {
        return limit.isPresent() ? OptionalLong.of(share(limit.getAsLong(), presence)) : limit;
    }

    /** The first gateways get one more where it does not divide. */
    private static long share(long limit, Presence presence) {
        long share = limit / presence.count() + (presence.rank() < limit % presence.count() ? 1 : 0);
        return Math.max(1, share);
    }

    private static final class Admitted implements Reservation {
        private final Turn turn;
        private final Leases.Hold hold;
        private final AtomicBoolean settled = new AtomicBoolean();

        Admitted(Turn turn, Leases.Hold hold) {
            this.turn = turn;
            this.hold = hold;
        }

        @Override
        public void settle(TokenUsage usage, Micros cost) {
            if (!settled.compareAndSet(false, true)) {
                return;
            }
            if (cost.value() > hold.amount()) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "a request cost {0} micros, and only {1} had been set aside; its cost is charged, but a budget"
                                + " may be overspent by the difference: this is a bug in Stoa",
                        cost.value(),
                        hold.amount());
            }
            hold.settle(cost.value());
            turn.end(usage.prompt() + usage.completion());
        }
    }

    private Decision decision(Leases.Outcome outcome, Turn turn) {
        return switch (outcome) {
            case Leases.Outcome.Held(Leases.Hold hold) -> new Decision.Admitted(new Admitted(turn, hold));
            case Leases.Outcome.Empty empty -> {
                turn.undo();
                yield outOfMoney(empty);
            }
            case Leases.Outcome.Unknown(String reason) -> {
                turn.undo();
                yield new Decision.Denied(
                        ApiError.of(503, "server_error", "budget_unavailable", reason + "; try again"),
                        Optional.of(Duration.ofSeconds(1)));
            }
        };
    }

    private Decision outOfMoney(Leases.Outcome.Empty empty) {
        Account account = empty.account();
        Optional<Instant> resets = account.period().end(clock.instant());
        String budget = "the budget of " + account.owner() + ", " + plain(empty.limit())
                + (account.period() == Period.TOTAL
                        ? " in total"
                        : " a " + account.period().word());
        String next = empty.returning()
                ? " is set aside for requests that are running; try again shortly, or ask for fewer tokens"
                : " has not enough left for this request; "
                        + resets.map(instant -> "it begins anew at " + instant)
                                .orElse("it does not begin anew: ask for a higher one");
        Optional<Duration> wait = empty.returning()
                ? Optional.of(Duration.ofSeconds(1))
                : resets.map(instant -> Duration.between(clock.instant(), instant));
        return new Decision.Denied(ApiError.of(429, "insufficient_quota", "insufficient_quota", budget + next), wait);
    }

    private static String plain(Micros amount) {
        return BigDecimal.valueOf(amount.value(), 6).stripTrailingZeros().toPlainString();
    }

    private static Decision tooFast(ApiKey key, String route, Pace.Excess excess) {
        String limit = switch (excess.kind()) {
            case REQUESTS -> excess.limit() + " requests a minute";
            case TOKENS -> excess.limit() + " tokens a minute";
            case CONCURRENCY -> excess.limit() + " requests at once";
        };
        String type = switch (excess.kind()) {
            case REQUESTS, CONCURRENCY -> "requests";
            case TOKENS -> "tokens";
        };
        boolean never = excess.nanos() == RateLimit.NEVER;
        Duration wait = excess.kind() == Pace.Kind.CONCURRENCY
                ? Duration.ofSeconds(1)
                : Duration.ofNanos(never ? 0 : excess.nanos());
        String next = never
                ? "; this request alone may use more: lower max_tokens or shorten the prompt"
                : "; try again in " + seconds(wait.toNanos());
        return new Decision.Denied(
                ApiError.of(
                        429,
                        type,
                        "rate_limit_exceeded",
                        "the key " + key.id() + " may use " + limit + " here (asked: " + route + ")" + next),
                never ? Optional.empty() : Optional.of(wait));
    }

    private static String seconds(long nanos) {
        long millis = Math.ceilDiv(nanos, TimeUnit.MILLISECONDS.toNanos(1));
        return millis < 1_000 ? millis + "ms" : String.format(Locale.ROOT, "%.3fs", millis / 1000.0);
    }

    @Override
    public Map<String, String> rateHeaders(Caller caller, String route) {
        Optional<ApiKey> key = keys.byId(caller.keyId());
        Paces known = paces.get(caller.keyId());
        if (key.isEmpty() || known == null) {
            return Map.of();
        }
        Pace routePace = known.routes.get(route);
        Limits limits = routePace == null
                ? key.get().limits()
                : key.get().routeLimits().getOrDefault(route, key.get().limits());
        if (limits.equals(Limits.NONE)) {
            return Map.of();
        }
        Pace pace = routePace == null ? known.all : routePace;
        Limits its = shared(limits);
        Map<String, String> headers = new LinkedHashMap<>();
        its.requests().ifPresent(limit -> put(headers, "requests", pace.requests(), limit));
        its.tokens().ifPresent(limit -> put(headers, "tokens", pace.tokens(), limit));
        return headers;
    }

    private static void put(Map<String, String> headers, String what, RateLimit rate, long limit) {
        long nanos = System.nanoTime();
        headers.put("x-ratelimit-limit-" + what, Long.toString(limit));
        headers.put("x-ratelimit-remaining-" + what, Long.toString(rate.remaining(limit, nanos)));
        headers.put("x-ratelimit-reset-" + what, seconds(rate.untilFull(nanos)));
    }

    /** Writes back what was spent and hands the leases back. Requests that still run are charged in full. */
    @Override
    public void close() {
        leases.close();
    }
}
