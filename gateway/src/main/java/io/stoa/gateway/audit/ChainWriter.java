package io.stoa.gateway.audit;

import io.stoa.gateway.audit.AuditFolder.Segment;
import io.stoa.gateway.audit.OpenedChain.SetAside;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts records into a chain and onto the disk. One thread.
 *
 * <p>A record is added in memory, then {@link #flush} writes all that were added: kept content first, then salts, then
 * lines, each at a place that is known beforehand. A write that fails (a full disk) therefore changes nothing that
 * matters: flushing again writes the same bytes to the same places. {@link #sync} forces them to the disk.
 */
final class ChainWriter implements AutoCloseable {
    @SuppressWarnings("ArrayRecordComponent")
    private record Body(Path file, byte[] bytes) {}

    private final AuditSettings settings;
    private final KeyPair key;
    private final Clock clock;
    private final SecureRandom random;
    private final FileChannel lock;
    private final MessageDigest sha256 = Digest.sha256();
    private final MerkleTree tree;
    private final Utf8Json line = new Utf8Json();
    private final Utf8Json lines = new Utf8Json();
    private final Utf8Json salts = new Utf8Json();
    private final List<Body> bodies = new ArrayList<>();
    private final byte[] salt = new byte[Salts.BYTES];
    private final byte[] chainStart;

    private Segment segment;
    private Optional<FileChannel> recordFile = Optional.empty();
    private Optional<FileChannel> saltFile = Optional.empty();
    private LocalDate day;
    private long position;
    private long saltPosition;
    private long sequence;
    private byte[] digest;

    private final FileChannel checkpointFile;
    private long checkpointPosition;
    private Digest checkpointLine;
    private long checkpointed;
    private byte[] pendingCheckpoint = new byte[0];

    ChainWriter(AuditSettings settings, KeyPair key, Clock clock, SecureRandom random, OpenedChain opened)
            throws IOException {
        this.settings = settings;
        this.key = key;
        this.clock = clock;
        this.random = random;
        this.lock = opened.lock();
        this.tree = opened.tree();
        this.segment = opened.segment();
        this.position = opened.position();
        this.sequence = opened.sequence();
        this.saltPosition = (sequence + 1 - segment.first()) * Salts.BYTES;
        this.digest = opened.digest();
        this.checkpointLine = opened.checkpointLine();
        this.checkpointed = opened.checkpointed();
        this.checkpointPosition = opened.checkpointBytes();
        this.checkpointFile = AuditFolder.open(settings.folder().checkpoints(settings.chain()));
        this.day = today();
        this.chainStart = (ChainLine.CHAIN + settings.chain() + ChainLine.KIND)
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        addOpened(opened.setAside());
    }

    private void addOpened(List<SetAside> setAside) {
        Utf8Json body = new Utf8Json()
                .raw("{\"checkpointRecords\":")
                .number(settings.checkpointRecords())
                .raw(",\"key\":\"")
                .raw(java.util.Base64.getEncoder()
                        .encodeToString(key.getPublic().getEncoded()))
                .raw("\",\"setAside\":[");
        String separator = "";
        for (SetAside torn : setAside) {
            body.raw(separator)
                    .raw("{\"bytes\":")
                    .number(torn.bytes())
                    .raw(",\"file\":")
                    .string(torn.file())
                    .raw(",\"sha256\":\"")
                    .raw(torn.sha256().hex())
                    .raw("\"}");
            separator = ",";
        }
        add(Kind.OPENED, body.raw("]}").copy());
    }

    /** What sorts of records there are, as they are written. */
    enum Kind {
        OPENED("opened"),
        REQUEST("request"),
        ERASURE("erasure"),
        DROPPED("dropped"),
        EVENT("event"),
        CLOSED("closed");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /** Adds a request. */
    void add(RequestRecord request) {
        random.nextBytes(salt);
        salts.raw(salt);
        boolean keeps = settings.keepContent();
        begin();
        RequestBody.write(line, request, salt, keeps, sha256);
        end(Kind.REQUEST, request.time());
        byte[] kept = keeps ? RequestBody.kept(request) : new byte[0];
        if (kept.length > 0) {
            bodies.add(new Body(settings.folder().content(settings.chain(), sequence), kept));
        }
    }

    /** Adds another record, whose body is canonical JSON. Its slot among the salts stays empty. */
    EvidenceRef add(Kind kind, byte[] body) {
        salts.raw(new byte[Salts.BYTES]);
        begin();
        line.raw(body);
        end(kind, clock.instant());
        return head();
    }

    private void begin() {
        line.clear();
        line.raw(ChainLine.OPENING).raw(PLACE_OF_DIGEST).raw("\",").raw(ChainLine.BODY);
    }

    private static final String PLACE_OF_DIGEST = "0".repeat(64);

    private void end(Kind kind, Instant time) {
        line.raw(chainStart)
                .raw(kind.word())
                .raw(ChainLine.PREVIOUS)
                .hex(digest)
                .raw(ChainLine.SEQUENCE)
                .number(sequence + 1)
                .raw(ChainLine.TIME)
                .raw(time.truncatedTo(ChronoUnit.MILLIS).toString())
                .raw(ChainLine.VERSION);
        sha256.update(line.bytes(), ChainLine.DOCUMENT, line.length() - ChainLine.DOCUMENT);
        digest = sha256.digest();
        line.set(2, digest);
        line.raw(ChainLine.CLOSING);
        lines.raw(line.bytes(), line.length());
        tree.add(digest);
        sequence++;
    }

    /** The last record that was added. */
    EvidenceRef head() {
        return new EvidenceRef(sequence, Checkpoint.digest(digest));
    }

    long sequence() {
        return sequence;
    }

    boolean mustRotate() {
        return sequence >= segment.first()
                && (position + lines.length() >= settings.segmentBytes() || !today().equals(day));
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    /** Ends the segment with a checkpoint and begins the next one. */
    void rotate() throws IOException {
        checkpoint();
        closeSegment();
        segment = settings.folder().segment(settings.chain(), sequence + 1);
        position = 0;
        saltPosition = 0;
        tree.clear();
        day = today();
    }

    /** Hands everything that was added to the operating system. */
    void flush() throws IOException {
        if (lines.length() == 0) {
            return;
        }
        for (Body body : bodies) {
            write(body);
        }
        bodies.clear();
        Salts.write(saltFile(), saltPosition, salts.bytes(), salts.length());
        Salts.write(recordFile(), position, lines.bytes(), lines.length());
        saltPosition += salts.length();
        position += lines.length();
        salts.clear();
        lines.clear();
    }

    /** A body is on the disk before the record that vouches for it. */
    private static void write(Body body) throws IOException {
        Path folder = body.file().getParent();
        if (folder != null) {
            AuditFolder.makeFolders(folder);
        }
        try (FileChannel file = AuditFolder.open(body.file())) {
            file.truncate(0);
            ByteBuffer bytes = ByteBuffer.wrap(body.bytes());
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(false);
        }
    }

    /** Forces everything to the disk. */
    void sync() throws IOException {
        flush();
        saltFile().force(false);
        recordFile().force(false);
    }

    /** How many records no checkpoint covers. */
    long sinceCheckpoint() {
        return sequence - checkpointed;
    }

    /** Forces everything to the disk and signs the head, unless the last checkpoint did. */
    void checkpoint() throws IOException {
        sync();
        writeCheckpoint();
        if (checkpointed < sequence) {
            pendingCheckpoint = new Checkpoint(
                            settings.chain(),
                            sequence,
                            Checkpoint.digest(digest),
                            segment.first(),
                            Checkpoint.digest(tree.root()),
                            Checkpoint.idOf(key.getPublic()),
                            clock.instant().truncatedTo(ChronoUnit.MILLIS),
                            checkpointLine)
                    .line(key.getPrivate());
            checkpointed = sequence;
            writeCheckpoint();
        }
    }

    private void writeCheckpoint() throws IOException {
        if (pendingCheckpoint.length > 0) {
            Salts.write(checkpointFile, checkpointPosition, pendingCheckpoint, pendingCheckpoint.length);
            checkpointFile.force(false);
            checkpointPosition += pendingCheckpoint.length;
            checkpointLine = OpenedChain.digestOfLine(pendingCheckpoint, pendingCheckpoint.length - 1);
            pendingCheckpoint = new byte[0];
        }
    }

    private FileChannel recordFile() throws IOException {
        if (recordFile.isEmpty()) {
            recordFile = Optional.of(AuditFolder.open(segment.records()));
            AuditFolder.syncFolder(settings.folder().chain(settings.chain()));
        }
        return recordFile.get();
    }

    private FileChannel saltFile() throws IOException {
        if (saltFile.isEmpty()) {
            saltFile = Optional.of(AuditFolder.open(segment.salts()));
        }
        return saltFile.get();
    }

    private void closeSegment() throws IOException {
        if (recordFile.isPresent()) {
            recordFile.get().close();
            recordFile = Optional.empty();
        }
        if (saltFile.isPresent()) {
            saltFile.get().close();
            saltFile = Optional.empty();
        }
    }

    /** Releases the files. What was not synced is lost. */
    @Override
    public void close() throws IOException {
        closeSegment();
        checkpointFile.close();
        lock.close();
    }
}
