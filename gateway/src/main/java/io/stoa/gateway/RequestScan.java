package io.stoa.gateway;

import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The few facts without which no request can be routed. */
final class RequestScan {
    private static final JsonFactory JSON = new JsonFactory();

    private RequestScan() {}

    static RequestFacts scan(ApiCall call, byte[] body) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            return scan(call, body, parser);
        } catch (JacksonException e) {
            throw new RefusedRequest(ApiError.invalid("the body is not JSON: " + e.getOriginalMessage()));
        }
    }

    private static RequestFacts scan(ApiCall call, byte[] body, JsonParser parser) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new RefusedRequest(ApiError.invalid("the body is not a JSON object"));
        }
        String model = "";
        int start = 0;
        int end = 0;
        boolean stream = false;
        boolean usage = false;
        int choices = 1;
        OptionalInt most = OptionalInt.empty();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "model" -> {
                    if (value != JsonToken.VALUE_STRING) {
                        throw new RefusedRequest(ApiError.field("model", "is not a string"));
                    }
                    start = (int) parser.currentTokenLocation().getByteOffset();
                    model = parser.getString();
                    end = (int) parser.currentLocation().getByteOffset();
                }
                case "stream" -> stream = value == JsonToken.VALUE_TRUE;
                case "n" -> choices = value == JsonToken.VALUE_NUMBER_INT ? parser.getIntValue() : 1;
                case "max_tokens", "max_completion_tokens" ->
                    most = value == JsonToken.VALUE_NUMBER_INT ? OptionalInt.of(parser.getIntValue()) : most;
                case "stream_options" -> {
                    usage = value == JsonToken.START_OBJECT && wantsUsage(parser);
                }
                default -> parser.skipChildren();
            }
        }
        if (model.isEmpty()) {
            throw new RefusedRequest(ApiError.field("model", "is missing: name a route"));
        }
        return new RequestFacts(
                call, model, start, end, stream, usage, most, choices, 1, List.of(), body.length);
    }

    private static boolean wantsUsage(JsonParser parser) {
        boolean wants = false;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            wants |= parser.nextToken() == JsonToken.VALUE_TRUE && "include_usage".equals(name);
            parser.skipChildren();
        }
        return wants;
    }
}
