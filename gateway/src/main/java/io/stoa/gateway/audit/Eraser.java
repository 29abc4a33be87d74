package io.stoa.gateway.audit;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.audit.AuditFolder.Segment;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/**
 * Erases content and salts, so that neither is what was said readable nor can it be confirmed by guessing. The records
 * stay, the chain stays provable. First an erasure record (who, why, what; when is its time) is put on the disk, then
 * the erasing is done: what is interrupted in between is shown by a verification and finished by the next erasure.
 */
public final class Eraser {
    /** So that an erasure record stays a line of some 100 kB. */
    private static final int MOST_RANGES = 2000;

    private final AuditFolder folder;

    public Eraser(AuditFolder folder) {
        this.folder = folder;
    }

    /**
     * What to erase and why.
     *
     * @param by who says so: a person or a rule
     * @param why such as {@code request of the data subject, ticket 4711}
     */
    public record Order(List<String> chains, Selection selection, String by, String why) {
        public Order {
            chains = List.copyOf(chains);
            requireNonNull(selection, "selection");
            if (by.isBlank() || why.isBlank()) {
                throw new IllegalArgumentException("an erasure says by whom and why");
            }
        }
    }

    /** What was erased: how many requests of each chain. */
    public record Erased(Map<String, Long> requests) {
        public Erased {
            requests = Map.copyOf(requests);
        }

        public long total() {
            return requests.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * Erases.
     *
     * @param log the chain that the erasure is recorded in: the gateway's own, or that of {@link AuditFolder#OPERATOR}
     */
    public Erased erase(Order order, AuditLog log, Progress progress) {
        return erase(order, (_, _, _) -> true, log, progress);
    }

    /** Erases what lies in some segments. */
    Erased erase(Order order, AuditReader.Among among, AuditLog log, Progress progress) {
        Map<String, Ranges> found = new TreeMap<>();
        try (Slots slots = new Slots(folder)) {
            new AuditReader(folder).read(order.chains(), among, progress, record -> {
                if (order.selection().includes(record) && slots.isThere(record.chain(), record.sequence())) {
                    found.computeIfAbsent(record.chain(), _ -> new Ranges()).add(record.sequence(), record.sequence());
                }
            });
            Map<String, Long> counts = new TreeMap<>();
            for (Map.Entry<String, Ranges> each : found.entrySet()) {
                record(order, each.getKey(), each.getValue().all(), log);
                for (Ranges.Range range : each.getValue().all()) {
                    for (long sequence = range.from(); sequence <= range.to(); sequence++) {
                        slots.erase(each.getKey(), sequence);
                    }
                }
                counts.put(each.getKey(), each.getValue().size());
            }
            slots.sync();
            return new Erased(counts);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    folder.path() + ": could not be erased whole (" + e + "); run the erasure again",
                    e);
        }
    }

    private static void record(Order order, String chain, List<Ranges.Range> ranges, AuditLog log) {
        for (int from = 0; from < ranges.size(); from += MOST_RANGES) {
            List<Ranges.Range> part = ranges.subList(from, Math.min(ranges.size(), from + MOST_RANGES));
            Utf8Json body = new Utf8Json()
                    .raw("{\"by\":")
                    .string(order.by())
                    .raw(",\"chain\":")
                    .string(chain)
                    .raw(",\"ranges\":[");
            String separator = "[";
            for (Ranges.Range range : part) {
                body.raw(separator)
                        .number(range.from())
                        .raw(",")
                        .number(range.to())
                        .raw("]");
                separator = ",[";
            }
            body.raw("],\"why\":").string(order.why()).raw("}");
            try {
                log.append(ChainWriter.Kind.ERASURE, body.copy()).join();
            } catch (CancellationException | CompletionException e) {
                throw new StoaException(
                        StoaException.Kind.RESOURCES,
                        "nothing was erased, since the erasure could not be recorded; free some space, and try again",
                        e);
            }
        }
    }

    /** The salts and contents of all chains, by sequence; reads in ascending order are fast. */
    private static final class Slots implements AutoCloseable {
        private final AuditFolder folder;
        private String chain = "";
        private List<Segment> segments = List.of();
        private int place;
        private Optional<FileChannel> open = Optional.empty();
        private byte[] read = new byte[0];
        private long readFrom;
        private static final int AT_ONCE = 4096;

        Slots(AuditFolder folder) {
            this.folder = folder;
        }

        /** Whether there is something to erase. */
        boolean isThere(String of, long sequence) {
            try {
                FileChannel file = file(of, sequence);
                long slot = sequence - segments.get(place).first();
                if (read.length == 0 || slot < readFrom || slot >= readFrom + AT_ONCE) {
                    read = Salts.read(file, slot, AT_ONCE);
                    readFrom = slot;
                }
                return !Salts.isErased(read, (int) (slot - readFrom) * Salts.BYTES)
                        || Files.exists(folder.content(of, sequence));
            } catch (IOException e) {
                throw new StoaException(
                        StoaException.Kind.RESOURCES, folder.path() + ": salts cannot be read (" + e + ")", e);
            }
        }

        void erase(String of, long sequence) throws IOException {
            FileChannel file = file(of, sequence);
            Salts.erase(file, sequence - segments.get(place).first());
            Files.deleteIfExists(folder.content(of, sequence));
        }

        private FileChannel file(String of, long sequence) throws IOException {
            if (!of.equals(chain)) {
                sync();
                chain = of;
                segments = folder.segments(of);
                place = -1;
            }
            if (place < 0 || sequence < segments.get(place).first() || sequence >= after(place)) {
                sync();
                place = segments.size() - 1;
                while (place > 0 && sequence < segments.get(place).first()) {
                    place--;
                }
                open = Optional.of(AuditFolder.open(segments.get(place).salts()));
                read = new byte[0];
            }
            return open.orElseThrow();
        }

        private long after(int segment) {
            return segment + 1 < segments.size() ? segments.get(segment + 1).first() : Long.MAX_VALUE;
        }

        /** Forces what was erased to the disk and lets go of the file. */
        void sync() throws IOException {
            if (open.isPresent()) {
                open.get().force(true);
                open.get().close();
                open = Optional.empty();
                place = -1;
            }
        }

        @Override
        public void close() throws IOException {
            sync();
        }
    }
}
