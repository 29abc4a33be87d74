package io.stoa.cli;

import static java.util.Objects.requireNonNull;

import io.stoa.edge.device.Answered;
import io.stoa.edge.device.DeviceEvent;
import io.stoa.edge.device.Journal;
import io.stoa.edge.device.SelfTestReport;
import io.stoa.edge.device.Signals;
import io.stoa.gateway.audit.AuditFolder;
import io.stoa.gateway.audit.AuditLog;
import io.stoa.gateway.audit.AuditReader;
import io.stoa.gateway.audit.AuditRecord;
import io.stoa.gateway.audit.AuditSettings;
import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.Content;
import io.stoa.gateway.audit.SigningKey;
import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.TokenUsage;
import io.stoa.model.Bytes;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A device's journal, in the files of the gateway's audit: chains that {@code stoa audit verify} verifies.
 *
 * <p>Each process that writes at the same time has a chain of its own, {@code wN-GGGGGG}: the N-th writer's G-th piece. A
 * piece that has grown to a quarter of what the journal may take is ended, and the next one begins with the digest of its
 * head; when all take more, the oldest that nobody writes is deleted, and a record says how much went.
 */
final class DeviceJournal implements Journal {
    private static final int MOST_WRITERS = 16;
    private static final int CHECK_EVERY = 64;
    private static final long RETRY_NANOS = Duration.ofMinutes(1).toNanos();

    private final AuditFolder folder;
    private final KeyPair key;
    private final Clock clock;
    private final Bytes most;
    private final boolean keepContent;
    private Subject subject;
    private Optional<AuditLog> log = Optional.empty();
    private int writer;
    private int piece;
    private long records;
    private long lost;
    private long triedAt;

    /**
     * What answers.
     *
     * @param name the bundle's
     * @param candidate its identity
     */
    record Subject(String name, String candidate) {
        static final Subject NONE = new Subject("none", "none");
    }

    /** @param device the device's folder */
    DeviceJournal(Path device, Bytes most, boolean keepContent, Clock clock) {
        this.folder = new AuditFolder(device.resolve("journal"));
        this.key = SigningKey.readOrMake(device.resolve("journal-key.pem"));
        this.most = requireNonNull(most, "most");
        this.keepContent = keepContent;
        this.clock = requireNonNull(clock, "clock");
        this.subject = Subject.NONE;
        this.triedAt = System.nanoTime() - RETRY_NANOS;
    }

    AuditFolder folder() {
        return folder;
    }

    KeyPair key() {
        return key;
    }

    /** From now on the answers are of this bundle. */
    synchronized void of(Subject now) {
        subject = now;
    }

    @Override
    public synchronized void answered(Answered answered) {
        write(open -> open.ended(record(answered)));
    }

    @Override
    public synchronized void signals(Signals signals) {
        ObjectNode body = event("signals")
                .put("answers", signals.answers())
                .put("failed", signals.failed())
                .put("cut", signals.cut())
                .put("empty", signals.empty())
                .put("repeating", signals.repeating())
                .put("answerTokens", signals.answerTokens())
                .put("generatingMicros", signals.generating())
                .put("slowestFirstTokenMicros", signals.slowestFirstToken());
        signals.memoryBytes().ifPresent(bytes -> body.put("memoryBytes", bytes));
        write(open -> open.event(body));
    }

    @Override
    public synchronized void happened(DeviceEvent event) {
        ObjectNode body = event(event.kind().word()).put("why", event.why());
        event.bundle().ifPresent(bundle -> body.put("bundle", bundle));
        event.running().ifPresent(running -> body.put("running", running));
        event.test().ifPresent(test -> put(body.putObject("test"), test));
        write(open -> open.event(body));
    }

    private static void put(ObjectNode into, SelfTestReport test) {
        into.put("asked", test.asked()).put("agreed", test.agreed());
        test.tokensPerSecond().ifPresent(speed -> into.put("tokensPerSecond", speed));
        test.memory().ifPresent(memory -> into.put("memoryBytes", memory.count()));
        test.failures().forEach(into.putArray("failures")::add);
    }

    private static ObjectNode event(String name) {
        return JsonMapper.shared().createObjectNode().put("event", name);
    }

    private RequestRecord record(Answered answered) {
        return new RequestRecord(
                UUID.randomUUID().toString(),
                answered.time(),
                switch (answered.call()) {
                    case CHAT -> ApiCall.CHAT_COMPLETIONS;
                    case TEXT -> ApiCall.COMPLETIONS;
                    case EMBEDDING -> ApiCall.EMBEDDINGS;
                },
                Optional.empty(),
                Optional.empty(),
                subject.name(),
                Optional.of("edge"),
                Optional.of(subject.candidate()),
                OptionalLong.empty(),
                switch (answered.end()) {
                    case WHOLE, CUT -> RequestRecord.End.SERVED;
                    case ABANDONED -> RequestRecord.End.ABANDONED;
                    case FAILED -> RequestRecord.End.FAILED;
                },
                switch (answered.end()) {
                    case WHOLE, CUT -> 200;
                    case ABANDONED -> 499;
                    case FAILED -> 500;
                },
                answered.end().name().toLowerCase(Locale.ROOT),
                1,
                new TokenUsage(answered.promptTokens(), answered.answerTokens()),
                0,
                answered.firstToken().isPresent()
                        ? OptionalLong.of(answered.firstToken().get().toNanos() / 1000)
                        : OptionalLong.empty(),
                answered.total().toNanos() / 1000,
                content(answered.promptBytes(), answered.content().map(Answered.Content::prompt)),
                content(answered.answerBytes(), answered.content().map(Answered.Content::answer)),
                Optional.empty());
    }

