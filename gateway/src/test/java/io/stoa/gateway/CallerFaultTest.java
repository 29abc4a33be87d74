package io.stoa.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.policy.Decision;
import io.stoa.gateway.policy.Micros;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What callers do wrong, or only differently. */
class CallerFaultTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private static String word(int i) {
        return "{\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w" + i + "\"}}]}";
    }

    private static void assertNothingIsOpen(Trial trial) {
        trial.assertNothingIsReserved();
        assertThat(trial.purse.settledTwice).hasValue(0);
        assertThat(trial.server.requests()).isZero();
    }

    @Test
    void leavingBeforeTheFirstByteCancelsTheUpstream() throws Exception {
        try (var upstream = ScriptedUpstream.start((_, talk) -> talk.silence(Duration.ofSeconds(20)));
                var trial = Trial.of(Trial.options(), upstream.target())) {
            RawCaller caller = new RawCaller(trial).send(RawCaller.post(Trial.CHAT));
            while (upstream.asked().isEmpty()) {
                Thread.sleep(5);
            }
            long left = System.nanoTime();
            caller.close();
            assertThat(upstream.sawLeaving(SOON)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - left)).isLessThan(Duration.ofSeconds(1));
            RequestRecord ended = trial.record();
            assertThat(ended.end()).isEqualTo(End.ABANDONED);
            assertThat(ended.usage().prompt())
                    .as("the prompt may have been read")
                    .isPositive();
            assertThat(ended.attempts()).isEqualTo(1);
            assertNothingIsOpen(trial);
        }
    }

    @Test
    void leavingInTheMiddleCancelsTheUpstreamAndChargesWhatPassed() throws Exception {
        try (var upstream = ScriptedUpstream.start((_, talk) -> {
                    talk.beginEvents();
                    for (int i = 0; i < 5; i++) {
                        talk.event(word(i));
                    }
                    talk.silence(Duration.ofSeconds(20));
                });
                var trial = Trial.of(Trial.options(), upstream.target())) {
            try (RawCaller caller = new RawCaller(trial).send(RawCaller.post(Trial.STREAMED))) {
                assertThat(caller.readUntil("w4", SOON)).contains("w4");
            }
            assertThat(upstream.sawLeaving(SOON)).isTrue();
            RequestRecord ended = trial.record();
            assertThat(ended.end()).isEqualTo(End.ABANDONED);
            assertThat(ended.usage().completion()).isEqualTo(5);
            assertNothingIsOpen(trial);
        }
    }

    @Test
    void leavingAfterTheLastByteChangesNothing() throws Exception {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options(), upstream.target())) {
            try (RawCaller caller = new RawCaller(trial).send(RawCaller.post(Trial.CHAT))) {
                assertThat(caller.readUntil("\"total_tokens\":9}}", SOON)).contains("200 OK");
            }
            assertThat(trial.record().end()).isEqualTo(End.SERVED);
            assertNothingIsOpen(trial);
        }
    }

    @Test
    void leavingWhileTheStoreIsAskedGivesEverythingBack() throws Exception {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options(), upstream.target())) {
            CompletableFuture<Decision> decision = new CompletableFuture<>();
            trial.purse.slow = Optional.of(decision);
            RawCaller caller = new RawCaller(trial).send(RawCaller.post(Trial.CHAT));
            while (trial.server.requests() == 0) {
                Thread.sleep(5);
            }
            Thread.sleep(100);
            caller.close();
            assertThat(trial.record().end()).isEqualTo(End.ABANDONED);
            decision.complete(new Decision.Admitted(trial.purse.reserve(new Micros(100))));
            Thread.sleep(200);
            assertThat(upstream.asked()).isEmpty();
            assertThat(trial.purse.chargedMicros).hasValue(0);
            assertNothingIsOpen(trial);
        }
    }

    @Test
    void aSlowReaderHoldsTheUpstreamBack() throws Exception {
        AtomicLong sent = new AtomicLong();
        String big = "{\"choices\":[{\"delta\":{\"content\":\"" + "x".repeat(8000) + "\"}}]}";
        try (var upstream = ScriptedUpstream.start((_, talk) -> {
                    talk.beginEvents();
                    for (int i = 0; i < 8_000; i++) {
                        talk.event(big);
                        sent.addAndGet(big.length());
                    }
                    talk.chunk("data: [DONE]\n\n");
                    talk.endEvents();
                });
                var trial = Trial.of(Trial.options(), upstream.target())) {
            try (RawCaller caller = new RawCaller(trial)) {
                caller.send(RawCaller.post(Trial.STREAMED));
                long before = -1;
                while (sent.get() == 0 || sent.get() != before) {
                    before = sent.get();
                    Thread.sleep(700);
                }
                assertThat(sent.get()).as("of 64 MB, what buffers hold").isBetween(1L, 40_000_000L);
                byte[] buffer = new byte[1 << 16];
                long read = 0;
                caller.socket().setSoTimeout(10_000);
                while (read < 64_000_000) {
                    int more = caller.socket().getInputStream().read(buffer);
                    assertThat(more)
                            .as("after %d bytes: %s", read, trial.records)
                            .isPositive();
                    read += more;
                }
            }
            assertThat(trial.record().end()).isIn(End.SERVED, End.ABANDONED);
            assertNothingIsOpen(trial);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
        try (var upstream = ScriptedUpstream.start((asked, talk) -> {
                    if (asked.body().contains("first")) {
                        Thread.sleep(200);
                    }
                    talk.json(200, "{\"said\":\"" + (asked.body().contains("first") ? "one" : "two") + "\"}");
                });
                var trial = Trial.of(Trial.options(), upstream.target());
                RawCaller caller = new RawCaller(trial)) {
            caller.send(RawCaller.post(Trial.CHAT.replace("Hello", "first")) + RawCaller.post(Trial.CHAT));
            String answers = caller.readUntil("two", SOON);
            assertThat(answers.indexOf("one")).isPositive().isLessThan(answers.indexOf("two"));
            assertThat(trial.record().end()).isEqualTo(End.SERVED);
            assertThat(trial.record().end()).isEqualTo(End.SERVED);
            assertNothingIsOpen(trial);
        }
    }

    @Test
    void whoExpectsToContinueIsToldAfterTheKeyWasSeen() throws Exception {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options(), upstream.target());
                RawCaller known = new RawCaller(trial);
                RawCaller unknown = new RawCaller(trial)) {
            String head = RawCaller.post(Trial.CHAT, "Expect: 100-continue").replace(Trial.CHAT, "");
            known.send(head);
            assertThat(known.readUntil("\r\n\r\n", SOON)).startsWith("HTTP/1.1 100 ");
            known.send(Trial.CHAT);
            assertThat(known.readUntil("total_tokens", SOON)).contains("200 OK");

            unknown.send(head.replace(Trial.KEY, "stranger"));
            assertThat(unknown.readAll(SOON)).startsWith("HTTP/1.1 401").endsWith("<closed>");
        }
    }

    @Test
    void whoSendsTooSlowlyIsSentAway() throws Exception {
        GatewayOptions options =
                Trial.options().with(Bounds.DEFAULT.withTimes(Duration.ofMillis(500), Duration.ofMillis(700)));
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(options, upstream.target());
                RawCaller silent = new RawCaller(trial);
                RawCaller slowHead = new RawCaller(trial);
                RawCaller slowBody = new RawCaller(trial)) {
            slowHead.send("POST /v1/chat/completions HTTP/1.1\r\nHost: loc");
            slowBody.send(RawCaller.post(Trial.CHAT).substring(0, 160));
            assertThat(slowBody.readAll(SOON))
                    .contains(" 408 ", "request_timeout")
                    .endsWith("<closed>");
            assertThat(silent.readAll(SOON)).isEqualTo("<closed>");
            assertThat(slowHead.readAll(SOON)).endsWith("<closed>");
            assertNothingIsOpen(trial);
        }
    }

    @Test
    void anIdleConnectionIsClosedAndAWorkingOneIsNot() throws Exception {
        GatewayOptions options =
                Trial.options().with(Bounds.DEFAULT.withTimes(Duration.ofMillis(400), Duration.ofMillis(400)));
        try (var upstream = ScriptedUpstream.start((_, talk) -> {
                    Thread.sleep(1200);
                    talk.json(200, Trial.ANSWER);
                });
                var trial = Trial.of(options, upstream.target());
                RawCaller caller = new RawCaller(trial)) {
            caller.send(RawCaller.post(Trial.CHAT));
            assertThat(caller.readUntil("total_tokens", SOON)).contains("200 OK");
            assertThat(caller.readAll(SOON)).endsWith("<closed>");
        }
    }

    @Test
    void contradictoryLengthsAreRefused() throws Exception {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options(), upstream.target());
                RawCaller both = new RawCaller(trial);
                RawCaller two = new RawCaller(trial)) {
            both.send(RawCaller.post(Trial.CHAT, "Transfer-Encoding: chunked"));
            assertThat(both.readAll(SOON)).startsWith("HTTP/1.1 400").endsWith("<closed>");
            two.send(RawCaller.post(Trial.CHAT, "Content-Length: 3"));
            assertThat(two.readAll(SOON)).startsWith("HTTP/1.1 400").endsWith("<closed>");
            assertThat(upstream.asked()).isEmpty();
        }
    }

    @Test
    void floodsOfHeadersAndAbsurdChunksAreRefused() throws Exception {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options(), upstream.target());
                RawCaller flood = new RawCaller(trial);
                RawCaller chunks = new RawCaller(trial);
                RawCaller garbage = new RawCaller(trial)) {
            flood.send("GET /health HTTP/1.1\r\nHost: localhost\r\n" + "X-A: aaaaaaaaaaaaaaaaaaaaa\r\n".repeat(2000));
            assertThat(flood.readUntil("\r\n\r\n", SOON)).contains(" 431 ");
            chunks.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + Trial.KEY
                    + "\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFFFFF\r\n{}");
            assertThat(chunks.readAll(SOON)).endsWith("<closed>").doesNotContain(" 200 ");
            garbage.send("\u0000\u0001\u0002 nothing\r\n\r\n");
            assertThat(garbage.readAll(SOON)).contains(" 400 ").endsWith("<closed>");
            assertThat(upstream.asked()).isEmpty();
            assertNothingIsOpen(trial);
        }
    }

    @Test
    void bodiesThatAreTooLongAreRefusedBeforeAndWhileTheyCome() throws Exception {
        GatewayOptions options = Trial.options().with(Bounds.DEFAULT.withBytes(10_000, 10_000, 10_000));
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(options, upstream.target());
                RawCaller told = new RawCaller(trial);
                RawCaller untold = new RawCaller(trial)) {
            told.send(RawCaller.post("{}").replace("Content-Length: 2", "Content-Length: 999999999"));
            assertThat(told.readAll(SOON)).contains(" 413 ", "request_too_large");
            untold.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + Trial.KEY
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 6; i++) {
                untold.send("7d0\r\n" + "x".repeat(2000) + "\r\n");
            }
            assertThat(untold.readUntil("request_too_large", SOON)).contains(" 413 ");
            assertNothingIsOpen(trial);
        }
    }

    @Test
    void badJsonIsToldFromBadUtf8AndDepth() {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options(), upstream.target())) {
            for (String body : List.of(
                    "",
                    "{",
                    "[]",
                    "null",
                    "{\"model\":\"r\",\"messages\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}",
                    Trial.CHAT + "x",
                    "{\"model\":7}")) {
                HttpResponse<String> answer = trial.chat(body);
                assertThat(answer.statusCode())
                        .as(body.substring(0, Math.min(40, body.length())))
                        .isEqualTo(400);
                assertThat(trial.record().end()).isEqualTo(End.REFUSED);
            }
            assertThat(upstream.asked()).isEmpty();
            assertNothingIsOpen(trial);
        }
    }

    @Test
    void strangersNamesForThisMachineAreRefused() throws Exception {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options(), upstream.target());
                RawCaller caller = new RawCaller(trial)) {
            caller.send(RawCaller.post(Trial.CHAT).replace("Host: localhost", "Host: evil.example"));
            assertThat(caller.readAll(SOON)).startsWith("HTTP/1.1 403").contains("foreign_host");
        }
    }

    @Test
    void manyIdleConnectionsCostLittleAndTooManyAreClosed() throws IOException, InterruptedException {
        int most = Integer.getInteger("stoa.trial.connections", 300);
        GatewayOptions options = Trial.options().with(Bounds.DEFAULT.withCounts(100, most));
        List<Socket> open = new ArrayList<>();
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(options, upstream.target())) {
            System.gc();
            long before =
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            for (int i = 0; i < most - 5; i++) {
                open.add(new Socket(InetAddress.getLoopbackAddress(), trial.port()));
            }
            assertThat(trial.chat(Trial.CHAT).statusCode()).isEqualTo(200);
            System.gc();
            long after =
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            assertThat((after - before) / most).as("bytes of heap for each").isLessThan(40_000);
            System.out.println(most + " idle connections: " + (after - before) / most + " bytes of heap each");
            for (int i = 0; i < 20; i++) {
                open.add(new Socket(InetAddress.getLoopbackAddress(), trial.port()));
            }
            open.getLast().setSoTimeout(5000);
            assertThat(open.getLast().getInputStream().read()).isEqualTo(-1);
        } finally {
            for (Socket each : open) {
                each.close();
            }
        }
    }
}
