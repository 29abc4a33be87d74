package io.stoa.gateway.audit;

import io.stoa.model.EvidenceRef;
import io.stoa.model.StoaException;
import io.stoa.store.CanonicalJson;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.node.ObjectNode;

/**
 * A gateway's chain of records, appended to by one thread of its own. See the package's page for what it proves.
 *
 * <p><b>No record is refused or dropped.</b> {@link #ended} puts it into a queue and returns; it never blocks. When more
 * wait than the settings allow, or the disk refuses, {@link #accepting()} is false, and whoever serves requests must
 * turn new ones away with 503 until it is true again; those that are under way are still taken, so the queue is bounded
 * by its limit and by the requests in flight. A disk that refuses is tried again twice a second.
 *
 * <p><b>When a record is safe.</b> It is handed to the operating system within the group's time (5 ms) and then survives
 * the death of this process, and it is forced to the disk within the sync time (200 ms), at each checkpoint, when a
 * segment ends and at the close, and then survives the death of the machine. What was still in the queue when the
 * process was killed is lost: up to the group's time of answers that were just ended.
 */
public final class AuditLog implements RecordListener, AutoCloseable {
    private static final Logger LOG = System.getLogger(AuditLog.class.getName());
    private static final int MOST_AT_ONCE = 512;
    private static final long WAKEFUL_NANOS = Duration.ofMillis(200).toNanos();
    private static final long RETRY_NANOS = Duration.ofMillis(500).toNanos();
    private static final long GIVE_UP_NANOS = Duration.ofSeconds(5).toNanos();

    private final AuditSettings settings;
    private final ChainWriter writer;
    private final Thread thread;
    private final ConcurrentLinkedQueue<Object> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();
    /** Refusals that came while nothing could be written. */
    private final AtomicLong unwritten = new AtomicLong();

    private volatile boolean asleep;
    private volatile boolean closing;
    private volatile boolean refused;
    private volatile long written;
    private volatile long synced;
    private volatile Optional<String> failure = Optional.empty();
    private long unsyncedSince;
    private long uncoveredSince;
    private final List<Unsynced> unsyncedEvents = new ArrayList<>();

    @SuppressWarnings("ArrayRecordComponent")
    private record Event(ChainWriter.Kind kind, byte[] body, CompletableFuture<EvidenceRef> safe) {}

    /** A record whose place is known but which the disk may not have yet. */
    private record Unsynced(CompletableFuture<EvidenceRef> safe, EvidenceRef place) {}

    private AuditLog(AuditSettings settings, ChainWriter writer) {
        this.settings = settings;
        this.writer = writer;
        this.thread = Thread.ofPlatform()
                .name("stoa-audit-" + settings.chain())
                .daemon(true)
                .unstarted(this::run);
    }