    private static Content content(long bytes, Optional<String> kept) {
        return new Content(bytes, kept.map(Digest::of), kept);
    }

    // ---- the chain

    private void write(Consumer<AuditLog> record) {
        Optional<AuditLog> open = opened();
        if (open.isEmpty() || !open.get().accepting()) {
            lost++;
            return;
        }
        if (lost > 0) {
            open.get().event(event("lost").put("records", lost));
            lost = 0;
        }
        record.accept(open.get());
        if (++records % CHECK_EVERY == 0) {
            bound();
        }
    }

    private Optional<AuditLog> opened() {
        if (log.isEmpty() && System.nanoTime() - triedAt >= RETRY_NANOS) {
            triedAt = System.nanoTime();
            try {
                log = first();
                bound();
            } catch (StoaException _) {
                // the disk refuses: counted by whoever asks
            }
        }
        return log;
    }

    /** A chain that nobody else writes: the latest piece of the first writer that is free, or whose chain can go on. */
    private Optional<AuditLog> first() {
        for (writer = 1; writer <= MOST_WRITERS; writer++) {
            piece = Math.max(1, latest(writer));
            try {
                return Optional.of(open());
            } catch (StoaException e) {
                // held by another process, or damaged: it stays as it is, and another goes on
                if (e.kind() != StoaException.Kind.USER) {
                    throw e;
                }
            }
        }
        return Optional.empty();
    }

    private AuditLog open() {
        AuditSettings settings = AuditSettings.of(folder, name(writer, piece));
        return AuditLog.open(keepContent ? settings.keepingContent() : settings, key, clock, new SecureRandom());
    }

    private static String name(int writer, int piece) {
        return String.format(Locale.ROOT, "w%d-%06d", writer, piece);
    }

    private int latest(int writer) {
        return chains().stream()
                .filter(name -> name.matches("w" + writer + "-[0-9]{6}"))
                .mapToInt(name -> Integer.parseInt(name.substring(name.indexOf('-') + 1)))
                .max()
                .orElse(0);
    }

    private List<String> chains() {
        return Files.isDirectory(folder.path()) ? folder.chains() : List.of();
    }

    /** Ends the piece when it is large, and deletes the oldest ones when all are. */
    private void bound() {
        try {
            if (log.isPresent() && bytes(name(writer, piece)) > most.count() / 4) {
                goOn(log.get());
            }
            if (log.isPresent()) {
                drop(log.get());
            }
        } catch (IOException | StoaException _) {
            // the disk refuses: tried again later
        }
    }

    private void goOn(AuditLog full) {
        log = Optional.empty();
        String before = name(writer, piece);
        full.close();
        Tally tally = tally(before);
        piece++;
        AuditLog next = open();
        log = Optional.of(next);
        next.event(event("continues").put("chain", before).put("head", tally.head()));
    }

    private void drop(AuditLog current) throws IOException {
        long total = 0;
        List<String> names = new ArrayList<>(chains());
        for (String name : names) {
            total += bytes(name);
        }
        names.remove(name(writer, piece));
        names.sort(Comparator.comparing(this::lastWritten).thenComparing(Comparator.naturalOrder()));
        for (String name : names) {
            if (total <= most.count()) {
                return;
            }
            long freed = bytes(name);
            Tally tally = tally(name);
            if (deleted(name)) {
                total -= freed;
                current.event(event("dropped")
                        .put("chain", name)
                        .put("records", tally.records())
                        .put("requests", tally.requests())
                        .put("head", tally.head()));
            }
        }
    }

    /** What a chain held: how many records, and its last as SEQUENCE:DIGEST. */
    private record Tally(long records, long requests, String head) {}

    private Tally tally(String chain) {
        long[] counts = {0, 0};
        StringBuilder head = new StringBuilder();
        try {
            new AuditReader(folder).read(List.of(chain), Progress.NONE, record -> {
                counts[0]++;
                counts[1] += record.isRequest() ? 1 : 0;
                head.setLength(0);
                head.append(headOf(record));
            });
        } catch (StoaException _) {
            head.append(", damaged after it");
        }
        return new Tally(counts[0], counts[1], head.toString());
    }

    private static String headOf(AuditRecord record) {
        return record.sequence() + ":" + record.digest().hex();
    }

    private FileTime lastWritten(String chain) {
        try {
            return Files.getLastModifiedTime(folder.path().resolve(chain).resolve("checkpoints.jsonl"));
        } catch (IOException _) {
            return FileTime.fromMillis(0);
        }
    }

    private long bytes(String chain) throws IOException {
        long bytes = 0;
        for (Path each : walk(folder.path().resolve(chain))) {
            bytes += Files.isRegularFile(each) ? Files.size(each) : 0;
        }
        return bytes;
    }

    private static List<Path> walk(Path from) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            return all.toList();
        }
    }

    /** Deletes a chain, unless another process writes it. */
    private boolean deleted(String chain) throws IOException {
        Path place = folder.path().resolve(chain);
        try (FileChannel lock =
                FileChannel.open(place.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Optional<FileLock> held = Optional.ofNullable(lock.tryLock());
            if (held.isEmpty()) {
                return false;
            }
            for (Path each : walk(place).reversed()) {
                Files.delete(each);
            }
            return true;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    @Override
    public synchronized void close() {
        Optional<AuditLog> open = log;
        log = Optional.empty();
        try {
            open.ifPresent(AuditLog::close);
        } catch (StoaException _) {
            // the disk refuses: the next start says where the chain broke off
        }
    }
}
