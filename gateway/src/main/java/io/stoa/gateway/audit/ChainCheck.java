package io.stoa.gateway.audit;

import io.stoa.gateway.audit.AuditFolder.Segment;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The verification of one chain: its checkpoints, then its segments in pieces, then what only the whole can tell. */
final class ChainCheck {
    private final AuditFolder folder;
    private final String chain;
    private final List<EvidenceRef> heads;
    private final Optional<PublicKey> key;

    private final List<String> notes = new ArrayList<>();
    private final List<ChainPiece.Event> events = new ArrayList<>();
    private final Ranges erased = new Ranges();
    private final MerkleTree tree = new MerkleTree(Digest.sha256());
    private CheckpointFile checkpoints = CheckpointFile.NONE;
    private Map<Long, Checkpoint> bySequence = Map.of();
    private Optional<Verification.Broken> broken = Optional.empty();
    private long start = 1;
    private long last;
    private byte[] digest = ChainLine.GENESIS;
    private byte[] startPrevious = ChainLine.GENESIS;
    private String lastKind = "";
    private long requests;
    private long unfinished;

    ChainCheck(AuditFolder folder, String chain, List<EvidenceRef> heads, Optional<PublicKey> key) {
        this.folder = folder;
        this.chain = chain;
        this.heads = heads;
        this.key = key;
    }

    void run(ExecutorService pool, int threads, LongConsumer progress) throws IOException {
        if (!Files.isDirectory(folder.chain(chain))) {
            breakAt(1, "the whole chain is missing");
            return;
        }
        // first, so that a chain that grows meanwhile is longer than its checkpoints say
        checkpoints = CheckpointFile.read(folder.checkpoints(chain), chain);
        checkpoints.problem().ifPresent(what -> breakAt(Math.max(1, checkpoints.lastSequence()), what));
        checkpoints.torn().ifPresent(notes::add);
        bySequence = new HashMap<>();
        checkpoints.all().forEach(checkpoint -> bySequence.put(checkpoint.sequence(), checkpoint));
        Map<Long, Digest> expected = new TreeMap<>();
        checkpoints.all().forEach(checkpoint -> expected.put(checkpoint.sequence(), checkpoint.digest()));
        for (EvidenceRef head : heads) {
            expected.put(head.sequence(), head.digest());
        }
        List<Segment> segments = folder.segments(chain);
        for (int i = 0; i < segments.size() && broken.isEmpty(); i++) {
            segment(segments.get(i), i == 0, i == segments.size() - 1, expected, pool, threads, progress);
        }
        if (broken.isEmpty()) {
            whole();
        }
    }

    private void breakAt(long sequence, String what) {
        if (broken.isEmpty()) {
            broken = Optional.of(new Verification.Broken(chain, sequence, what));
        }
    }

    private void segment(
            Segment segment,
            boolean firstOne,
            boolean lastOne,
            Map<Long, Digest> expected,
            ExecutorService pool,
            int threads,
            LongConsumer progress)
            throws IOException {
        if (firstOne) {
            start = segment.first();
            last = start - 1;
        } else if (segment.first() != last + 1) {
            breakAt(last + 1, "the next segment begins with " + segment.first() + ": records are missing or doubled");
            return;
        } else if (!bySequence.containsKey(last)) {
            breakAt(last, "its segment ends with it, but no checkpoint covers it");
            return;
        }
        tree.clear();
        Optional<FileChannel> salts = Files.isRegularFile(segment.salts())
                ? Optional.of(FileChannel.open(segment.salts(), StandardOpenOption.READ))
                : Optional.empty();
        try (FileChannel file = FileChannel.open(segment.records(), StandardOpenOption.READ);
                LineChunks chunks = new LineChunks(file)) {
            ArrayDeque<Future<ChainPiece>> pieces = new ArrayDeque<>();
            boolean more = true;
            while (broken.isEmpty() && (more || !pieces.isEmpty())) {
                if (more && pieces.size() < 2 * threads) {
                    LineChunks.Chunk chunk = chunks.next();
                    more = chunk.length() > 0 && chunk.whole() == chunk.length();
                    if (chunk.length() > chunk.whole()) {
                        rest(chunk.length() - chunk.whole(), lastOne);
                    }
                    if (chunk.whole() > 0) {
                        ChainPiece piece = new ChainPiece(folder, chain, segment.first(), salts, expected);
                        pieces.add(pool.submit(() -> piece.check(chunk)));
                        progress.accept(chunk.whole());
                    }
                } else {
                    join(await(pieces.remove()), segment);
                }
            }
            pieces.forEach(piece -> piece.cancel(true));
        } finally {
            if (salts.isPresent()) {
                salts.get().close();
            }
        }
    }

