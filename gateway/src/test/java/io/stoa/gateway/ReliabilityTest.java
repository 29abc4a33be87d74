package io.stoa.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.upstream.BreakerState;
import io.stoa.gateway.upstream.Patience;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What keeps the gateway well while upstreams are not, and callers are many. */
class ReliabilityTest {
    private static final String WORD = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w\"}}]}";

    @Test
    void aBreakerOpensForFailuresInsideStreamsAndClosesAgainAfterProbes() throws Exception {
        AtomicBoolean well = new AtomicBoolean();
        try (var upstream = ScriptedUpstream.start((_, talk) -> {
                    talk.beginEvents();
                    talk.event(WORD);
                    if (well.get()) {
                        talk.chunk("data: [DONE]\n\n");
                        talk.endEvents();
                    } else {
                        talk.close();
                    }
                });
                var trial = Trial.of(Trial.options(), upstream.target())) {
            for (int i = 0; i < 10; i++) {
                assertThat(trial.chat(Trial.STREAMED).body()).contains("upstream_failed");
            }
            assertThat(trial.server.breaker(upstream.target())).isEqualTo(BreakerState.OPEN);
            int asked = upstream.asked().size();
            HttpResponse<String> refused = trial.chat(Trial.STREAMED);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("left alone");
            assertThat(refused.headers().firstValue("retry-after")).isPresent();
            assertThat(upstream.asked()).hasSize(asked);

            well.set(true);
            Thread.sleep(5_200);
            assertThat(trial.server.breaker(upstream.target())).isEqualTo(BreakerState.HALF_OPEN);
            for (int i = 0; i < 4; i++) {
                assertThat(trial.chat(Trial.STREAMED).body()).endsWith("data: [DONE]\n\n");
            }
            trial.assertNothingIsReserved();
            assertThat(trial.server.breaker(upstream.target())).isEqualTo(BreakerState.CLOSED);
        }
    }

    @Test
    void anOutageIsNotMetWithAMultipleOfTheTraffic() {
        Patience eager = Patience.DEFAULT.withRetries(3);
        try (var upstream = ScriptedUpstream.start((_, talk) -> {
                    // Half the requests succeed, so that the breaker stays closed.
                    if (talk.number() % 3 == 0) {
                        talk.json(200, Trial.ANSWER);
                    } else {
                        talk.json(500, "{}");
                    }
                });
                var trial = Trial.of(Trial.options().with(eager), upstream.target())) {
            int requests = 60;
            int asked = 0;
            for (int i = 0; i < requests; i++) {
                trial.chat(Trial.CHAT);
                asked += trial.record().attempts();
            }
            // Ten repetitions are there from the start, and a tenth of the requests is added.
            assertThat(asked).isLessThanOrEqualTo(requests + 10 + requests / 10);
        }
    }

    @Test
    void aSecondAttemptIsMadeAfterTheSilenceThatTheRouteSaysAndTheLoserIsCancelled() throws Exception {
        AtomicInteger number = new AtomicInteger();
        try (var upstream = ScriptedUpstream.start((_, talk) -> {
            if (number.incrementAndGet() == 1) {
                talk.silence(Duration.ofSeconds(10));
            } else {
                talk.json(200, Trial.ANSWER);
            }
        })) {
            Trial.Plot plot = Trial.Plot.of(upstream.target());
            plot.hedges = Map.of("r", Duration.ofMillis(300));
            try (var trial = Trial.of(Trial.options(), plot)) {
                long before = System.nanoTime();
                assertThat(trial.chat(Trial.CHAT).statusCode()).isEqualTo(200);
                assertThat(Duration.ofNanos(System.nanoTime() - before))
                        .isBetween(Duration.ofMillis(300), Duration.ofSeconds(5));
                assertThat(trial.record().attempts()).isEqualTo(2);
                assertThat(upstream.sawLeaving(Duration.ofSeconds(5))).isTrue();
                trial.assertNothingIsReserved();
            }
        }
    }

