package io.stoa.console;

import static io.stoa.console.Requests.LARGE;
import static io.stoa.console.Requests.SMALL;

import io.stoa.console.Requests.Made;
import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.policy.Micros.TokenPrice;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Standing;
import io.stoa.gateway.route.Tier;
import io.stoa.gateway.wire.TokenUsage;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A gateway's day, made up: four routes of which each stands differently, and traffic with every way to end. */
final class Scene implements ConsoleSources {
    private static final long SEED = 20261126;

    private static final Route SUPPORT = Requests.route(
            "support", Requests.tier("small", "amber-1b-Q4_K_M", SMALL), Requests.tier("large", "amber-32b", LARGE));
    private static final Route EXTRACT = Requests.route(
            "extract", Requests.tier("small", "amber-1b-Q8_0", SMALL), Requests.tier("large", "amber-32b", LARGE));
    private static final Route SUMMARIES = Requests.route("summaries", Requests.tier("large", "amber-32b", LARGE));
    private static final Route DRAFTS =
            Requests.route("contract-drafts", Requests.tier("open", "basalt-7b-Q6_K", TokenPrice.FREE));

    private final Instant now;
    private final Random random = new Random(SEED);
    private int made;

    /** @param now when the traffic ends */
    Scene(Instant now) {
        this.now = now;
    }

    static Map<String, Route> routesByName() {
        return Stream.of(SUPPORT, EXTRACT, SUMMARIES, DRAFTS).collect(Collectors.toMap(Route::name, route -> route));
    }

    static Optional<Route> route(String name) {
        return Optional.ofNullable(routesByName().get(name));
    }

    /** A day of requests, sparse at first, dense in the last quarter of an hour; then the clock runs. */
    void play(ConsoleFeed feed, SettableClock clock) {
        for (Instant time = now.minus(Duration.ofHours(23)); time.isBefore(now); ) {
            clock.set(time);
            feed.ended(next(time));
            long left = Duration.between(time, now).toSeconds();
            int pause = left > 3600 ? 16_000 : left > 600 ? 2_600 : 700;
            time = time.plusMillis(100 + random.nextInt(pause));
        }
        clock.run();
    }

    RequestRecord next(Instant time) {
        double drawn = random.nextDouble();
        if (drawn < 0.007) {
            return unanswered(
                    time,
                    "contract-drafts",
                    End.REFUSED,
                    403,
                    "refused: basalt-license 2.1 §3(b) does not allow legal advice; ask for another route");
        }
        if (drawn < 0.02) {
            return unanswered(
                    time,
                    "support",
                    End.REFUSED,
                    429,
                    "refused: the budget of team support (12.00 a day) has 0.0004 left and this request can cost"
                            + " 0.0016");
        }
        if (drawn < 0.024) {
            return unanswered(
                    time, "gpt-5o-mini-turbo", End.REFUSED, 404, "refused: there is no route gpt-5o-mini-turbo");
        }
        if (drawn < 0.028) {
            return unanswered(
                    time,
                    "summaries",
                    End.FAILED,
                    502,
                    "failed: amber-32b closed the connection after 3 of 3 attempts, before the first byte");
        }
        if (drawn < 0.033) {
            return unanswered(
                    time, "support", End.ABANDONED, 499, "its caller left after 1.2 s, before the first byte");
        }
        if (drawn < 0.13) {
            return answered(time, SUMMARIES, "large", End.SERVED, "the route has one tier", 1);
        }
        Route route = drawn < 0.8 ? SUPPORT : EXTRACT;
        double tier = random.nextDouble();
        if (tier < 0.86) {
            return answered(
                    time,
                    route,
                    "small",
                    End.SERVED,
                    "answered locally: agreement %.2f of 3 samples is above the certified 0.67"
                            .formatted(0.7 + random.nextDouble() * 0.3),
                    1);
        }
        if (tier < 0.94) {
            return answered(
                    time,
                    route,
                    "large",
                    End.ESCALATED,
                    "escalated after generation: mean log-probability −%.2f is below the certified −0.41"
                            .formatted(0.42 + random.nextDouble()),
                    2);
        }
        if (tier < 0.99) {
            return answered(
                    time,
                    route,
                    "large",
                    End.SERVED,
                    "sent up before generation: the router gives the small tier %.0f %%"
                            .formatted(20 + random.nextDouble() * 40),
                    1);
        }
        return answered(time, route, "large", End.FELL_BACK, "fell back: small was busy (queue full for 250 ms)", 2);
    }

