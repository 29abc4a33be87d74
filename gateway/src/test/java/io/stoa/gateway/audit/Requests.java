package io.stoa.gateway.audit;

import io.stoa.gateway.audit.RequestRecord.Content;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.TokenUsage;
import io.stoa.model.Digest;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/** Made-up requests such as a gateway records. */
public final class Requests {
    private static final Instant NOON = Instant.parse("2026-11-26T12:00:00.123Z");
    private static final String[] KEYS = {"support-bot", "search", "batch"};

    private Requests() {}

    public static RequestRecord request(int number) {
        return request(number, NOON.plusMillis(number), "what is " + number + "?", "it is " + number, false);
    }

    /** A request whose bodies are kept. */
    public static RequestRecord kept(int number) {
        return kept(number, NOON.plusMillis(number));
    }

    /** The same, come at some time. */
    public static RequestRecord kept(int number, Instant time) {
        return request(number, time, "what is \"" + number + "\" – 𝛑?", "it\nis " + number, true);
    }

    private static RequestRecord request(int number, Instant time, String question, String answer, boolean kept) {
        boolean refused = number % 10 == 9;
        return new RequestRecord(
                "req-" + number,
                time,
                ApiCall.CHAT_COMPLETIONS,
                Optional.of(KEYS[number % KEYS.length]),
                Optional.of("answers to customers"),
                "chat",
                refused ? Optional.empty() : Optional.of(number % 5 == 0 ? "large" : "small"),
                refused ? Optional.empty() : Optional.of("sha256:" + "ab".repeat(32)),
                refused ? OptionalLong.empty() : OptionalLong.of(17),
                refused ? End.REFUSED : number % 5 == 0 ? End.ESCALATED : End.SERVED,
                refused ? 429 : 200,
                refused ? "the budget of this key is used up" : "the certificate allows the small model",
                refused ? 0 : 1,
                refused ? TokenUsage.NONE : new TokenUsage(100 + number % 7, 20),
                refused ? 0 : 1234,
                refused ? OptionalLong.empty() : OptionalLong.of(40_000),
                90_000 + number % 1000,
                content(question, kept),
                refused ? Content.NONE : content(answer, kept),
                Optional.empty());
    }

    private static Content content(String text, boolean kept) {
        return new Content(text.length(), Optional.of(Digest.of(text)), kept ? Optional.of(text) : Optional.empty());
    }

    /** A seed to print, taken from the property {@code stoa.seed} or from the clock. */
    public static long seed() {
        return Long.getLong("stoa.seed", System.nanoTime());
    }

    public static int between(RandomGenerator random, int from, int to) {
        return from + random.nextInt(to - from);
    }
}
