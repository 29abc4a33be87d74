package io.stoa.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.cascade.Cascade;
import io.stoa.gateway.policy.Decision;
import io.stoa.gateway.policy.guard.GuardListener;
import io.stoa.gateway.policy.guard.PiiGuard;
import io.stoa.gateway.policy.guard.PiiKind;
import io.stoa.gateway.route.Standing;
import io.stoa.gateway.route.Standings;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.TokenUsage;
import io.stoa.gateway.wire.TraceContext;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who answers, and who may not. */
class RoutingTest {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Standing LIVE = new Standing.Live("sha256:x", new EvidenceRef(1, Digest.of("v")), Instant.MAX);

    private static String answer(String text, boolean logprobs) {
        return "{\"id\":\"a\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
                + "\"message\":{\"role\":\"assistant\",\"content\":\"" + text + "\"},"
                + (logprobs
                        ? "\"logprobs\":{\"content\":[{\"token\":\"x\",\"logprob\":-0.1,\"top_logprobs\":["
                                + "{\"token\":\"x\",\"logprob\":-0.1},{\"token\":\"y\",\"logprob\":-2.6}]}]},"
                        : "")
                + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}";
    }

    /** A cascade that asks the lower tier, and keeps what says {@code sure}. */
    private static final Cascade CASCADE = new Cascade() {
        @Override
        public Choice before(String prompt) {
            return new Choice(!prompt.contains("hard"), "asks for " + prompt);
        }

        @Override
        public Choice after(String prompt, LocalAnswer answer) {
            boolean certain = answer.text().contains("sure")
                    && answer.tokenLogProbabilities().equals(java.util.List.of(-0.1))
                    && Math.abs(answer.margins().getFirst() - 2.5) < 1e-9;
            return new Choice(certain, certain ? "certain enough" : "too uncertain");
        }
    };

    /** A small and a big model, and a gateway before them. */
    private static final class Pair implements AutoCloseable {
        final ScriptedUpstream small;
        final ScriptedUpstream big;
        final Trial trial;

        Pair(ScriptedUpstream.Script smallScript, boolean cascade) {
            small = ScriptedUpstream.start(smallScript);
            big = ScriptedUpstream.start((asked, talk) -> {
                if (asked.body().contains("\"stream\":true")) {
                    talk.beginEvents();
                    talk.event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"from the big one\"}}]}");
                    talk.chunk("data: [DONE]\n\n");
                    talk.endEvents();
                } else {
                    talk.json(200, answer("from the big one", false));
                }
            });
            Trial.Plot plot = new Trial.Plot()
                    .with(Trial.route(
                            "r",
                            DEADLINE,
                            Optional.empty(),
                            Trial.tier("small", small.target("small")),
                            Trial.tier("big", big.target("big"))));
            if (cascade) {
                plot.cascade("r", CASCADE);
            }
            trial = Trial.of(Trial.options(), plot);
        }

        @Override
        public void close() {
            trial.close();
            small.close();
            big.close();
        }
    }

    @Test
    void aCertainLocalAnswerIsSentOnWithoutWhatTheCascadeNeeded() {
        try (Pair pair = new Pair((_, talk) -> talk.json(200, answer("sure", true)), true)) {
            HttpResponse<String> told = pair.trial.chat(Trial.CHAT);
            assertThat(told.body()).contains("sure").doesNotContain("top_logprobs");
            assertThat(told.headers().firstValue("x-stoa-tier")).contains("small");
            assertThat(told.headers().firstValue("x-stoa-reason")).contains("certain enough");
            assertThat(pair.small.asked().getFirst().body())
                    .contains("\"logprobs\":true", "\"top_logprobs\":2", "\"model\":\"small\"");
            assertThat(pair.big.asked()).isEmpty();
            RequestRecord ended = pair.trial.record();
            assertThat(ended.end()).isEqualTo(End.SERVED);
            assertThat(ended.usage()).isEqualTo(new TokenUsage(5, 1));
        }
    }

    @Test
    void aCertainLocalAnswerIsAStreamForWhoWantsOne() {
        try (Pair pair = new Pair((_, talk) -> talk.json(200, answer("sure", true)), true)) {
            HttpResponse<String> told = pair.trial.chat(Trial.STREAMED);
            assertThat(told.headers().firstValue("content-type").orElseThrow()).startsWith("text/event-stream");
            assertThat(told.body())
                    .startsWith("data: {")
                    .contains("\"content\":\"sure\"", "\"finish_reason\":\"stop\"")
                    .endsWith("data: [DONE]\n\n")
                    .doesNotContain("usage\":{");
            assertThat(pair.small.asked().getFirst().body()).doesNotContain("\"stream\":true");
        }
    }

    @Test
    void anUncertainLocalAnswerIsNeverSeenAndBothArePaid() {
        try (Pair pair = new Pair((_, talk) -> talk.json(200, answer("maybe", true)), true)) {
            for (String body : new String[] {Trial.CHAT, Trial.STREAMED}) {
                HttpResponse<String> told = pair.trial.chat(body);
                assertThat(told.body()).contains("from the big one").doesNotContain("maybe");
                assertThat(told.headers().firstValue("x-stoa-tier")).contains("big");
                RequestRecord ended = pair.trial.record();
                assertThat(ended.end()).isEqualTo(End.ESCALATED);
                assertThat(ended.reason()).isEqualTo("too uncertain");
                assertThat(ended.attempts()).isEqualTo(2);
                assertThat(ended.usage().prompt()).isGreaterThan(5);
            }
        }
    }

    @Test
    void aCallersTraceIsContinuedByEveryUpstream() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        try (Pair pair = new Pair((_, talk) -> talk.json(200, answer("maybe", true)), true)) {
            pair.trial.send(pair.trial
                    .request("/v1/chat/completions", Trial.CHAT)
                    .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                    .build());
            TraceContext context = pair.trial.record().trace().orElseThrow();
            assertThat(context.traceId()).isEqualTo(trace);
            assertThat(context.parent()).contains("00f067aa0ba902b7");
            assertThat(pair.small.asked().getFirst().head()).contains("traceparent: " + context.header());
            assertThat(pair.big.asked().getFirst().head()).contains("traceparent: " + context.header());
            pair.trial.chat(Trial.CHAT);
            assertThat(pair.trial.record().trace()).as("nobody asked for one").isEmpty();
        }
    }

    @Test
    void theRouterSendsHardRequestsUpAtOnceAndAFailingLowerTierIsPassedBy() {
        try (Pair pair = new Pair((_, talk) -> talk.json(500, "{}"), true)) {
            assertThat(pair.trial.chat(Trial.CHAT.replace("Hello", "hard")).body())
                    .contains("from the big one");
            assertThat(pair.small.asked()).isEmpty();
            assertThat(pair.trial.record().end()).isEqualTo(End.SERVED);

            assertThat(pair.trial.chat(Trial.CHAT).body()).contains("from the big one");
            assertThat(pair.trial.record().end()).isEqualTo(End.FELL_BACK);
        }
    }

    @Test
    void withoutACertificateNoLocalAnswer() {
        try (Pair pair = new Pair((_, talk) -> talk.json(200, answer("sure", true)), false)) {
            HttpResponse<String> told = pair.trial.chat(Trial.CHAT);
            assertThat(told.body()).contains("from the big one");
            assertThat(told.headers().firstValue("x-stoa-reason").orElseThrow()).contains("no certificate");
            assertThat(pair.small.asked()).isEmpty();
        }
    }

    @Test
    void lapsedIsUnavailableAndForbiddenIsForbidden() {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER)) {
            Trial.Plot plot = Trial.Plot.of(upstream.target())
                    .with(Trial.route("f", DEADLINE, Optional.empty(), Trial.tier("forbidden", upstream.target())))
                    .with(Trial.route("fb", DEADLINE, Optional.of("ok"), Trial.tier("only", upstream.target())))
                    .with(Trial.route("ok", DEADLINE, Optional.empty(), Trial.tier("fine", upstream.target())));
            plot.standings = (tier, _) -> switch (tier.name()) {
                case "only" -> new Standing.Lapsed("the file's digest has changed");
                case "forbidden" -> new Standing.Forbidden("Llama 3.1 licence 1.b", "no use above 700 million users");
                default -> LIVE;
            };
            try (var trial = Trial.of(Trial.options(), plot)) {
                HttpResponse<String> lapsed = trial.chat(Trial.CHAT);
                assertThat(lapsed.statusCode()).isEqualTo(503);
                assertThat(lapsed.body()).contains("digest has changed", "route_not_approved");
                HttpResponse<String> forbidden = trial.chat(Trial.CHAT.replace("\"r\"", "\"f\""));
                assertThat(forbidden.statusCode()).isEqualTo(403);
                assertThat(forbidden.body()).contains("licence 1.b");
                assertThat(upstream.asked()).isEmpty();
                assertThat(trial.record().end()).isEqualTo(End.REFUSED);
                assertThat(trial.record().end()).isEqualTo(End.REFUSED);

                HttpResponse<String> fallback = trial.chat(Trial.CHAT.replace("\"r\"", "\"fb\""));
                assertThat(fallback.statusCode()).isEqualTo(200);
                assertThat(fallback.headers().firstValue("x-stoa-route")).contains("ok");
                assertThat(fallback.headers().firstValue("x-stoa-reason").orElseThrow())
                        .contains("digest has changed");
            }
        }
    }

    @Test
    void theFallbackAnswersWhenTheRouteFailed() {
        try (var broken = ScriptedUpstream.start((_, talk) -> talk.json(500, "{}"));
                var good = ScriptedUpstream.answering(Trial.ANSWER)) {
            Trial.Plot plot = new Trial.Plot()
                    .with(Trial.route("r", DEADLINE, Optional.of("s"), Trial.tier("a", broken.target())))
                    .with(Trial.route("s", DEADLINE, Optional.of("r"), Trial.tier("b", good.target())));
            try (var trial = Trial.of(Trial.options(), plot)) {
                HttpResponse<String> told = trial.chat(Trial.CHAT);
                assertThat(told.statusCode()).isEqualTo(200);
                RequestRecord ended = trial.record();
                assertThat(ended.end()).isEqualTo(End.FELL_BACK);
                assertThat(ended.tier()).contains("b");
                assertThat(ended.attempts()).isEqualTo(3);
                assertThat(ended.reason()).contains("status 500");
            }
        }
    }

    @Test
    void theGuardAndThePurseRefuseBeforeAnybodyIsAsked() {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER)) {
            Trial.Plot plot = Trial.Plot.of(upstream.target());
            plot.guard = (_, facts, _) -> facts.promptBytes() > 5_000
                    ? Optional.of(ApiError.of(400, "invalid_request_error", "guard", "too long"))
                    : Optional.empty();
            try (var trial = Trial.of(Trial.options(), plot)) {
                HttpResponse<String> guarded = trial.chat(Trial.CHAT.replace("Hello", "H".repeat(6000)));
                assertThat(guarded.statusCode()).isEqualTo(400);
                assertThat(trial.purse.reservedMicros).hasValue(0);

                trial.purse.answer = Optional.of(new Decision.Denied(
                        ApiError.of(429, "rate_limit_error", "budget", "used up"),
                        Optional.of(Duration.ofMillis(2500))));
                HttpResponse<String> denied = trial.chat(Trial.CHAT);
                assertThat(denied.statusCode()).isEqualTo(429);
                assertThat(denied.headers().firstValue("retry-after")).contains("3");
                assertThat(upstream.asked()).isEmpty();
            }
        }
    }

    @Test
    void theReasonSaysThatTheFirstTierMayNotServe() {
        try (var big = ScriptedUpstream.answering(Trial.ANSWER)) {
            Trial.Plot plot = new Trial.Plot()
                    .with(Trial.route(
                            "r",
                            DEADLINE,
                            Optional.empty(),
                            Trial.tier("small", big.target("small")),
                            Trial.tier("middle", big.target("middle")),
                            Trial.tier("big", big.target("big"))));
            plot.cascade("r", CASCADE);
            Standings live = plot.standings;
            plot.standings = (tier, use) -> switch (tier.name()) {
                case "small" -> new Standing.Lapsed("the file's digest has changed");
                case "middle" -> new Standing.Lapsed("the verdict has expired");
                default -> live.of(tier, use);
            };
            try (var trial = Trial.of(Trial.options(), plot)) {
                HttpResponse<String> told = trial.chat(Trial.CHAT);
                assertThat(told.headers().firstValue("x-stoa-tier")).contains("big");
                assertThat(told.headers().firstValue("x-stoa-reason"))
                        .contains("its first tier may not serve now: the file's digest has changed");
            }
        }
    }

    /** The model's name behind what is redacted is found again, and neither upstream nor audit sees the address. */
    @Test
    void personalDataIsRedactedBeforeTheRequestGoesOn() {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER)) {
            Trial.Plot plot = Trial.Plot.of(upstream.target());
            plot.guard = new PiiGuard(Map.of(PiiKind.EMAIL, PiiGuard.Action.REDACT), GuardListener.NONE);
            try (var trial = Trial.of(Trial.options().withKeepContent(true), plot)) {
                String redacted = "{\"messages\":[{\"role\":\"user\",\"content\":\"I am [EMAIL]\"}],\"model\":\"%s\"}";
                assertThat(trial.chat(String.format(redacted, "r").replace("[EMAIL]", "jo@example.org"))
                                .statusCode())
                        .isEqualTo(200);
                assertThat(upstream.asked().getFirst().body())
                        .startsWith("{\"messages\":[{\"role\":\"user\",\"content\":\"I am [EMAIL]\"}],\"model\":\"m\"");
                RequestRecord.Content asked = trial.record().request();
                assertThat(asked.kept()).contains(String.format(redacted, "r"));
                assertThat(asked.sha256())
                        .contains(Digest.of(String.format(redacted, "r").getBytes(StandardCharsets.UTF_8)));

                HttpResponse<String> refused = trial.chat(
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"jo@example.org\"}],\"model\":\"nobody\"}");
                assertThat(refused.statusCode()).isEqualTo(404);
                assertThat(trial.record().request().kept().orElseThrow()).contains("[EMAIL]");
                assertThat(trial.chat("{\"messages\":[{\"role\":\"user\",\"content\":\"jo@example.org\"}]}")
                                .statusCode())
                        .isEqualTo(400);
                assertThat(trial.record().request().kept().orElseThrow()).contains("[EMAIL]");
            }
        }
    }

    @Test
    void whatIsSetAsideIsTheWorstThatCanHappen() {
        try (Pair pair = new Pair((_, talk) -> talk.json(200, answer("sure", true)), true)) {
            pair.trial.chat("{\"model\":\"r\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
            // Two tiers, two attempts each, at most 100 tokens of 2 micros each and a prompt of at least its bytes.
            assertThat(pair.trial.purse.reservedMicros.get()).isGreaterThan(4 * (100 * 2 + 60));
            assertThat(pair.small.asked().getFirst().body()).contains("\"max_tokens\":100");
        }
    }

    @Test
    void otherProtocolsAreToldInChatCompletions() {
        try (var upstream = ScriptedUpstream.start((asked, talk) -> {
                    if (asked.body().contains("\"stream\":true")) {
                        talk.beginEvents();
                        talk.event("{\"id\":\"a\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":"
                                + "\"assistant\",\"content\":\"Hi\"}}]}");
                        talk.event("{\"id\":\"a\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},"
                                + "\"finish_reason\":\"stop\"}]}");
                        talk.event("{\"id\":\"a\",\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,"
                                + "\"completion_tokens\":2}}");
                        talk.chunk("data: [DONE]\n\n");
                        talk.endEvents();
                    } else {
                        talk.json(200, Trial.ANSWER);
                    }
                });
                var trial = Trial.of(Trial.options(), upstream.target())) {
            String messages =
                    "{\"model\":\"r\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
            HttpResponse<String> told = trial.post("/v1/messages", messages);
            assertThat(told.body()).contains("\"type\":\"message\"", "\"input_tokens\":7");
            assertThat(upstream.asked().getFirst().head()).startsWith("POST /v1/chat/completions ");
            assertThat(trial.record().usage()).isEqualTo(new TokenUsage(7, 2));

            HttpResponse<String> streamed =
                    trial.post("/v1/messages", messages.replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\""));
            assertThat(streamed.body()).contains("event: message_start", "event: message_stop");
            assertThat(trial.record().usage()).isEqualTo(new TokenUsage(7, 2));

            HttpResponse<String> response = trial.post("/v1/responses", "{\"model\":\"r\",\"input\":\"Hi\"}");
            assertThat(response.body()).contains("\"object\":\"response\"");
            assertThat(trial.record().end()).isEqualTo(End.SERVED);
        }
    }
}
