package io.stoa.gateway.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** Errors as the clients of each protocol read them. */
public final class ErrorBody {
    private ErrorBody() {}

    /**
     * An error's body.
     *
     * @param call decides the shape: Anthropic's for its calls, OpenAI's for all others
     */
    public static byte[] bytes(ApiCall call, ApiError error) {
        return switch (call) {
            case MESSAGES, COUNT_TOKENS -> anthropic(error);
            case CHAT_COMPLETIONS, COMPLETIONS, EMBEDDINGS, RERANK, RESPONSES, TOKENIZE, DETOKENIZE -> openAi(error);
        };
    }

    /**
     * An error in a stream that has begun, when a status can no longer be told. The caller knows by it that the answer
     * is not whole.
     */
    public static byte[] event(ApiCall call, ApiError error) {
        String data = new String(bytes(call, error), StandardCharsets.UTF_8);
        String event = switch (call) {
            case MESSAGES, COUNT_TOKENS -> "event: error\n";
            case RESPONSES, CHAT_COMPLETIONS, COMPLETIONS, EMBEDDINGS, RERANK, TOKENIZE, DETOKENIZE -> "";
        };
        return (event + "data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] openAi(ApiError error) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator out = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            out.writeStartObject().writeName("error").writeStartObject();
            out.writeStringProperty("message", error.message());
            out.writeStringProperty("type", error.type());
            out.writeStringProperty("param", error.param().orElse(null));
            out.writeStringProperty("code", error.code().orElse(null));
            out.writeEndObject().writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static byte[] anthropic(ApiError error) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator out = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            out.writeStartObject().writeStringProperty("type", "error");
            out.writeName("error").writeStartObject();
            out.writeStringProperty("type", anthropicType(error.status()));
            out.writeStringProperty("message", error.message());
            out.writeEndObject().writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static String anthropicType(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503, 529 -> "overloaded_error";
            case 504 -> "timeout_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    }
}
