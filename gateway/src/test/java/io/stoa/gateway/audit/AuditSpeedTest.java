package io.stoa.gateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.audit.AuditVerifier.Witnesses;
import io.stoa.model.Progress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long an append and a verification take. {@code -Dstoa.audit.records=1000000} for the sizes that are promised,
 * {@code -Dstoa.audit.rate=5000} for another rate (records a second).
 */
class AuditSpeedTest {
    @TempDir
    private Path temporary;

    @Test
    void aRecordCostsItsCallerNextToNothingAndAMillionVerifyInSeconds() {
        int records = Integer.getInteger("stoa.audit.records", 30_000);
        AuditFolder folder = new AuditFolder(temporary.resolve("audit"));
        KeyPair key = SigningKey.readOrMake(temporary.resolve("key.pem"));
        RequestRecord[] requests = new RequestRecord[1000];
        Arrays.setAll(requests, Requests::request);

        long[] handOver = new long[records];
        long[] group = new long[records];
        double filled;
        try (AuditLog log =
                AuditLog.open(AuditSettings.of(folder, "gw-1"), key, Clock.systemUTC(), new SecureRandom())) {
            long begun = System.nanoTime();
            paced(log, requests, handOver, group);
            filled = (System.nanoTime() - begun) / 1e9;
        }
        System.out.printf(
                "AuditSpeedTest: %,d records in %.1f s; the caller waits p50 %.2f µs, p99 %.2f µs, p99.9 %.2f µs;"
                        + " handed to the system after p50 %,d µs, p99 %,d µs%n",
                records,
                filled,
                at(handOver, 0.5) / 1e3,
                at(handOver, 0.99) / 1e3,
                at(handOver, 0.999) / 1e3,
                at(group, 0.5) / 1000,
                at(group, 0.99) / 1000);

        long begun = System.nanoTime();
        List<Verification> results = new AuditVerifier(
                        folder, Runtime.getRuntime().availableProcessors())
                .verify(Witnesses.NONE, Progress.NONE);
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf("AuditSpeedTest: %,d records verified in %.2f s%n", records, seconds);
        assertThat(results)
                .singleElement()
                .isInstanceOfSatisfying(
                        Verification.Intact.class,
                        each -> assertThat(each.requests()).isEqualTo(records));
        assertThat(at(handOver, 0.99)).isLessThan(Duration.ofNanos(100_000).toNanos());
        assertThat(seconds / records * 1_000_000).isLessThan(60);
    }

    /** Hands records over at a steady rate, as an event loop would, and looks when each was written. */
    private static void paced(AuditLog log, RequestRecord[] requests, long[] handOver, long[] group) {
        long gap = 1_000_000_000L / Integer.getInteger("stoa.audit.rate", 10_000);
        long first = log.written() + 1;
        long[] begun = new long[handOver.length];
        int seen = 0;
        long due = System.nanoTime();
        for (int i = 0; i < handOver.length; i++) {
            for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                seen = seen(log, first, begun, group, seen);
                LockSupport.parkNanos(Math.min(early, 20_000));
            }
            due += gap;
            begun[i] = System.nanoTime();
            log.ended(requests[i % requests.length]);
            handOver[i] = System.nanoTime() - begun[i];
        }
        while (seen < handOver.length) {
            seen = seen(log, first, begun, group, seen);
        }
    }

    private static int seen(AuditLog log, long first, long[] begun, long[] group, int from) {
        long until = Math.min(begun.length, log.written() - first + 1);
        int seen = from;
        for (long now = System.nanoTime(); seen < until; seen++) {
            group[seen] = now - begun[seen];
        }
        return seen;
    }

    private static long at(long[] nanos, double share) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[(int) (share * (sorted.length - 1))];
    }

    @Test
    void theChainItselfAppendsInMicroseconds() throws Exception {
        int records = Integer.getInteger("stoa.audit.records", 30_000);
        AuditFolder folder = new AuditFolder(temporary.resolve("audit"));
        KeyPair key = SigningKey.readOrMake(temporary.resolve("key.pem"));
        AuditSettings settings = AuditSettings.of(folder, "gw-1").with(64L << 20, Integer.MAX_VALUE);
        long[] nanos = new long[records];
        try (ChainWriter writer = new ChainWriter(
                settings,
                key,
                Clock.systemUTC(),
                new SecureRandom(),
                OpenedChain.open(folder, "gw-1", Clock.systemUTC()))) {
            for (int i = 0; i < records; i++) {
                RequestRecord request = Requests.request(i);
                long begun = System.nanoTime();
                writer.add(request);
                writer.flush();
                nanos[i] = System.nanoTime() - begun;
            }
            writer.checkpoint();
        }
        System.out.printf(
                "AuditSpeedTest: one append, encoded, chained and written by itself: p50 %.1f µs, p99 %.1f µs%n",
                at(nanos, 0.5) / 1e3, at(nanos, 0.99) / 1e3);
        assertThat(at(nanos, 0.5)).isLessThan(Duration.ofMillis(1).toNanos());
    }
}
