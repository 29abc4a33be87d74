package io.stoa.gateway;

import io.stoa.gateway.wire.TokenUsage;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** What an answer says that it used. */
final class AnswerScan {
    private static final JsonFactory JSON = new JsonFactory();

    private AnswerScan() {}

    /** @throws RefusedRequest never; an answer that is not JSON has no usage */
    static Optional<TokenUsage> usage(byte[] answer) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), answer)) {
            Optional<TokenUsage> found = Optional.empty();
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if ("usage".equals(name) && value == JsonToken.START_OBJECT) {
                    found = Optional.of(usage(parser));
                } else {
                    parser.skipChildren();
                }
            }
            return found;
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static TokenUsage usage(JsonParser parser) {
        long prompt = 0;
        long completion = 0;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.VALUE_NUMBER_INT && "prompt_tokens".equals(name)) {
                prompt = Math.max(0, parser.getLongValue());
            } else if (value == JsonToken.VALUE_NUMBER_INT && "completion_tokens".equals(name)) {
                completion = Math.max(0, parser.getLongValue());
            } else {
                parser.skipChildren();
            }
        }
        return new TokenUsage(prompt, completion);
    }
}
