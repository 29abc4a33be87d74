package io.stoa.gateway.wire;

import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Anthropic's {@code count_tokens}, told as {@code /tokenize} of a conversation, as vLLM has it. */
public final class TokenCount {
    private TokenCount() {}

    /**
     * The body for {@code /tokenize}, with the model as its caller named it.
     *
     * @param body a body that {@link RequestScan} has accepted
     * @throws RefusedRequest when the conversation cannot be told
     */
    public static byte[] tokenize(byte[] body) {
        JsonNode request = Json.MAPPER.readTree(body);
        ObjectNode tokenize = Json.MAPPER.createObjectNode();
        tokenize.set("model", request.path("model"));
        tokenize.set("messages", MessagesTranslation.conversation(request));
        MessagesTranslation.tools(request.path("tools"), tokenize);
        return Json.MAPPER.writeValueAsBytes(tokenize.put("add_generation_prompt", true));
    }

    /** How many tokens an answer of {@code /tokenize} tells; absent when it tells none. */
    public static OptionalLong of(byte[] answer) {
        try {
            JsonNode tree = Json.MAPPER.readTree(answer);
            if (tree.path("count").isIntegralNumber()) {
                return OptionalLong.of(tree.path("count").asLong());
            }
            return tree.path("tokens").isArray()
                    ? OptionalLong.of(tree.path("tokens").size())
                    : OptionalLong.empty();
        } catch (JacksonException _) {
            return OptionalLong.empty();
        }
    }

    /** The answer of {@code count_tokens}. */
    public static byte[] answer(long tokens) {
        return Json.MAPPER.writeValueAsBytes(Json.MAPPER.createObjectNode().put("input_tokens", tokens));
    }
}
