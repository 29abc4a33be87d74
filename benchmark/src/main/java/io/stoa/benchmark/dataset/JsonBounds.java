package io.stoa.benchmark.dataset;

import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON parsers within limits, which refuse an object that states a key twice. */
final class JsonBounds {
    private JsonBounds() {}

    /** For texts that hold one value and nothing else. */
    static JsonMapper line(Limits limits) {
        return builder(limits)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /** For values behind which more may follow. */
    static JsonMapper stream(Limits limits) {
        return builder(limits)
                .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    private static JsonMapper.Builder builder(Limits limits) {
        int longest = (int) Math.min(limits.rowBytes(), Integer.MAX_VALUE);
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(limits.depth())
                                .maxStringLength(longest)
                                .build())
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
    }

    /** The parser's words without its own idea of the place. */
    static String reason(JacksonException e) {
        return Objects.requireNonNullElse(e.getOriginalMessage(), "it cannot be parsed");
    }
}
