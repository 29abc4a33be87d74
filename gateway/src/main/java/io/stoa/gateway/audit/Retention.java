package io.stoa.gateway.audit;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.audit.AuditFolder.Segment;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How long things are kept. Articles 19(1) and 26(6) of Regulation (EU) 2024/1689 (the AI Act) make providers and
 * deployers of high-risk systems keep the logs that are under their control for at least six months, unless other law
 * says otherwise; six calendar months are up to {@value #SIX_MONTHS_DAYS} days. That concerns the records. Content is
 * kept only where it was asked for, and may go earlier.
 *
 * @param content how long content and salts are kept; for ever when absent
 * @param records how long records are kept; for ever when absent
 */
public record Retention(Optional<Duration> content, Optional<Duration> records) {
    public static final int SIX_MONTHS_DAYS = 184;

    /** What lies in a segment that begins later than this after the limit is not due; a longer request's is found later. */
    private static final Duration LONGEST_REQUEST = Duration.ofDays(1);

    public Retention {
        requireNonNull(content, "content");
        requireNonNull(records, "records");
        if (content.filter(time -> !time.isPositive()).isPresent()
                || records.filter(time -> !time.isPositive()).isPresent()) {
            throw new IllegalArgumentException("a retention is positive");
        }
    }

    /**
     * A retention as someone asks for it.
     *
     * @param shorterThanTheAct whether they said that records may go before six months
     * @throws StoaException {@code USER} when records would go earlier and they did not say so
     */
    public static Retention of(Optional<Duration> content, Optional<Duration> records, boolean shorterThanTheAct) {
        Duration least = Duration.ofDays(SIX_MONTHS_DAYS);
        if (records.filter(time -> time.compareTo(least) < 0).isPresent() && !shorterThanTheAct) {
            throw StoaException.user(
                    "records cannot be kept for " + records.get().toDays()
                            + " days only: Articles 19(1) and 26(6) of the EU AI Act ask for at least six months ("
                            + SIX_MONTHS_DAYS + " days); keep them longer, or say that this Act does not apply to you");
        }
        return new Retention(content, records);
    }

    /**
     * Does what is due for a gateway's own chain. To be called once a day, on a thread that may block.
     *
     * @return how many requests lost their content
     */
    public long apply(AuditLog log, Clock clock) {
        AuditFolder folder = log.settings().folder();
        Instant now = clock.instant();
        records.ifPresent(time -> drop(log, folder, now.minus(time)));
        return content.map(time -> new Eraser(folder)
                        .erase(
                                new Eraser.Order(
                                        List.of(log.settings().chain()),
                                        Selection.before(now.minus(time)),
                                        "retention",
                                        "content is kept for " + time.toDays() + " days"),
                                (chain, segment, next) -> isDue(chain, segment, now.minus(time))
                                        && !isErased(folder, chain, segment, next),
                                log,
                                Progress.NONE)
                        .total())
                .orElse(0L);
    }

    /** Drops whole segments, never the last one, after it was recorded. */
    private static void drop(AuditLog log, AuditFolder folder, Instant before) {
        try {
            String chain = log.settings().chain();
            List<Segment> segments = folder.segments(chain);
            List<Segment> old = new ArrayList<>();
            for (int i = 0; i + 1 < segments.size() && endsBefore(segments.get(i), before); i++) {
                old.add(segments.get(i));
            }
            if (old.isEmpty()) {
                return;
            }
            long next = segments.get(old.size()).first();
            byte[] body = new Utf8Json()
                    .raw("{\"digest\":\"")
                    .raw(previous(segments.get(old.size()), chain))
                    .raw("\",\"upTo\":")
                    .number(next - 1)
                    .raw("}")
                    .copy();
            log.append(ChainWriter.Kind.DROPPED, body).join();
            for (Segment segment : old) {
                Files.deleteIfExists(segment.records());
                Files.deleteIfExists(segment.salts());
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, folder.path() + ": old segments cannot be dropped (" + e + ")", e);
        }
    }

    /** A segment was last written when its last record was; a copy that looks newer is kept longer. */
    private static boolean endsBefore(Segment segment, Instant before) throws IOException {
        return Files.getLastModifiedTime(segment.records()).toInstant().isBefore(before);
    }

    /**
     * Whether anything in a segment can be from before a time. Records are appended when requests end, in the order of
     * time but for how long a request took, and for a clock that was ahead and was set back: then the file itself is old.
     */
    private static boolean isDue(String chain, Segment segment, Instant before) throws IOException {
        Instant limit = before.plus(LONGEST_REQUEST);
        return endsBefore(segment, limit)
                || AuditReader.first(chain, segment)
                        .filter(first -> first.time().isBefore(limit))
                        .isPresent();
    }

    /** Whether an earlier erasure left nothing in a segment; the last one is always looked at. */
    private static boolean isErased(AuditFolder folder, String chain, Segment segment, OptionalLong next)
            throws IOException {
        return next.isPresent()
                && Salts.areErased(segment.salts(), next.getAsLong() - segment.first())
                && !folder.hasContent(chain, segment.first(), next.getAsLong());
    }

    private static String previous(Segment segment, String chain) throws IOException {
        return AuditReader.first(chain, segment)
                .map(first -> first.previous().hex())
                .orElseThrow(() -> StoaException.user(segment.records() + ": its first record is missing"));
    }
}