    private void rest(int bytes, boolean lastOne) {
        if (lastOne) {
            notes.add(bytes + " bytes after the last whole record: being written, or left by a crash; the gateway sets"
                    + " them aside at its next start");
        } else {
            breakAt(last + 1, "its segment ends in the middle of a record");
        }
    }

    private static ChainPiece await(Future<ChainPiece> piece) throws IOException {
        try {
            return piece.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void join(ChainPiece piece, Segment segment) {
        if (!piece.digests().isEmpty()) {
            if (last + 1 == start && tree.size() == 0 && start > 1) {
                startPrevious = piece.firstPrevious();
                digest = startPrevious;
            }
            if (piece.first() != last + 1) {
                breakAt(last + 1, "the record here has the number " + piece.first());
                return;
            }
            if (!Arrays.equals(piece.firstPrevious(), digest)) {
                breakAt(piece.first(), "it does not follow the record before it");
                return;
            }
        }
        for (byte[] each : piece.digests()) {
            tree.add(each);
            last++;
            digest = each;
            if (bySequence.containsKey(last) && !vouches(bySequence.get(last), segment)) {
                breakAt(last, "the checkpoint here was made of other records of its segment");
                return;
            }
        }
        piece.problem().ifPresent(problem -> breakAt(last + 1, problem.what()));
        piece.erased().forEach(sequence -> erased.add(sequence, sequence));
        events.addAll(piece.events());
        requests += piece.requests();
        unfinished += piece.unfinished();
        lastKind = piece.lastKind();
    }

    private boolean vouches(Checkpoint checkpoint, Segment segment) {
        return checkpoint.first() == segment.first()
                && checkpoint.digest().equals(Checkpoint.digest(digest))
                && checkpoint.root().equals(Checkpoint.digest(tree.root()));
    }

    /** What only the whole chain can tell. */
    private void whole() {
        if (start > 1 && !isDropped()) {
            breakAt(1, "the records before " + start + " are missing, and no record says that they were dropped");
        }
        heads.stream()
                .filter(head -> head.sequence() > last)
                .findFirst()
                .ifPresent(head ->
                        breakAt(last + 1, "the witness " + head.sequence() + " is missing: records were cut off"));
        if (checkpoints.lastSequence() > last) {
            breakAt(
                    last + 1,
                    "a checkpoint of record " + checkpoints.lastSequence()
                            + " was signed: records were cut off the end");
        }
        if (lastKind.equals(ChainWriter.Kind.CLOSED.word()) && checkpoints.lastSequence() != last) {
            breakAt(last, "the chain was closed here, but no checkpoint covers it: checkpoints were removed");
        }
        long uncovered = last - Math.max(checkpoints.lastSequence(), start - 1);
        if (uncovered >= 2L * checkpointRecords()) {
            breakAt(last, "no checkpoint covers the last " + uncovered + " records: checkpoints were removed");
        }
        signatures();
        if (uncovered > 0 && broken.isEmpty()) {
            notes.add("no checkpoint covers the last " + uncovered + " records yet: that they are all cannot be shown");
        }
    }

    private boolean isDropped() {
        for (ChainPiece.Event event : events) {
            if (event.kind().equals(ChainWriter.Kind.DROPPED.word())) {
                JsonNode body = JsonMapper.shared().readTree(event.body());
                if (body.path("upTo").asLong(0) == start - 1
                        && body.path("digest")
                                .asString("")
                                .equals(Checkpoint.digest(startPrevious).hex())) {
                    return true;
                }
            }
        }
        return false;
    }

    private int checkpointRecords() {
        return bodies(ChainWriter.Kind.OPENED).stream()
                .mapToInt(body -> JsonMapper.shared()
                        .readTree(body)
                        .path("checkpointRecords")
                        .asInt(1))
                .max()
                .orElse(1);
    }

    /** The last checkpoint of each signer vouches for those before it, since each holds the digest of the one before. */
    private void signatures() {
        Map<Digest, PublicKey> keys = new HashMap<>();
        key.ifPresentOrElse(known -> keys.put(Checkpoint.idOf(known), known), () -> keys.putAll(ownKeys()));
        for (Map.Entry<Checkpoint, byte[]> last : checkpoints.lastOfEachSigner().entrySet()) {
            PublicKey signer = keys.get(last.getKey().signer());
            if (signer == null) {
                breakAt(
                        last.getKey().sequence(),
                        "its checkpoint was signed by " + last.getKey().signer().abbreviated()
                                + "…, which is not the key to expect");
            } else if (!Checkpoint.isSignedBy(last.getValue(), signer)) {
                breakAt(last.getKey().sequence(), "the signature of its checkpoint is wrong");
            }
        }
        if (key.isEmpty() && !keys.isEmpty()) {
            notes.add("checkpoints are signed by "
                    + String.join(
                            ", ",
                            keys.keySet().stream()
                                    .map(Digest::abbreviated)
                                    .sorted()
                                    .toList())
                    + "…, as the chain itself says; give the public key to be sure");
        }
    }

    private Map<Digest, PublicKey> ownKeys() {
        Map<Digest, PublicKey> keys = new HashMap<>();
        for (byte[] body : bodies(ChainWriter.Kind.OPENED)) {
            try {
                byte[] x509 = Base64.getDecoder()
                        .decode(JsonMapper.shared().readTree(body).path("key").asString(""));
                PublicKey own = SigningKey.decode(x509);
                keys.put(Checkpoint.idOf(own), own);
            } catch (GeneralSecurityException | IllegalArgumentException _) {
                breakAt(1, "the chain names a key that is none");
            }
        }
        return keys;
    }

    List<byte[]> bodies(ChainWriter.Kind kind) {
        return events.stream()
                .filter(event -> event.kind().equals(kind.word()))
                .map(ChainPiece.Event::body)
                .toList();
    }

    /** The result, once it is known what was erased on the record. */
    Verification result(Ranges declared) {
        for (Ranges.Range range : erased.all()) {
            declared.firstMissing(range)
                    .ifPresent(sequence ->
                            breakAt(sequence, "its salt or content is missing, and no record says that it was erased"));
        }
        if (broken.isPresent()) {
            return broken.get();
        }
        long undone = declared.all().stream()
                        .filter(range -> range.to() >= start && range.from() <= last)
                        .mapToLong(range -> Math.min(range.to(), last) - Math.max(range.from(), start) + 1)
                        .sum()
                - erased.size()
                + unfinished;
        if (undone > 0) {
            notes.add(undone + " erasures were begun and not finished; run the erasure again");
        }
        return new Verification.Intact(
                chain,
                last - start + 1,
                requests,
                erased.size(),
                last < start ? Optional.empty() : Optional.of(new EvidenceRef(last, Checkpoint.digest(digest))),
                checkpoints.all().isEmpty()
                        ? Optional.empty()
                        : Optional.of(checkpoints.all().getLast()),
                notes);
    }
}