    /**
     * Opens a chain, or goes on with it. What a crash left half written is set aside, and the first record says so.
     *
     * @throws StoaException {@code USER} when the chain is damaged or another process appends to it, {@code RESOURCES}
     *     when it cannot be written
     */
    public static AuditLog open(AuditSettings settings, KeyPair key, Clock clock, SecureRandom random) {
        try {
            OpenedChain opened = OpenedChain.open(settings.folder(), settings.chain(), clock);
            ChainWriter writer = new ChainWriter(settings, key, clock, random, opened);
            writer.checkpoint();
            AuditLog log = new AuditLog(settings, writer);
            log.written = writer.sequence();
            log.synced = writer.sequence();
            log.thread.start();
            return log;
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    settings.folder().chain(settings.chain()) + ": the audit cannot be written (" + e
                            + "); free some space or mend its permissions, since nothing is served without it",
                    e);
        }
    }

    @Override
    public void ended(RequestRecord ended) {
        if (ended.end() == RequestRecord.End.REFUSED && !accepting()) {
            // Nothing happened, and what cannot be written would only pile up: how many there were is written
            // afterwards.
            unwritten.incrementAndGet();
            return;
        }
        long bytes = settings.keepContent() ? keptBytes(ended) : 0;
        if (bytes > 0) {
            waitingBytes.addAndGet(bytes);
        }
        put(ended);
    }

    private static long keptBytes(RequestRecord ended) {
        return ended.request().kept().map(String::length).orElse(0)
                + (long) ended.answer().kept().map(String::length).orElse(0);
    }

    /** Appends something that happened and is no request, such as an installation on a device. */
    public void event(ObjectNode body) {
        CompletableFuture<EvidenceRef> _ =
                append(ChainWriter.Kind.EVENT, CanonicalJson.write(body).getBytes(StandardCharsets.UTF_8));
    }

    /** Appends a record of another kind; completed with its place when it is on the disk. */
    CompletableFuture<EvidenceRef> append(ChainWriter.Kind kind, byte[] body) {
        Event event = new Event(kind, body, new CompletableFuture<>());
        put(event);
        return event.safe();
    }

    private void put(Object record) {
        if (closing) {
            throw StoaException.bug("a record came after the audit was closed; close it last");
        }
        waiting.incrementAndGet();
        queue.add(record);
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
    }

    /** Whether new requests may be taken; false means 503 for them. */
    public boolean accepting() {
        return !refused && waiting.get() < settings.waiting() && waitingBytes.get() < settings.waitingBytes();
    }

    /** Why the disk refuses at the moment; empty when it does not. */
    public Optional<String> failure() {
        return failure;
    }

    /** How many records wait to be written. */
    public int waiting() {
        return waiting.get();
    }

    /** The last record that the operating system has: it survives this process. */
    public long written() {
        return written;
    }

    /** The last record that was forced to the disk: it survives the machine. */
    public long synced() {
        return synced;
    }

    public AuditSettings settings() {
        return settings;
    }

    private void run() {
        try {
            loop();
        } catch (GaveUp _) {
            unsyncedEvents.forEach(event -> event.safe().cancel(false));
        } catch (RuntimeException | Error e) {
            failure = Optional.of("a bug: " + e);
            refused = true;
            LOG.log(Level.ERROR, "the audit stopped, new requests are refused; this is a bug in Stoa", e);
        }
    }

    private void loop() {
        long lastRecord = System.nanoTime();
        while (true) {
            if (writeGroup()) {
                lastRecord = System.nanoTime();
            } else if (closing) {
                break;
            }
            keepPromises();
            if (waiting.get() < MOST_AT_ONCE && !closing) {
                rest(System.nanoTime() - lastRecord);
            }
        }
        Event closed = new Event(ChainWriter.Kind.CLOSED, new byte[] {'{', '}'}, new CompletableFuture<>());
        add(closed);
        until(writer::checkpoint);
        settle();
    }

    /** Takes a group from the queue and writes it; false when there was none. */
    private boolean writeGroup() {
        long missed = accepting() ? unwritten.getAndSet(0) : 0;
        if (missed > 0) {
            byte[] body =
                    ("{\"event\":\"refusals_not_written\",\"count\":" + missed + "}").getBytes(StandardCharsets.UTF_8);
            waiting.incrementAndGet();
            queue.add(new Event(ChainWriter.Kind.EVENT, body, new CompletableFuture<>()));
        }
        int taken = 0;
        long bytes = 0;
        int most = Math.min(MOST_AT_ONCE, settings.checkpointRecords());
        for (Object next = queue.poll(); next != null; next = queue.poll()) {
            if (writer.mustRotate()) {
                until(writer::rotate);
            }
            bytes += add(next);
            if (++taken == most) {
                break;
            }
        }
        if (taken > 0) {
            until(writer::flush);
            written = writer.sequence();
            waiting.addAndGet(-taken);
            waitingBytes.addAndGet(-bytes);
        }
        return taken > 0;
    }

    private long add(Object record) {
        if (unsyncedSince == 0) {
            unsyncedSince = System.nanoTime();
        }
        if (uncoveredSince == 0) {
            uncoveredSince = System.nanoTime();
        }
        if (record instanceof Event event) {
            unsyncedEvents.add(new Unsynced(event.safe(), writer.add(event.kind(), event.body())));
            return 0;
        }
        RequestRecord request = (RequestRecord) record;
        writer.add(request);
        return settings.keepContent() ? keptBytes(request) : 0;
    }

    /** Forces to the disk and signs what is due. */
    private void keepPromises() {
        long now = System.nanoTime();
        boolean sign = writer.sinceCheckpoint() >= settings.checkpointRecords()
                || (uncoveredSince != 0
                        && now - uncoveredSince >= settings.checkpointEvery().toNanos());
        boolean force = !unsyncedEvents.isEmpty()
                || (unsyncedSince != 0 && now - unsyncedSince >= settings.sync().toNanos());
        if (sign) {
            until(writer::checkpoint);
            uncoveredSince = 0;
        } else if (force) {
            until(writer::sync);
        }
        if (sign || force) {
            settle();
        }
    }

    private void settle() {
        written = writer.sequence();
        synced = writer.sequence();
        unsyncedSince = 0;
        unsyncedEvents.forEach(event -> event.safe().complete(event.place()));
        unsyncedEvents.clear();
    }

    /**
     * While requests come, naps of the group's time: whoever hands a record over then never pays for waking this thread.
     * After a while without any, sleeps until one comes or something is due.
     */
    private void rest(long idleNanos) {
        if (idleNanos < WAKEFUL_NANOS) {
            LockSupport.parkNanos(settings.group().toNanos());
            return;
        }
        asleep = true;
        if (queue.isEmpty() && !closing) {
            LockSupport.parkNanos(
                    unsyncedSince == 0
                            ? Duration.ofSeconds(1).toNanos()
                            : settings.sync().toNanos());
        }
        asleep = false;
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private static final class GaveUp extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Does a step again and again until the disk lets it; while closing, only for a few seconds. */
    private void until(Step step) {
        long closingSince = 0;
        while (true) {
            try {
                step.run();
                if (refused) {
                    LOG.log(Level.INFO, "the audit is written again");
                    failure = Optional.empty();
                    refused = false;
                }
                return;
            } catch (IOException e) {
                if (!refused) {
                    refused = true;
                    LOG.log(Level.ERROR, "the audit cannot be written, new requests are refused", e);
                }
                failure = Optional.of(String.valueOf(e.getMessage()));
                if (closing) {
                    closingSince = closingSince == 0 ? System.nanoTime() : closingSince;
                    if (System.nanoTime() - closingSince > GIVE_UP_NANOS) {
                        throw new GaveUp();
                    }
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    /**
     * Writes what waits, a last record and a checkpoint.
     *
     * @throws StoaException {@code RESOURCES} when the disk refuses: the message says how many records are lost
     */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            writer.close();
        } catch (IOException e) {
            failure = Optional.of(String.valueOf(e.getMessage()));
        }
        if (failure.isPresent()) {
            throw StoaException.resources(
                    settings.folder().chain(settings.chain()) + ": the audit could not be closed ("
                            + failure.get() + "); " + waiting.get()
                            + " records were not written. The next start says where the chain broke off");
        }
    }
}
