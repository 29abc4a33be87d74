package io.stoa.gateway;

import io.vertx.core.buffer.Buffer;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A request as the lower tier is asked it: in one piece, and with the log-probabilities that tell how sure it is. */
final class LocalAsk {
    private static final JsonMapper EXACT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** The likeliest and the one after it. */
    private static final int ALTERNATIVES = 2;

    private LocalAsk() {}

    static Buffer edited(byte[] body, String model, int answerTokens) {
        ObjectNode request = (ObjectNode) EXACT.readTree(body);
        request.put("model", model).put("logprobs", true).put("top_logprobs", ALTERNATIVES);
        request.remove("stream");
        request.remove("stream_options");
        if (!request.has("max_tokens") && !request.has("max_completion_tokens")) {
            request.put("max_tokens", answerTokens);
        }
        return Buffer.buffer(EXACT.writeValueAsBytes(request));
    }
}
