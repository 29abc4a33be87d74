package io.stoa.gateway;

import io.stoa.gateway.wire.RequestFacts;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import tools.jackson.databind.json.JsonMapper;

/** A request's body with the upstream's name for the model, by splicing bytes. */
final class BodyEdit {
    private BodyEdit() {}

    /**
     * What an upstream is sent.
     *
     * @param answerTokens the most tokens of an answer, where the caller sets none
     * @param askUsage whether the stream is to end with its usage, though the caller did not ask for it
     */
    static Buffer edit(byte[] body, RequestFacts facts, String model, OptionalInt answerTokens, boolean askUsage) {
        Buffer edited = Buffer.buffer(body.length + 96);
        int open = 0;
        while (body[open] != '{') {
            open++;
        }
        edited.appendBytes(body, 0, open + 1);
        if (answerTokens.isPresent() && facts.maxTokens().isEmpty()) {
            edited.appendString("\"max_tokens\":" + answerTokens.getAsInt() + ",");
        }
        if (askUsage) {
            edited.appendString("\"stream_options\":{\"include_usage\":true},");
        }
        edited.appendBytes(body, open + 1, facts.modelStart() - open - 1);
        edited.appendString(
                JsonMapper.shared().writeValueAsString(model), StandardCharsets.UTF_8.name());
        return edited.appendBytes(body, facts.modelEnd(), body.length - facts.modelEnd());
    }
}
