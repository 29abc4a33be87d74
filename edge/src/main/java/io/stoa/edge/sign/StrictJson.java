package io.stoa.edge.sign;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON of a stranger: bounded in depth, no member twice, nothing behind its end, UTF-8 only. */
public final class StrictJson {
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(24)
                            .maxNumberLength(40)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private StrictJson() {}

    /**
     * Reads an object.
     *
     * @throws IllegalArgumentException when it is not one sound object, with the reason
     */
    public static JsonNode object(byte[] text) {
        // the parser would guess UTF-16 and UTF-32 too, which another reader might not
        if (text.length < 2 || "{ \t\r\n".indexOf(text[0]) < 0 || text[1] == 0) {
            throw new IllegalArgumentException("is not JSON");
        }
        JsonNode read;
        try {
            read = JSON.readTree(text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("is not sound JSON (" + brief(e.getOriginalMessage()) + ")", e);
        }
        if (!read.isObject()) {
            throw new IllegalArgumentException("is not a JSON object");
        }
        return read;
    }

    private static String brief(String message) {
        String line = message.replaceAll("[^\\x20-\\x7e]", "?");
        return line.length() > 120 ? line.substring(0, 120) + "…" : line;
    }
}
