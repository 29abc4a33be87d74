package io.stoa.gateway.wire;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A conversation for chat completions in the making. What an assistant says and calls in a row is one message. */
final class ChatMessages {
    private final ArrayNode messages = Json.MAPPER.createArrayNode();

    ArrayNode json() {
        return messages;
    }

    void text(String role, String text) {
        messages.addObject().put("role", role).put("content", text);
    }

    /** Parts of a content: texts alone are one string, which every template can read. */
    void parts(String role, List<ObjectNode> parts) {
        if (parts.stream().allMatch(part -> part.path("type").asString("").equals("text"))) {
            List<String> texts = new ArrayList<>();
            parts.forEach(part -> texts.add(part.path("text").asString("")));
            text(role, String.join("\n", texts));
        } else {
            messages.addObject().put("role", role).putArray("content").addAll(parts);
        }
    }

    void assistantText(String text) {
        ObjectNode message = assistant();
        String before = message.path("content").asString("");
        message.put("content", before.isEmpty() ? text : before + "\n" + text);
    }

    void reasoning(String text) {
        if (!text.isEmpty()) {
            assistant().put("reasoning_content", text);
        }
    }

    void toolCall(String id, String name, String arguments) {
        ObjectNode message = assistant();
        ArrayNode calls =
                message.path("tool_calls") instanceof ArrayNode given ? given : message.putArray("tool_calls");
        calls.addObject()
                .put("id", id)
                .put("type", "function")
                .putObject("function")
                .put("name", name)
                .put("arguments", arguments);
    }

    void toolResult(String id, String result) {
        messages.addObject().put("role", "tool").put("tool_call_id", id).put("content", result);
    }

    static ObjectNode textPart(String text) {
        return Json.MAPPER.createObjectNode().put("type", "text").put("text", text);
    }

    static ObjectNode imagePart(String url, JsonNode detail) {
        ObjectNode part = Json.MAPPER.createObjectNode().put("type", "image_url");
        ObjectNode image = part.putObject("image_url").put("url", url);
        if (detail.isString()) {
            image.set("detail", detail);
        }
        return part;
    }

    private ObjectNode assistant() {
        if (!messages.isEmpty()
                && messages.get(messages.size() - 1) instanceof ObjectNode last
                && last.path("role").asString("").equals("assistant")) {
            return last;
        }
        return messages.addObject().put("role", "assistant").putNull("content");
    }
}
