package io.stoa.gateway.audit;

import io.stoa.gateway.audit.AuditFolder.Segment;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
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
        try {
            long total = 0;
            for (String chain : chains) {
                for (Segment segment : folder.segments(chain)) {
                    total += Files.size(segment.records());
                }
            }
            long done = 0;
            for (String chain : chains) {
                for (Segment segment : folder.segments(chain)) {
                    done = read(chain, segment, progress, done, total, sink);
                }
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    folder.path() + ": the audit cannot be read (" + e + "); may you read it?",
                    e);
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
