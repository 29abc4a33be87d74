package io.stoa.gateway.audit;

import io.stoa.gateway.audit.AuditFolder.Segment;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Proves that single records belong to a chain whose other records are not shown: the Merkle path (RFC 9162, section
 * 2.1.3) from a record's digest to the root in a signed checkpoint of its segment. For records in ascending order of one
 * chain after the other.
 */
public final class Inclusion {
    private final AuditFolder folder;
    private String chain = "";
    private List<Checkpoint> checkpoints = List.of();
    private List<Segment> segments = List.of();
    private long first;
    private List<byte[]> leaves = List.of();

    public Inclusion(AuditFolder folder) {
        this.folder = folder;
    }

    /**
     * A proof.
     *
     * @param index the record's place in its segment, from 0
     * @param size how many records of the segment the checkpoint covers
     * @param path the siblings from the leaf up
     * @param checkpoint the sequence of the record whose checkpoint signs the root
     * @param root what the path leads to
     */
    public record Proof(long index, long size, List<Digest> path, long checkpoint, Digest root) {
        public Proof {
            path = List.copyOf(path);
        }

        /** Whether the path leads from a record's digest to the root. */
        public boolean proves(Digest record) {
            List<byte[]> siblings = path.stream()
                    .map(each -> HexFormat.of().parseHex(each.hex()))
                    .toList();
            byte[] leaf = HexFormat.of().parseHex(record.hex());
            return Checkpoint.digest(MerkleTree.follow(Digest.sha256(), leaf, index, size, siblings))
                    .equals(root);
        }
    }

    /** The proof of a record; absent while no checkpoint covers it. */
    public Optional<Proof> of(AuditRecord record) {
        try {
            seek(record);
            Optional<Checkpoint> cover = checkpoints.stream()
                    .filter(each -> each.first() == first && each.sequence() >= record.sequence())
                    .reduce((_, later) -> later);
            return cover.map(checkpoint -> proof(record, checkpoint));
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, folder.path() + ": the audit cannot be read (" + e + ")", e);
        }
    }

    private void seek(AuditRecord record) throws IOException {
        if (!record.chain().equals(chain)) {
            chain = record.chain();
            segments = folder.segments(chain);
            checkpoints = CheckpointFile.read(folder.checkpoints(chain), chain).all();
            leaves = List.of();
        }
        if (leaves.isEmpty() || record.sequence() < first || record.sequence() >= first + leaves.size()) {
            Segment segment = segments.stream()
                    .filter(each -> each.first() <= record.sequence())
                    .reduce((_, later) -> later)
                    .orElseThrow();
            first = segment.first();
            leaves = new ArrayList<>();
            try (Stream<String> lines = Files.lines(segment.records(), StandardCharsets.UTF_8)) {
                lines.forEach(line -> leaves.add(ChainLine.digits(
                        line.substring(0, Math.min(line.length(), ChainLine.DOCUMENT))
                                .getBytes(StandardCharsets.US_ASCII),
                        2)));
            }
        }
    }

    private Proof proof(AuditRecord record, Checkpoint checkpoint) {
        MessageDigest sha256 = Digest.sha256();
        int size = (int) (checkpoint.sequence() - first + 1);
        int index = (int) (record.sequence() - first);
        List<Digest> path = MerkleTree.path(sha256, leaves.subList(0, size), index).stream()
                .map(Checkpoint::digest)
                .toList();
        return new Proof(index, size, path, checkpoint.sequence(), checkpoint.root());
    }
}
