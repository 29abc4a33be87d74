package io.stoa.console;

import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.Content;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.policy.Micros.TokenPrice;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Tier;
import io.stoa.gateway.upstream.Target;
import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.TokenUsage;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Routes and ended requests to test with. */
final class Requests {
    static final TokenPrice SMALL = new TokenPrice(20_000, 60_000);
    static final TokenPrice LARGE = new TokenPrice(1_000_000, 3_000_000);

    static final TokenUsage USAGE = new TokenUsage(1_000, 1_000);

    private Requests() {}

    static Tier tier(String name, String model, TokenPrice price) {
        return new Tier(
                name, model, new Target(URI.create("http://127.0.0.1:8000"), model, Optional.empty()), price, 8192);
    }

    static Route route(String name, Tier... tiers) {
        return new Route(name, name + "-use", List.of(tiers), Duration.ofSeconds(60), 512, Optional.empty());
    }

    /** What differs from request to request; the rest is made up. */
    record Made(
            String id,
            Instant time,
            String route,
            Optional<String> tier,
            End end,
            int status,
            String reason,
            int attempts,
            TokenUsage usage,
            long costMicros,
            OptionalLong firstByteMicros,
            long durationMicros) {
        RequestRecord ended() {
            return new RequestRecord(
                    id,
                    time,
                    ApiCall.CHAT_COMPLETIONS,
                    Optional.of("support-bot"),
                    Optional.of("customer-support"),
                    route,
                    tier,
                    tier.map(name -> "sha256:" + name.repeat(8)),
                    tier.isPresent() ? OptionalLong.of(41) : OptionalLong.empty(),
                    end,
                    status,
                    reason,
                    attempts,
                    usage,
                    costMicros,
                    firstByteMicros,
                    durationMicros,
                    new Content(1_840, Optional.empty(), Optional.of("SECRET PROMPT")),
                    new Content(612, Optional.empty(), Optional.of("SECRET ANSWER")),
                    Optional.empty());
        }
    }

    /** A request that a tier answered at once. */
    static Made served(String id, String route, String tier, TokenUsage usage, long cost, long firstByte, long whole) {
        return new Made(
                id,
                Instant.parse("2026-11-26T12:00:00Z"),
                route,
                Optional.of(tier),
                End.SERVED,
                200,
                "short question, the certificate of the small tier covers it",
                1,
                usage,
                cost,
                OptionalLong.of(firstByte),
                whole);
    }

    /** A request that nobody answered. */
    static Made unanswered(String id, String route, End end, int status, String reason) {
        return new Made(
                id,
                Instant.parse("2026-11-26T12:00:00Z"),
                route,
                Optional.empty(),
                end,
                status,
                reason,
                end == End.REFUSED ? 0 : 1,
                TokenUsage.NONE,
                0,
                OptionalLong.empty(),
                900);
    }
}
