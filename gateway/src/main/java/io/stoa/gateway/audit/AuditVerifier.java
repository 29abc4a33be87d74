package io.stoa.gateway.audit;

import io.stoa.gateway.audit.AuditFolder.Segment;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Recomputes the chains of a folder from their bytes, on all cores. May run while gateways append: it checks what is
 * there when it comes by.
 */
public final class AuditVerifier {
    private final AuditFolder folder;
    private final int threads;

    public AuditVerifier(AuditFolder folder, int threads) {
        this.folder = folder;
        this.threads = threads;
    }

    /**
     * What outside of the folder is known.
     *
     * @param heads heads that were written down elsewhere, by chain
     * @param key the public key that checkpoints must be signed with; without one, the key that the chain itself names
     */
    public record Witnesses(Map<String, List<EvidenceRef>> heads, Optional<PublicKey> key) {
        public static final Witnesses NONE = new Witnesses(Map.of(), Optional.empty());

        public Witnesses {
            heads = Map.copyOf(heads);
        }
    }

    /**
     * Verifies every chain.
     *
     * @param progress hears the bytes that were checked, and all there are
     * @throws StoaException {@code USER} when there is no audit there, {@code RESOURCES} when it cannot be read
     */
    public List<Verification> verify(Witnesses witnesses, Progress progress) {
        TreeSet<String> names = new TreeSet<>(folder.chains());
        names.addAll(witnesses.heads().keySet());
        if (names.isEmpty()) {
            throw StoaException.user(
                    folder.path() + ": no chain there; name the folder that a gateway writes its audit to");
        }
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            long total = bytes(names);
            long[] done = {0};
            Map<String, ChainCheck> checks = new TreeMap<>();
            for (String name : names) {
                ChainCheck check =
                        new ChainCheck(folder, name, witnesses.heads().getOrDefault(name, List.of()), witnesses.key());
                check.run(pool, threads, bytes -> progress.at(done[0] += bytes, total));
                checks.put(name, check);
            }
            Map<String, Ranges> erasures = erasures(checks);
            List<Verification> results = new ArrayList<>();
            checks.forEach((name, check) -> results.add(check.result(erasures.getOrDefault(name, new Ranges()))));
            return results;
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    folder.path() + ": the audit cannot be read (" + e + "); may you read it?",
                    e);
        }
    }

    private long bytes(Iterable<String> names) throws IOException {
        long bytes = 0;
        for (String name : names) {
            if (Files.isDirectory(folder.chain(name))) {
                for (Segment segment : folder.segments(name)) {
                    bytes += Files.size(segment.records());
                }
            }
        }
        return bytes;
    }

    /** What the records of all chains say was erased, by the chain that it was erased from. */
    private static Map<String, Ranges> erasures(Map<String, ChainCheck> checks) {
        Map<String, Ranges> erasures = new TreeMap<>();
        for (ChainCheck check : checks.values()) {
            for (byte[] body : check.bodies(ChainWriter.Kind.ERASURE)) {
                JsonNode erasure = JsonMapper.shared().readTree(body);
                Ranges ranges = erasures.computeIfAbsent(erasure.path("chain").asString(""), _ -> new Ranges());
                for (JsonNode range : erasure.path("ranges")) {
                    ranges.add(range.path(0).asLong(0), range.path(1).asLong(0));
                }
            }
        }
        return erasures;
    }
}
