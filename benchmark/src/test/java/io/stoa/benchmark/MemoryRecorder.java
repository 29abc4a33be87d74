package io.stoa.benchmark;

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

/** A ledger in memory. Values go through JSON and back, as they do in a real one. */
final class MemoryRecorder implements Recorder {
    private record Entry(String json, EvidenceRef evidence) {}

    private final JsonMapper mapper = JsonMapper.builder().build();
    private final Map<EvidenceKey, Entry> entries = new LinkedHashMap<>();

    @Override
    public <T extends Record> Recorded<T> once(EvidenceKey key, Class<T> type, Supplier<T> measure) {
        Entry known = entries.get(key);
        if (known == null) {
            String json = mapper.writeValueAsString(measure.get());
            known = new Entry(json, new EvidenceRef(entries.size() + 1L, Digest.of(json)));
            entries.put(key, known);
            return new Recorded<>(mapper.readValue(json, type), known.evidence(), false);
        }
        return new Recorded<>(mapper.readValue(known.json(), type), known.evidence(), true);
    }

    List<EvidenceKey> keys() {
        return List.copyOf(entries.keySet());
    }
}
