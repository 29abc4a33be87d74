package io.stoa.gateway.audit;

import io.stoa.gateway.audit.AuditFolder.Segment;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Reads records, one after the other; each is checked against its own digest, the chain is not. */
public final class AuditReader {
    private final AuditFolder folder;

    public AuditReader(AuditFolder folder) {
        this.folder = folder;
    }

    /**
     * Hands over every record of some chains, each chain in its order.
     *
     * @param progress hears the bytes that were read, and all there are
     * @throws StoaException {@code USER} when a record was changed or there is no audit there, {@code RESOURCES} when it
     *     cannot be read
     */
    public void read(List<String> chains, Progress progress, Consumer<AuditRecord> sink) {
        read(chains, (_, _, _) -> true, progress, sink);
    }

    /** Says of a segment whether its records are of interest; a chain of years is not read through for its last day. */
    @FunctionalInterface
    interface Among {
        /**
         * Whether to read it.
         *
         * @param next where the segment after it begins; absent for the last
         */
        boolean wants(String chain, Segment segment, OptionalLong next) throws IOException;
    }

    /** Hands over the records of some segments of some chains, each chain in its order. */
    void read(List<String> chains, Among among, Progress progress, Consumer<AuditRecord> sink) {
        try {
            long total = 0;
            Map<String, List<Segment>> wanted = new LinkedHashMap<>();
            for (String chain : chains) {
                List<Segment> segments = new ArrayList<>();
                List<Segment> all = folder.segments(chain);
                for (int i = 0; i < all.size(); i++) {
                    Segment segment = all.get(i);
                    OptionalLong next =
                            i + 1 < all.size() ? OptionalLong.of(all.get(i + 1).first()) : OptionalLong.empty();
                    if (among.wants(chain, segment, next)) {
                        segments.add(segment);
                        total += Files.size(segment.records());
                    }
                }
                wanted.put(chain, segments);
            }
            long done = 0;
            for (Map.Entry<String, List<Segment>> each : wanted.entrySet()) {
                for (Segment segment : each.getValue()) {
                    done = read(each.getKey(), segment, progress, done, total, sink);
                }
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    folder.path() + ": the audit cannot be read (" + e + "); may you read it?",
                    e);
        }
    }

    /**
     * When the first record of a segment is from, and what it follows; none yet when it is not whole.
     *
     * @param previous the digest of the record before
     */
    record First(Instant time, Digest previous) {}

    static Optional<First> first(String chain, Segment segment) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(segment.records()))) {
            int read = bytes.read();
            for (; read >= 0 && read != '\n' && line.size() < ChainLine.MOST_BYTES; read = bytes.read()) {
                line.write(read);
            }
            if (read < 0) {
                return Optional.empty();
            }
        }
        byte[] name = chain.getBytes(StandardCharsets.US_ASCII);
        ChainLine.Parsed parsed = ChainLine.parse(line.toByteArray(), 0, line.size(), name, Digest.sha256());
        ChainLine first = parsed.line().orElseThrow(() -> changed(segment, parsed.problem()));
        try {
            return Optional.of(new First(Instant.parse(first.time()), Checkpoint.digest(first.previous())));
        } catch (DateTimeException e) {
            throw changed(segment, String.valueOf(e.getMessage()));
        }
    }

    private long read(
            String chain, Segment segment, Progress progress, long before, long total, Consumer<AuditRecord> sink)
            throws IOException {
        long done = before;
        MessageDigest sha256 = Digest.sha256();
        byte[] name = chain.getBytes(StandardCharsets.US_ASCII);
        try (FileChannel file = FileChannel.open(segment.records(), StandardOpenOption.READ);
                LineChunks chunks = new LineChunks(file)) {
            for (LineChunks.Chunk chunk = chunks.next(); chunk.whole() > 0; chunk = chunks.next()) {
                int start = 0;
                for (int end = 0; end < chunk.whole(); end++) {
                    if (chunk.bytes()[end] == '\n') {
                        sink.accept(record(chain, chunk.bytes(), start, end, name, sha256, segment));
                        start = end + 1;
                    }
                }
                done += chunk.whole();
                progress.at(done, total);
            }
        }
        return done;
    }

    private static AuditRecord record(
            String chain, byte[] bytes, int start, int end, byte[] name, MessageDigest sha256, Segment segment) {
        ChainLine.Parsed parsed = ChainLine.parse(bytes, start, end, name, sha256);
        ChainLine line = parsed.line().orElseThrow(() -> changed(segment, parsed.problem()));
        try {
            return new AuditRecord(
                    chain,
                    line.sequence(),
                    line.kind(),
                    Instant.parse(line.time()),
                    Checkpoint.digest(line.digest()),
                    new String(bytes, start, end - start, StandardCharsets.UTF_8),
                    JsonMapper.shared().readTree(bytes, line.bodyStart(), line.bodyEnd() - line.bodyStart()));
        } catch (DateTimeException | JacksonException e) {
            throw changed(segment, String.valueOf(e.getMessage()));
        }
    }

    private static StoaException changed(Segment segment, String what) {
        return StoaException.user(segment.records() + ": a record was changed (" + what
                + "); `stoa audit verify` tells which, and nothing is done with a chain that is broken");
    }
}
