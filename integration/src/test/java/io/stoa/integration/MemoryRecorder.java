package io.stoa.integration;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/** A ledger in memory that keeps JSON, as the real one does: what does not survive Jackson fails here too. */
final class MemoryRecorder implements Recorder {
    private final JsonMapper mapper = JsonMapper.builder().build();
    private final Map<EvidenceKey, String> entries = new LinkedHashMap<>();

    List<EvidenceKey> keys() {
        return List.copyOf(entries.keySet());
    }

    @Override
    public <T extends Record> Recorded<T> once(EvidenceKey key, Class<T> type, Supplier<T> measure) {
        boolean reused = entries.containsKey(key);
        if (!reused) {
            T value = measure.get();
            String json = mapper.writeValueAsString(value);
            if (!mapper.readValue(json, type).equals(value)) {
                throw new AssertionError("does not survive JSON: " + value);
            }
            entries.put(key, json);
        }
        String json = entries.getOrDefault(key, "");
        long sequence = 1L + keys().indexOf(key);
        return new Recorded<>(mapper.readValue(json, type), new EvidenceRef(sequence, Digest.of(json)), reused);
    }
}
