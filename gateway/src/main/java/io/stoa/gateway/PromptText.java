package io.stoa.gateway;

import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.RequestFacts;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The text that a cascade judges. */
final class PromptText {
    private PromptText() {}

    /** All messages' text, one after another; absent for what cascades do not judge: tools, several answers, batches. */
    static Optional<String> of(RequestFacts facts, byte[] body) {
        if (facts.call() != ApiCall.CHAT_COMPLETIONS
                || facts.choices() != 1
                || facts.prompts() != 1
                || !facts.tools().isEmpty()) {
            return Optional.empty();
        }
        try {
            StringBuilder text = new StringBuilder();
            for (JsonNode message : JsonMapper.shared().readTree(body).path("messages")) {
                append(message.path("content"), text);
            }
            return Optional.of(text.toString());
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static void append(JsonNode content, StringBuilder text) {
        if (content.isString()) {
            line(content.stringValue(), text);
        } else {
            for (JsonNode part : content) {
                if (part.path("text").isString()) {
                    line(part.path("text").stringValue(), text);
                }
            }
        }
    }

    private static void line(String more, StringBuilder text) {
        if (!text.isEmpty()) {
            text.append('\n');
        }
        text.append(more);
    }
}
