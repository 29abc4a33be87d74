package io.stoa.gateway;

import java.nio.charset.StandardCharsets;
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

    /** An answer's bytes, which are known to have a choice. */
    static LocalReply read(byte[] bytes) {
        ObjectNode reply = (ObjectNode) JsonMapper.shared().readTree(bytes);
        return new LocalReply(reply, (ObjectNode) reply.path("choices").path(0));
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
        ObjectNode delta =
                first.withArray("/choices").addObject().put("index", 0).putObject("delta");
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
