package io.stoa.gateway.audit;

import io.stoa.gateway.audit.AuditFolder.Segment;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a chain goes on: locked for this process, with what a crash left half written set aside.
 *
 * @param lock holds the lock of the chain while it is open
 * @param segment the segment that goes on; a new one where there is none
 * @param position its length in bytes
 * @param sequence the last record
 * @param digest its digest
 * @param tree over the records of the segment
 * @param checkpointLine the digest of the last checkpoint's line
 * @param checkpointed the last record that a checkpoint covers
 * @param checkpointBytes the length of the checkpoints' file
 * @param setAside what was torn
 */
record OpenedChain(
        FileChannel lock,
        Segment segment,
        long position,
        long sequence,
        byte[] digest,
        MerkleTree tree,
        Digest checkpointLine,
        long checkpointed,
        long checkpointBytes,
        List<SetAside> setAside) {

    /** Bytes after the last whole line of a file, moved away so that nothing that was written is lost. */
    record SetAside(String file, long bytes, Digest sha256) {}

    static OpenedChain open(AuditFolder folder, String chain, Clock clock) throws IOException {
        AuditFolder.makeFolders(folder.chain(chain));
        FileChannel lock = lock(folder, chain);
        try {
            return open(folder, chain, clock, lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static OpenedChain open(AuditFolder folder, String chain, Clock clock, FileChannel lock)
            throws IOException {
        List<SetAside> torn = new ArrayList<>();
        Tail checkpoints = new Tail(folder, chain, clock, torn);
        Path checkpointFile = folder.checkpoints(chain);
        byte[] lastCheckpoint = Files.exists(checkpointFile) ? checkpoints.lastLine(checkpointFile) : new byte[0];
        Optional<Checkpoint> checkpoint = Checkpoint.parse(lastCheckpoint);
        if (lastCheckpoint.length > 0 && checkpoint.isEmpty()) {
            throw damaged(folder, chain, "its last checkpoint was changed");
        }
        Digest checkpointLine =
                checkpoint.isPresent() ? digestOfLine(lastCheckpoint, lastCheckpoint.length) : Checkpoint.NONE_BEFORE;
        long checkpointed = checkpoint.map(Checkpoint::sequence).orElse(0L);
        long checkpointBytes = Files.exists(checkpointFile) ? Files.size(checkpointFile) : 0;

        List<Segment> segments = new ArrayList<>(folder.segments(chain));
        while (!segments.isEmpty()) {
            Segment segment = segments.removeLast();
            MerkleTree tree = new MerkleTree(Digest.sha256());
            Tail tail = new Tail(folder, chain, clock, torn);
            byte[] last = tail.lastLine(segment.records(), tree);
            if (last.length == 0) {
                // a crash came before its first line was whole
                Files.deleteIfExists(segment.records());
                Files.deleteIfExists(segment.salts());
                continue;
            }
            ChainLine line = ChainLine.parse(
                            last, 0, last.length, chain.getBytes(StandardCharsets.US_ASCII), Digest.sha256())
                    .line()
                    .orElseThrow(() -> damaged(folder, chain, "its last record was changed"));
            if (line.sequence() != segment.first() + tree.size() - 1) {
                throw damaged(folder, chain, "records are missing from " + segment.records());
            }
            if (line.sequence() < checkpointed) {
                throw damaged(folder, chain, "records after " + line.sequence() + " were cut off");
            }
            return new OpenedChain(
                    lock,
                    segment,
                    Files.size(segment.records()),
                    line.sequence(),
                    line.digest(),
                    tree,
                    checkpointLine,
                    checkpointed,
                    checkpointBytes,
                    List.copyOf(torn));
        }
        if (checkpointed > 0) {
            throw damaged(folder, chain, "its segments are missing");
        }
        return new OpenedChain(
                lock,
                folder.segment(chain, 1),
                0,
                0,
                ChainLine.GENESIS,
                new MerkleTree(Digest.sha256()),
                checkpointLine,
                0,
                checkpointBytes,
                List.copyOf(torn));
    }

    private static FileChannel lock(AuditFolder folder, String chain) throws IOException {
        FileChannel channel = AuditFolder.open(folder.chain(chain).resolve("lock"));
        Optional<FileLock> held;
        try {
            held = Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException _) {
            held = Optional.empty();
        }
        if (held.isEmpty()) {
            channel.close();
            throw StoaException.user(folder.chain(chain)
                    + ": another process appends to this chain; give every gateway a name of its own");
        }
        return channel;
    }

    private static StoaException damaged(AuditFolder folder, String chain, String what) {
        return StoaException.user(folder.chain(chain) + ": this chain cannot go on, " + what
                + "; look with `stoa audit verify " + folder.path()
                + "`, keep the folder as it is, and give the gateway another name");
    }

    static Digest digestOfLine(byte[] line, int length) {
        MessageDigest sha256 = Digest.sha256();
        sha256.update(line, 0, length);
        return Digest.of(sha256);
    }

    /** The end of a file of lines. */
    private record Tail(AuditFolder folder, String chain, Clock clock, List<SetAside> torn) {
        byte[] lastLine(Path file) throws IOException {
            return lastLine(file, new MerkleTree(Digest.sha256()), false);
        }

        byte[] lastLine(Path file, MerkleTree tree) throws IOException {
            return lastLine(file, tree, true);
        }

        /** The last whole line without its line feed; empty when there is none. */
        private byte[] lastLine(Path file, MerkleTree tree, boolean records) throws IOException {
            byte[] last = new byte[0];
            long whole = 0;
            try (FileChannel channel = AuditFolder.open(file);
                    LineChunks chunks = new LineChunks(channel)) {
                for (LineChunks.Chunk chunk = chunks.next(); chunk.length() > 0; chunk = chunks.next()) {
                    int start = 0;
                    for (int i = 0; i < chunk.whole(); i++) {
                        if (chunk.bytes()[i] == '\n') {
                            if (records) {
                                tree.add(leaf(chunk.bytes(), start));
                            }
                            last = java.util.Arrays.copyOfRange(chunk.bytes(), start, i);
                            start = i + 1;
                        }
                    }
                    whole += chunk.whole();
                }
                if (whole < channel.size()) {
                    torn.add(setAside(channel, file, whole));
                }
            }
            return last;
        }

        private static byte[] leaf(byte[] bytes, int line) {
            byte[] digest = ChainLine.digits(bytes, line + 2);
            return digest.length == 0 ? ChainLine.GENESIS : digest;
        }

        private SetAside setAside(FileChannel channel, Path file, long from) throws IOException {
            long bytes = channel.size() - from;
            AuditFolder.makeFolders(folder.setAside(chain));
            String name = file.getFileName() + "-" + from + "-" + clock.millis() + ".torn";
            MessageDigest sha256 = Digest.sha256();
            try (FileChannel to = AuditFolder.open(folder.setAside(chain).resolve(name))) {
                ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
                for (long at = from; at < channel.size(); at += buffer.limit()) {
                    buffer.clear();
                    if (channel.read(buffer, at) < 0) {
                        break;
                    }
                    buffer.flip();
                    sha256.update(buffer.duplicate());
                    while (buffer.hasRemaining()) {
                        to.write(buffer);
                    }
                }
                to.force(true);
            }
            channel.truncate(from);
            channel.force(true);
            return new SetAside(name, bytes, Digest.of(sha256));
        }
    }
}
