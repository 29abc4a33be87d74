package io.stoa.gateway.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A whole chat completion or completion, told as the events of a stream to a caller who wanted one. */
public final class AnswerToEvents {
    private AnswerToEvents() {}

    /**
     * The events, with {@code [DONE]} at their end.
     *
     * @param includeUsage whether the caller asked for usage
     * @param logprobs whether the caller asked for log-probabilities; without, they are left out
     * @throws IllegalArgumentException when this is no answer with choices
     */
    public static byte[] events(byte[] answer, boolean includeUsage, boolean logprobs) {
        JsonNode whole;
        try {
            whole = Json.MAPPER.readTree(answer);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the upstream's answer is not JSON", e);
        }
        if (!whole.path("choices").isArray()) {
            throw new IllegalArgumentException("the upstream's answer has no choices");
        }
        ObjectNode head = Json.MAPPER.createObjectNode();
        boolean chat = !whole.path("object").asString("").equals("text_completion");
        for (String name : new String[] {"id", "object", "created", "model", "system_fingerprint", "service_tier"}) {
            if (whole.has(name)) {
                head.set(name, whole.get(name));
            }
        }
        head.put("object", chat ? "chat.completion.chunk" : "text_completion");
        ByteArrayOutputStream out = new ByteArrayOutputStream(answer.length + 512);
        for (JsonNode choice : whole.path("choices")) {
            if (chat) {
                chat(head, choice, logprobs, out);
            } else {
                ObjectNode told = choice.deepCopy().asObject();
                if (!logprobs) {
                    told.putNull("logprobs");
                }
                event(head, told, out);
            }
        }
        if (includeUsage && whole.path("usage").isObject()) {
            ObjectNode last = head.deepCopy();
            last.putArray("choices");
            last.set("usage", whole.path("usage"));
            event(last, out);
        }
        out.writeBytes("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private static void chat(ObjectNode head, JsonNode choice, boolean logprobs, ByteArrayOutputStream out) {
        JsonNode index = choice.path("index");
        JsonNode message = choice.path("message");
        event(
                head,
                told(
                        index,
                        Json.MAPPER.createObjectNode().put("role", "assistant").put("content", "")),
                out);
        for (String name : new String[] {"reasoning_content", "reasoning", "refusal"}) {
            if (message.path(name).isString()) {
                event(head, told(index, Json.MAPPER.createObjectNode().set(name, message.path(name))), out);
            }
        }
        boolean text = !message.path("content").asString("").isEmpty();
        JsonNode probabilities = choice.path("logprobs");
        boolean probable = logprobs && probabilities.isObject();
        if (text || probable) {
            ObjectNode delta = Json.MAPPER.createObjectNode();
            if (text) {
                delta.set("content", message.path("content"));
            }
            ObjectNode told = told(index, delta);
            if (probable) {
                told.set("logprobs", probabilities);
            }
            event(head, told, out);
        }
        if (!message.path("tool_calls").isEmpty()) {
            ObjectNode delta = Json.MAPPER.createObjectNode();
            ArrayNode calls = delta.putArray("tool_calls");
            for (JsonNode call : message.path("tool_calls")) {
                ObjectNode piece = Json.MAPPER.createObjectNode().put("index", calls.size());
                piece.setAll(call.asObject());
                calls.add(piece);
            }
            event(head, told(index, delta), out);
        }
        ObjectNode last = told(index, Json.MAPPER.createObjectNode());
        if (choice.has("finish_reason")) {
            last.set("finish_reason", choice.path("finish_reason"));
        }
        event(head, last, out);
    }

    private static ObjectNode told(JsonNode index, ObjectNode delta) {
        ObjectNode choice = Json.MAPPER.createObjectNode().put("index", index.asInt(0));
        choice.set("delta", delta);
        return choice.putNull("logprobs").putNull("finish_reason");
    }

    private static void event(ObjectNode head, ObjectNode choice, ByteArrayOutputStream out) {
        ObjectNode chunk = head.deepCopy();
        chunk.putArray("choices").add(choice);
        event(chunk, out);
    }

    private static void event(ObjectNode chunk, ByteArrayOutputStream out) {
        out.writeBytes("data: ".getBytes(StandardCharsets.UTF_8));
        out.writeBytes(Json.MAPPER.writeValueAsBytes(chunk));
        out.writeBytes(new byte[] {'\n', '\n'});
    }
}
