package io.stoa.gateway;

import io.stoa.gateway.cascade.Cascade.LocalAnswer;
import io.stoa.gateway.wire.TokenUsage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What the lower tier answered: one choice in text, with its log-probabilities where it tells them. */
final class LocalReply {
    private final ObjectNode reply;
    private final ObjectNode choice;

    private LocalReply(ObjectNode reply, ObjectNode choice) {
        this.reply = reply;
        this.choice = choice;
    }

    /** The reply in an answer's bytes; absent when it is none. */
    static Optional<LocalReply> read(byte[] bytes) {
        try {
            return JsonMapper.shared().readTree(bytes) instanceof ObjectNode reply
                            && reply.path("choices").path(0) instanceof ObjectNode choice
                            && choice.path("message") instanceof ObjectNode
                    ? Optional.of(new LocalReply(reply, choice))
                    : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    Optional<TokenUsage> usage() {
        JsonNode usage = reply.path("usage");
        return usage.isObject()
                ? Optional.of(new TokenUsage(
                        Math.max(0, usage.path("prompt_tokens").asLong(0)),
                        Math.max(0, usage.path("completion_tokens").asLong(0))))
                : Optional.empty();
    }

    LocalAnswer answer() {
        List<Double> chosen = new ArrayList<>();
        List<Double> margins = new ArrayList<>();
        for (JsonNode token : choice.path("logprobs").path("content")) {
            double logProbability = token.path("logprob").asDouble(0);
            chosen.add(logProbability);
            JsonNode top = token.path("top_logprobs");
            if (top.size() > 1) {
                margins.add(top.path(0).path("logprob").asDouble(0)
                        - top.path(1).path("logprob").asDouble(0));
            }
        }
        return new LocalAnswer(
                choice.path("message").path("content").asString(""),
                choice.path("finish_reason").asString(""),
                chosen,
                margins.size() == chosen.size() ? margins : List.of());
    }

    /** The answer as its caller gets it: what was asked for the cascade only is taken out. */
    byte[] asAnswer() {
        choice.remove("logprobs");
        return JsonMapper.shared().writeValueAsBytes(reply);
    }

    /** The answer as a stream of its role, its text and its end. */
    byte[] asStream(boolean withUsage) {
        StringBuilder events = new StringBuilder();
        ObjectNode first = chunk();
        ObjectNode delta = first.withArray("/choices").addObject().put("index", 0).putObject("delta");
        delta.put("role", "assistant").set("content", choice.path("message").path("content"));
        append(events, first);
        ObjectNode last = chunk();
        ObjectNode end = last.withArray("/choices").addObject().put("index", 0);
        end.putObject("delta");
        end.set("finish_reason", choice.path("finish_reason"));
        append(events, last);
        if (withUsage) {
            ObjectNode usage = chunk();
            usage.withArray("/choices");
            usage.set("usage", reply.path("usage"));
            append(events, usage);
        }
        return events.append("data: [DONE]\n\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private ObjectNode chunk() {
        ObjectNode chunk = JsonMapper.shared().createObjectNode();
        chunk.set("id", reply.path("id"));
        chunk.put("object", "chat.completion.chunk");
        chunk.set("created", reply.path("created"));
        chunk.set("model", reply.path("model"));
        return chunk;
    }

    private static void append(StringBuilder events, ObjectNode chunk) {
        events.append("data: ").append(chunk).append("\n\n");
    }
}
