package io.stoa.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.wire.TokenUsage;
import io.stoa.model.Digest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class GatewayServerTest {
    private static void stream(ScriptedUpstream.Talk talk, int events) throws java.io.IOException {
        talk.beginEvents();
        for (int i = 0; i < events; i++) {
            talk.event("{\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w" + i + "\"}}]}");
        }
        talk.event("{\"id\":\"a\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":" + events
                + ",\"total_tokens\":" + (7 + events) + "}}");
        talk.chunk("data: [DONE]\n\n");
        talk.endEvents();
    }

    @Test
    void anAnswerPassesAndIsChargedByItsUsage() {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options(), upstream.target("real-name"))) {
            HttpResponse<String> answer = trial.chat(Trial.CHAT);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(Trial.ANSWER);
            assertThat(answer.headers().firstValue("x-stoa-route")).contains("r");
            assertThat(answer.headers().firstValue("x-stoa-tier")).contains("only");
            assertThat(answer.headers().firstValue("x-stoa-reason")).contains("the only tier of its route");
            assertThat(upstream.asked().getFirst().body()).contains("\"model\":\"real-name\"");
            assertThat(upstream.asked().getFirst().head()).doesNotContain(Trial.KEY);

            RequestRecord ended = trial.record();
            assertThat(ended.end()).isEqualTo(RequestRecord.End.SERVED);
            assertThat(ended.id())
                    .isEqualTo(answer.headers().firstValue("x-request-id").orElseThrow());
            assertThat(ended.usage()).isEqualTo(new TokenUsage(7, 2));
            assertThat(ended.costMicros()).isEqualTo(7 + 2 * 2);
            assertThat(ended.verdict()).hasValue(7);
            assertThat(ended.request().sha256()).contains(Digest.of(Trial.CHAT));
            assertThat(ended.answer().sha256()).contains(Digest.of(Trial.ANSWER));
            assertThat(ended.attempts()).isEqualTo(1);
            trial.assertNothingIsReserved();
            assertThat(trial.purse.chargedMicros).hasValue(11);
        }
    }

    @Test
    void aStreamPassesEventByEventWithoutTheUsageThatNobodyAskedFor() {
        try (var upstream = ScriptedUpstream.start((_, talk) -> stream(talk, 50));
                var trial = Trial.of(Trial.options(), upstream.target())) {
            HttpResponse<String> answer = trial.chat(Trial.STREAMED);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type").orElseThrow())
                    .startsWith("text/event-stream");
            assertThat(answer.body())
                    .contains("w0\"", "w49\"")
                    .endsWith("data: [DONE]\n\n")
                    .doesNotContain("\"usage\"");
            assertThat(upstream.asked().getFirst().body()).contains("\"include_usage\":true");
            RequestRecord ended = trial.record();
            assertThat(ended.end()).isEqualTo(RequestRecord.End.SERVED);
            assertThat(ended.usage()).isEqualTo(new TokenUsage(7, 50));
            assertThat(ended.answer().sha256()).contains(Digest.of(answer.body()));
        }
    }

    @Test
    void whoHasNoKeyIsToldSo() {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options(), upstream.target())) {
            HttpResponse<String> answer = trial.send(trial.request("/v1/chat/completions", Trial.CHAT)
                    .setHeader("Authorization", "Bearer other")
                    .build());

            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).contains("invalid_api_key");
            assertThat(upstream.asked()).isEmpty();
            assertThat(trial.record().end()).isEqualTo(RequestRecord.End.REFUSED);
        }
    }

    @Test
    void anUnknownRouteIsNotFound() {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options(), upstream.target())) {
            HttpResponse<String> answer = trial.chat(Trial.CHAT.replace("\"r\"", "\"gpt\""));

            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).contains("model_not_found", "gpt");
            assertThat(trial.purse.reservedMicros).hasValue(0);
        }
    }

    @Test
    void healthReadinessAndModelsAreThere() {
        try (var upstream = ScriptedUpstream.answering(Trial.ANSWER);
                var trial = Trial.of(Trial.options(), upstream.target())) {
            assertThat(trial.get("/health").body()).contains("ok");
            assertThat(trial.post("/health", "{}").statusCode()).isEqualTo(405);
            assertThat(trial.post("/v1/models", "{}").body()).contains("method_not_allowed", "wants GET");
            assertThat(trial.get("/ready").statusCode()).isEqualTo(200);
            assertThat(trial.get("/v1/models").body()).contains("\"id\":\"r\"");
            assertThat(trial.get("/nowhere").statusCode()).isEqualTo(404);
            assertThat(trial.records).isEmpty();
        }
    }
}
