package io.stoa.gateway.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Takes out of an answer what the gateway asked for and its caller did not. */
public final class AnswerEdit {
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private AnswerEdit() {}

    /** The answer with {@code null} for the log-probabilities of each choice; the same array when it has none. */
    public static byte[] withoutLogprobs(byte[] answer) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(answer.length);
        int passed = 0;
        try (JsonParser parser = Json.parser(answer, 0, answer.length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return answer;
            }
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                if (name.equals("choices") && parser.currentToken() == JsonToken.START_ARRAY) {
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        passed = choice(parser, answer, passed, out);
                    }
                } else {
                    parser.skipChildren();
                }
            }
        } catch (JacksonException _) {
            return answer;
        }
        if (passed == 0) {
            return answer;
        }
        out.write(answer, passed, answer.length - passed);
        return out.toByteArray();
    }

    private static int choice(JsonParser parser, byte[] answer, int passed, ByteArrayOutputStream out) {
        int at = passed;
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            JsonToken token = parser.nextToken();
            if (name.equals("logprobs") && token == JsonToken.START_OBJECT) {
                int from = (int) parser.currentTokenLocation().getByteOffset();
                out.write(answer, at, from - at);
                out.writeBytes(NULL);
                parser.skipChildren();
                at = (int) parser.currentLocation().getByteOffset();
            } else {
                parser.skipChildren();
            }
        }
        return at;
    }
}