    private RequestRecord answered(Instant time, Route route, String tier, End end, String reason, int attempts) {
        Tier answering = route.tiers().stream()
                .filter(each -> each.name().equals(tier))
                .findFirst()
                .orElseThrow();
        TokenUsage usage = new TokenUsage(60 + random.nextInt(900), 12 + random.nextInt(300));
        boolean small = tier.equals("small");
        double slow = Math.exp(0.45 * random.nextGaussian());
        long firstByte = (long) ((small ? 85_000 : 420_000) * slow * attempts);
        long whole = firstByte + (long) (usage.completion() * (small ? 9_500 : 17_000) * slow);
        return new Made(
                        id(),
                        time,
                        route.name(),
                        Optional.of(tier),
                        end,
                        200,
                        reason,
                        attempts,
                        usage,
                        answering.price().of(usage).value(),
                        OptionalLong.of(firstByte),
                        whole)
                .ended();
    }

    private RequestRecord unanswered(Instant time, String route, End end, int status, String reason) {
        Made plain = Requests.unanswered(id(), route, end, status, reason);
        return new Made(
                        plain.id(),
                        time,
                        route,
                        Optional.empty(),
                        end,
                        status,
                        reason,
                        plain.attempts(),
                        TokenUsage.NONE,
                        0,
                        OptionalLong.empty(),
                        300 + random.nextInt(900))
                .ended();
    }

    private String id() {
        return "req-%06x".formatted(0x51a000 + made++);
    }

    @Override
    public House house() {
        return new House("0.1.0", "USD", 0.8);
    }

    @Override
    public List<RouteView> routes() {
        return List.of(
                new RouteView(
                        SUPPORT,
                        List.of(
                                live(
                                        "READY IF",
                                        41,
                                        Duration.ofDays(23),
                                        List.of(
                                                "State in the product's terms that answers come from a language model"
                                                        + " (amber-license §4)",
                                                "Keep at least 2 GiB of memory free beside the model")),
                                live("READY", 44, Duration.ofDays(61), List.of()))),
                new RouteView(
                        EXTRACT,
                        List.of(
                                new TierView(
                                        new Standing.Lapsed(
                                                "amber-1b-Q8_0.gguf is not the file that was assessed: its digest is"
                                                        + " 9c1f…, approved was 02ab…; assess it again or put the old file"
                                                        + " back"),
                                        approval("READY", List.of())),
                                live("READY", 44, Duration.ofHours(31), List.of()))),
                new RouteView(SUMMARIES, List.of(live("READY", 45, Duration.ofDays(61), List.of()))),
                new RouteView(
                        DRAFTS,
                        List.of(new TierView(
                                new Standing.Forbidden(
                                        "basalt-license 2.1 §3(b)",
                                        "The use is legal advice to consumers, which the licence does not allow."),
                                Optional.empty()))));
    }

    private TierView live(String verdict, long sequence, Duration left, List<String> conditions) {
        return new TierView(
                new Standing.Live(
                        Digest.of(verdict + sequence).toString(),
                        new EvidenceRef(sequence, Digest.of("verdict " + sequence)),
                        now.plus(left)),
                approval(verdict, conditions));
    }

    private Optional<Approval> approval(String verdict, List<String> conditions) {
        return Optional.of(new Approval(verdict, conditions, "platform-team", now.minus(Duration.ofDays(7))));
    }

    @Override
    public List<Budget> budgets() {
        Optional<Instant> midnight = Optional.of(now.plus(Duration.ofHours(5)));
        return List.of(
                new Budget(
                        Budget.Owner.TEAM,
                        "support",
                        new Micros(12_000_000),
                        new Micros(11_310_400),
                        new Micros(21_000),
                        midnight),
                new Budget(
                        Budget.Owner.KEY,
                        "support-bot",
                        new Micros(8_000_000),
                        new Micros(3_402_118),
                        new Micros(9_200),
                        midnight),
                new Budget(
                        Budget.Owner.KEY,
                        "night-batch",
                        new Micros(40_000_000),
                        new Micros(1_020_000),
                        Micros.ZERO,
                        Optional.empty()));
    }

    @Override
    public Optional<Audit> audit() {
        return Optional.of(
                new Audit(18_442, Optional.of(Digest.of("head")), new Chain.Whole(18_440, now.minusSeconds(42))));
    }

    @Override
    public List<Monitor> monitors() {
        return List.of(
                new Monitor(
                        "support",
                        Monitor.State.WATCHING,
                        412,
                        OptionalDouble.of(0.18),
                        "412 of 9,031 local answers were judged; nothing contradicts the certified loss of at most 3"
                                + " points."),
                new Monitor(
                        "extract",
                        Monitor.State.UNCERTIFIED,
                        0,
                        OptionalDouble.empty(),
                        "There is no certificate, so the large tier answers everything."));
    }
}
