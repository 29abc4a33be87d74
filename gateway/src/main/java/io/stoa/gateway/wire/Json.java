package io.stoa.gateway.wire;

import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.databind.json.JsonMapper;

/** JSON with bounds: what comes from outside may be hostile, what comes from upstream may be broken. */
final class Json {
    static final int DEEPEST = 64;

    private static final StreamReadConstraints BOUNDS = StreamReadConstraints.builder()
            .maxNestingDepth(DEEPEST)
            .maxNumberLength(100)
            .maxNameLength(1_000)
            .maxStringLength(64 << 20)
            .build();

    /** For requests: a member that comes twice may mean one thing to us and another to the upstream. */
    static final JsonFactory STRICT = JsonFactory.builder()
            .streamReadConstraints(BOUNDS)
            .recyclerPool(JsonRecyclerPools.threadLocalPool())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** For answers. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(BOUNDS)
            .recyclerPool(JsonRecyclerPools.threadLocalPool())
            .build();

    static final JsonMapper MAPPER = new JsonMapper(FACTORY);

    private Json() {}

    static JsonParser parser(byte[] body, int from, int to) {
        return FACTORY.createParser(ObjectReadContext.empty(), body, from, to - from);
    }
}