    @Test
    void anUpstreamGetsNoMoreThanItsShareAndFewWait() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Patience narrow = Patience.DEFAULT.withRoom(2, 2, Duration.ofSeconds(10));
        try (var upstream = ScriptedUpstream.start((_, talk) -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    go.await(10, TimeUnit.SECONDS);
                    inside.decrementAndGet();
                    talk.json(200, Trial.ANSWER);
                });
                var trial = Trial.of(Trial.options().with(narrow), upstream.target())) {
            CompletableFuture<?>[] answers = new CompletableFuture<?>[6];
            AtomicInteger served = new AtomicInteger();
            AtomicInteger shed = new AtomicInteger();
            for (int i = 0; i < answers.length; i++) {
                answers[i] = CompletableFuture.runAsync(
                        () -> {
                            HttpResponse<String> answer = trial.chat(Trial.CHAT);
                            if (answer.statusCode() == 200) {
                                served.incrementAndGet();
                            } else if (answer.statusCode() == 503
                                    && answer.headers()
                                            .firstValue("retry-after")
                                            .isPresent()) {
                                shed.incrementAndGet();
                            }
                        },
                        task -> Thread.ofVirtual().start(task));
            }
            while (shed.get() < 2 || inside.get() < 2) {
                Thread.sleep(10);
            }
            go.countDown();
            CompletableFuture.allOf(answers).get(10, TimeUnit.SECONDS);
            assertThat(served).hasValue(4);
            assertThat(shed).hasValue(2);
            assertThat(most).hasValue(2);
            trial.assertNothingIsReserved();
        }
    }

    @Test
    void tooManyRequestsAreSentAway() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        GatewayOptions options = Trial.options().with(Bounds.DEFAULT.withCounts(2, 100));
        try (var upstream = ScriptedUpstream.start((_, talk) -> {
                    go.await(10, TimeUnit.SECONDS);
                    talk.json(200, Trial.ANSWER);
                });
                var trial = Trial.of(options, upstream.target());
                RawCaller one = new RawCaller(trial);
                RawCaller two = new RawCaller(trial)) {
            one.send(RawCaller.post(Trial.CHAT));
            two.send(RawCaller.post(Trial.CHAT));
            while (upstream.asked().size() < 2) {
                Thread.sleep(5);
            }
            HttpResponse<String> shed = trial.chat(Trial.CHAT);
            assertThat(shed.statusCode()).isEqualTo(503);
            assertThat(shed.body()).contains("overloaded");
            assertThat(shed.headers().firstValue("retry-after")).isPresent();
            go.countDown();
        }
    }

    @Test
    void aRepeatedKeyGetsTheSameAnswerAndNothingIsPaidTwice() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start((asked, talk) -> {
                    if (asked.body().contains("slow")) {
                        go.await(10, TimeUnit.SECONDS);
                    }
                    if (asked.body().contains("\"stream\":true")) {
                        talk.beginEvents();
                        talk.event(WORD.replace("\"w\"", "\"n" + talk.number() + "\""));
                        talk.chunk("data: [DONE]\n\n");
                        talk.endEvents();
                    } else if (asked.body().contains("fail") && talk.number() < 100) {
                        talk.json(400, "{\"error\":{\"message\":\"no\"}}");
                    } else {
                        talk.json(200, Trial.ANSWER.replace("\"Hi\"", "\"n" + talk.number() + "\""));
                    }
                });
                var trial = Trial.of(Trial.options(), upstream.target())) {
            HttpResponse<String> first = keyed(trial, "k1", Trial.CHAT);
            // An answer may be there before it is settled.
            for (int i = 0; i < 500 && trial.purse.chargedMicros.get() == 0; i++) {
                Thread.sleep(10);
            }
            long paid = trial.purse.chargedMicros.get();
            assertThat(paid).isPositive();
            HttpResponse<String> second = keyed(trial, "k1", Trial.CHAT);
            assertThat(second.body()).isEqualTo(first.body());
            assertThat(second.headers().firstValue("idempotent-replayed")).contains("true");
            assertThat(trial.purse.chargedMicros).hasValue(paid);
            assertThat(keyed(trial, "k1", Trial.CHAT.replace("Hello", "Other")).statusCode())
                    .isEqualTo(422);
            assertThat(keyed(trial, "k2", Trial.CHAT).body()).isNotEqualTo(first.body());

            HttpResponse<String> stream = keyed(trial, "k3", Trial.STREAMED);
            HttpResponse<String> again = keyed(trial, "k3", Trial.STREAMED);
            assertThat(again.body()).isEqualTo(stream.body()).endsWith("data: [DONE]\n\n");
            assertThat(again.headers().firstValue("content-type").orElseThrow()).startsWith("text/event-stream");

            CompletableFuture<HttpResponse<String>> slow =
                    CompletableFuture.supplyAsync(() -> keyed(trial, "k4", Trial.CHAT.replace("Hello", "slow")));
            while (upstream.asked().stream().noneMatch(asked -> asked.body().contains("slow"))) {
                Thread.sleep(5);
            }
            assertThat(keyed(trial, "k4", Trial.CHAT.replace("Hello", "slow")).statusCode())
                    .isEqualTo(409);
            go.countDown();
            assertThat(slow.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);

            assertThat(keyed(trial, "k5", Trial.CHAT.replace("Hello", "fail")).statusCode())
                    .isEqualTo(400);
            int before = upstream.asked().size();
            keyed(trial, "k5", Trial.CHAT.replace("Hello", "fail"));
            assertThat(upstream.asked()).as("what failed is tried again").hasSize(before + 1);
        }
    }

    private static HttpResponse<String> keyed(Trial trial, String key, String body) {
        return trial.send(trial.request("/v1/chat/completions", body)
                .header("Idempotency-Key", key)
                .build());
    }

    @Test
    void aConnectionIsUsedAgainAfterAnAnswerAndNotAfterABrokenOne() throws IOException {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options().withEventLoops(1), upstream.target());
                RawCaller caller = new RawCaller(trial)) {
            for (int i = 0; i < 3; i++) {
                caller.send(RawCaller.post(Trial.CHAT));
                assertThat(caller.readUntil("\"total_tokens\":9}}", Duration.ofSeconds(5)))
                        .contains("200 OK");
            }
        }
    }

    @Test
    void aDeadlineEndsARequestThatIsTriedAgainAndAgain() {
        try (var upstream = ScriptedUpstream.start((_, talk) -> talk.silence(Duration.ofSeconds(10)))) {
            Trial.Plot plot = new Trial.Plot()
                    .with(Trial.route(
                            "r", Duration.ofMillis(600), Optional.empty(), Trial.tier("only", upstream.target())));
            try (var trial = Trial.of(Trial.options(), plot)) {
                HttpResponse<String> answer = trial.chat(Trial.CHAT);
                assertThat(answer.statusCode()).isEqualTo(504);
                assertThat(answer.body()).contains("deadline");
                assertThat(trial.record().durationMicros()).isBetween(550_000L, 3_000_000L);
                trial.assertNothingIsReserved();
            }
        }
    }
}
