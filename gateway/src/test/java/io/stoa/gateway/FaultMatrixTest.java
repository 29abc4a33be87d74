package io.stoa.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.upstream.Patience;
import io.stoa.gateway.upstream.Target;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each way in which an upstream can misbehave, and what its caller, the budget and the record see of it. */
class FaultMatrixTest {
    private static final Patience SHORT = Patience.DEFAULT
            .withTimes(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1))
            .withRetries(1);

    /** The first request of a process loads the classes, which can take longer than this test is patient. */
    @BeforeAll
    static void warm() {
        try (var upstream = ScriptedUpstream.start((asked, talk) -> {
                    if (asked.body().contains("\"stream\":true")) {
                        wholeStream(talk);
                    } else {
                        talk.json(200, Trial.ANSWER);
                    }
                });
                var trial = Trial.of(Trial.options(), upstream.target())) {
            assertThat(trial.chat(Trial.CHAT).statusCode()).isEqualTo(200);
            assertThat(trial.chat(Trial.STREAMED).statusCode()).isEqualTo(200);
        }
    }

    private static GatewayOptions options() {
        return Trial.options().with(SHORT).with(Bounds.DEFAULT.withBytes(1 << 20, 64 * 1024, 16 * 1024));
    }

    private static String word(int i) {
        return "{\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w" + i + "\"}}]}";
    }

    private static void wholeStream(ScriptedUpstream.Talk talk) throws IOException {
        talk.beginEvents();
        talk.event(word(0));
        talk.chunk("data: [DONE]\n\n");
        talk.endEvents();
    }

    /** What came of one request. */
    private record Outcome(HttpResponse<String> answer, RequestRecord ended, int asked) {
        void isError(int status, String code) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
            assertThat(answer.body()).contains("\"" + code + "\"");
            assertThat(ended.end()).isEqualTo(End.FAILED);
            assertThat(ended.status()).isEqualTo(status);
        }

        /** Status 200 was told; the stream says that it is not whole. */
        void isBrokenStream(String code) {
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body())
                    .contains("w0")
                    .contains("data: {\"error\":")
                    .contains("\"" + code + "\"")
                    .endsWith("\n\n")
                    .doesNotContain("[DONE]");
            assertThat(ended.end()).isEqualTo(End.FAILED);
            assertThat(ended.usage().completion()).isPositive();
        }

        void isServed() {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(ended.end()).isEqualTo(End.SERVED);
        }
    }

    private static Outcome of(String body, ScriptedUpstream.Script script) {
        try (var upstream = ScriptedUpstream.start(script)) {
            return of(body, upstream.target(), upstream);
        }
    }

    private static Outcome of(String body, Target target, ScriptedUpstream upstream) {
        try (var trial = Trial.of(options(), target)) {
            HttpResponse<String> answer = trial.chat(body);
            RequestRecord ended = trial.record();
            trial.assertNothingIsReserved();
            assertThat(trial.purse.settledTwice).hasValue(0);
            assertThat(trial.records).isEmpty();
            assertThat(trial.server.requests()).isZero();
            assertThat(trial.purse.chargedMicros.get()).isEqualTo(ended.costMicros());
            return new Outcome(answer, ended, upstream.asked().size());
        }
    }

    private static Outcome json(ScriptedUpstream.Script script) {
        return of(Trial.CHAT, script);
    }

    private static Outcome stream(ScriptedUpstream.Script script) {
        return of(Trial.STREAMED, script);
    }

    @Test
    void nobodyListens() throws IOException {
        int port;
        try (ServerSocket taken = new ServerSocket(0)) {
            port = taken.getLocalPort();
        }
        Target target = new Target(URI.create("http://127.0.0.1:" + port), "m", Optional.empty());
        try (var idle = ScriptedUpstream.answering("{}")) {
            Outcome outcome = of(Trial.CHAT, target, idle);
            outcome.isError(502, "upstream_failed");
            assertThat(outcome.ended.attempts()).isEqualTo(2);
            assertThat(outcome.ended.costMicros()).isZero();
        }
    }

    @Test
    void itNeverAnswers() {
        Outcome outcome = json((_, talk) -> talk.silence(Duration.ofSeconds(5)));
        outcome.isError(504, "upstream_timeout");
        assertThat(outcome.asked).isEqualTo(2);
        assertThat(outcome.ended.usage().prompt())
                .as("it may have read the prompt")
                .isPositive();
    }

    @Test
    void itFailsOnceThenAnswers() {
        Outcome outcome = json((_, talk) -> {
            if (talk.number() == 1) {
                talk.json(500, "{\"error\":{\"message\":\"boom\"}}");
            } else {
                talk.json(200, Trial.ANSWER);
            }
        });
        outcome.isServed();
        assertThat(outcome.ended.attempts()).isEqualTo(2);
        assertThat(outcome.ended.costMicros()).isEqualTo(11);
    }

    @Test
    void itClosesWithoutAWordThenAnswers() {
        Outcome outcome = json((_, talk) -> {
            if (talk.number() == 1) {
                talk.close();
            } else {
                talk.json(200, Trial.ANSWER);
            }
        });
        outcome.isServed();
    }

    @Test
    void itIsBusyForASecondThenAnswers() {
        long before = System.nanoTime();
        Outcome outcome = json((_, talk) -> {
            if (talk.number() == 1) {
                talk.json(429, "{}", "Retry-After: 1");
            } else {
                talk.json(200, Trial.ANSWER);
            }
        });
        outcome.isServed();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(950));
    }

    @Test
    void itIsBusyForLong() {
        Outcome outcome = json((_, talk) -> talk.json(503, "{}", "Retry-After: 120"));
        outcome.isError(503, "upstream_busy");
        assertThat(outcome.answer.headers().firstValue("retry-after")).contains("120");
        assertThat(outcome.asked).isEqualTo(1);
    }

    @Test
    void itSendsHalfAnAnswer() {
        Outcome outcome = json((_, talk) -> {
            talk.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"id\":");
            talk.close();
        });
        outcome.isError(502, "upstream_failed");
        assertThat(outcome.asked).as("what has begun is not asked again").isEqualTo(1);
    }

    @Test
    void itEndsAnAnswerOfUnknownLengthEarly() {
        Outcome outcome = json((_, talk) -> {
            talk.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"id\":\"a\",\"choices\":[{}");
            talk.close();
        });
        outcome.isError(502, "upstream_failed");
    }

    @Test
    void itsFirstByteIsSlow() {
        Outcome outcome = stream((_, talk) -> {
            Thread.sleep(250);
            wholeStream(talk);
        });
        outcome.isServed();
    }

    @Test
    void itsHeadComesAndItsFirstEventDoesNot() {
        Outcome outcome = stream((_, talk) -> {
            if (talk.number() == 1) {
                talk.beginEvents();
                talk.silence(Duration.ofSeconds(5));
            } else {
                wholeStream(talk);
            }
        });
        outcome.isServed();
        assertThat(outcome.ended.attempts()).isEqualTo(2);
    }

    @Test
    void itStallsInTheMiddle() {
        Outcome outcome = stream((_, talk) -> {
            talk.beginEvents();
            talk.event(word(0));
            talk.event(word(1));
            talk.silence(Duration.ofSeconds(5));
        });
        outcome.isBrokenStream("upstream_timeout");
    }

    @Test
    void itClosesInTheMiddle() {
        Outcome outcome = stream((_, talk) -> {
            talk.beginEvents();
            talk.event(word(0));
            Thread.sleep(50);
            talk.close();
        });
        outcome.isBrokenStream("upstream_failed");
    }

    @Test
    void itEndsWithoutDone() {
        Outcome outcome = stream((_, talk) -> {
            talk.beginEvents();
            talk.event(word(0));
            talk.endEvents();
        });
        outcome.isBrokenStream("upstream_failed");
    }

    @Test
    void itSendsHalfAnEvent() {
        Outcome outcome = stream((_, talk) -> {
            talk.beginEvents();
            talk.event(word(0));
            talk.chunk("data: {\"id\":\"half of");
            Thread.sleep(50);
            talk.close();
        });
        outcome.isBrokenStream("upstream_failed");
        assertThat(outcome.answer.body()).doesNotContain("half of");
    }

    @Test
    void itSaysInTheMiddleThatItFailed() {
        Outcome outcome = stream((_, talk) -> {
            talk.beginEvents();
            talk.event(word(0));
            Thread.sleep(100);
            talk.event("{\"error\":{\"message\":\"CUDA out of memory\"}}");
            talk.chunk("data: [DONE]\n\n");
            talk.endEvents();
        });
        outcome.isBrokenStream("upstream_failed");
        assertThat(outcome.answer.body()).contains("CUDA out of memory");
    }

    @Test
    void itSaysAtOnceThatItFailedAndThenAnswers() {
        Outcome outcome = stream((_, talk) -> {
            if (talk.number() == 1) {
                talk.beginEvents();
                talk.event("{\"error\":{\"message\":\"busy\"}}");
                talk.endEvents();
            } else {
                wholeStream(talk);
            }
        });
        outcome.isServed();
        assertThat(outcome.answer.body()).doesNotContain("error");
    }

    @Test
    void itAnswersWithAPage() {
        json((_, talk) -> talk.raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n<html"))
                .isError(502, "upstream_failed");
    }

    @Test
    void itAnswersInOnePieceWhenAStreamWasWanted() {
        stream((_, talk) -> talk.json(200, Trial.ANSWER)).isError(502, "upstream_failed");
    }

    @Test
    void itsStreamNeverEnds() {
        try (var upstream = ScriptedUpstream.start((_, talk) -> {
                    talk.beginEvents();
                    for (int i = 0; ; i++) {
                        talk.event(word(i));
                        Thread.sleep(20);
                    }
                });
                var trial = Trial.of(
                        options(),
                        new Trial.Plot()
                                .with(Trial.route(
                                        "r",
                                        Duration.ofSeconds(1),
                                        Optional.empty(),
                                        Trial.tier("only", upstream.target()))))) {
            HttpResponse<String> answer = trial.chat(Trial.STREAMED);
            new Outcome(answer, trial.record(), 1).isBrokenStream("upstream_timeout");
        }
    }

    @Test
    void itsHeadIsHuge() {
        json((_, talk) -> talk.json(200, Trial.ANSWER, "X-Padding: " + "x".repeat(100_000)))
                .isError(502, "upstream_failed");
    }

    @Test
    void itDoesNotSpeakHttp() {
        json((_, talk) -> {
                    talk.raw("\u0016\u0003\u0001 this is no HTTP at all\r\n\r\n");
                    talk.close();
                })
                .isError(502, "upstream_failed");
    }

    @Test
    void itsAnswerIsLongerThanTheBound() {
        json((_, talk) -> talk.json(200, "{\"text\":\"" + "x".repeat(70_000) + "\"}"))
                .isError(502, "upstream_failed");
    }

    @Test
    void oneOfItsEventsIsLongerThanTheBound() {
        Outcome outcome = stream((_, talk) -> {
            talk.beginEvents();
            talk.event(word(0));
            Thread.sleep(100);
            for (int i = 0; i < 40; i++) {
                talk.chunk(i == 0 ? "data: {\"id\":\"" : "x".repeat(1000));
            }
            talk.silence(Duration.ofSeconds(5));
        });
        outcome.isBrokenStream("upstream_failed");
    }

    @Test
    void itDoesNotKnowOurKey() {
        Outcome outcome = json((_, talk) -> talk.json(401, "{\"error\":{\"message\":\"sk-secret is wrong\"}}"));
        outcome.isError(502, "upstream_failed");
        assertThat(outcome.answer.body()).doesNotContain("sk-secret");
        assertThat(outcome.asked).isEqualTo(1);
    }

    @Test
    void itFindsTheRequestWrong() {
        Outcome outcome =
                json((_, talk) -> talk.json(400, "{\"error\":{\"message\":\"context of 4096 tokens exceeded\"}}"));
        assertThat(outcome.answer.statusCode()).isEqualTo(400);
        assertThat(outcome.answer.body()).contains("context of 4096");
        assertThat(outcome.ended.costMicros()).isZero();
    }

    @Test
    void itAnswersTwiceToOneRequest() {
        Outcome outcome = json((_, talk) -> {
            talk.json(200, Trial.ANSWER);
            talk.json(200, "{\"smuggled\":true}");
        });
        outcome.isServed();
        assertThat(outcome.answer.body()).isEqualTo(Trial.ANSWER);
    }

    @Test
    void itsChunkSizeIsAbsurd() {
        Outcome outcome = stream((_, talk) -> {
            talk.beginEvents();
            talk.event(word(0));
            talk.raw("FFFFFFFFFFFFFFFFF\r\ndata: x");
            talk.silence(Duration.ofSeconds(5));
        });
        outcome.isBrokenStream("upstream_failed");
    }
}
