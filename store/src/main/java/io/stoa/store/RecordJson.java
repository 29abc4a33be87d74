package io.stoa.store;

import io.stoa.model.StoaException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Records as canonical JSON and back. Reading is strict: a member too many or too few means that the record has changed
 * since it was written, and half a measurement is no measurement.
 */
public final class RecordJson {
    private final JsonMapper mapper = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .build();

    /** A record as a tree. */
    public JsonNode tree(Record value) {
        try {
            return mapper.valueToTree(value);
        } catch (JacksonException e) {
            throw new StoaException(
                    StoaException.Kind.BUG,
                    value.getClass().getName() + " cannot be written as JSON: " + e.getOriginalMessage(),
                    e);
        }
    }

    /** A record as canonical JSON. */
    public String write(Record value) {
        return CanonicalJson.write(tree(value));
    }

    /** Throws {@link JacksonException} when the text is not exactly such a record. */
    public <T extends Record> T read(String text, Class<T> type) {
        return mapper.readValue(text, type);
    }
}
