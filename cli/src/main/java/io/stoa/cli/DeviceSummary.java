package io.stoa.cli;

import io.stoa.edge.device.JournalFile;
import io.stoa.edge.device.JournalSummary;
import io.stoa.gateway.audit.AuditFolder;
import io.stoa.gateway.audit.AuditReader;
import io.stoa.gateway.audit.AuditRecord;
import io.stoa.model.Progress;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Adds a device's journal up. */
final class DeviceSummary {
    private final Map<String, Long> events = new TreeMap<>();
    private final List<Double> speeds = new ArrayList<>();
    private final List<Double> firsts = new ArrayList<>();
    private Optional<Instant> from = Optional.empty();
    private Optional<Instant> until = Optional.empty();
    private long questions;
    private long failed;
    private long cut;
    private long empty;
    private long repeating;
    private long promptTokens;
    private long answerTokens;
    private long memory;
    private long dropped;
    private long lost;

    private DeviceSummary() {}

    static JournalSummary of(
            AuditFolder folder, PublicKey key, Optional<String> bundle, Instant now, Progress progress) {
        DeviceSummary sums = new DeviceSummary();
        new AuditReader(folder).read(folder.chains(), progress, sums::add);
        return new JournalSummary(
                JournalFile.deviceOf(key),
                Base64.getEncoder().encodeToString(key.getEncoded()),
                bundle,
                now,
                sums.from,
                sums.until,
                sums.questions,
                sums.failed,
                sums.cut,
                sums.empty,
                sums.repeating,
                sums.promptTokens,
                sums.answerTokens,
                quantile(sums.speeds, 0.5),
                quantile(sums.speeds, 0.1),
                quantile(sums.firsts, 0.5).map(Math::round),
                sums.memory > 0 ? Optional.of(sums.memory) : Optional.empty(),
                sums.dropped,
                sums.lost,
                sums.events,
                Map.of());
    }

    private void add(AuditRecord record) {
        from = Optional.of(from.filter(time -> time.isBefore(record.time())).orElse(record.time()));
        until = Optional.of(until.filter(time -> time.isAfter(record.time())).orElse(record.time()));
        if (record.isRequest()) {
            request(record);
        } else if (record.kind().equals("event")) {
            event(record);
        }
    }

    private void request(AuditRecord record) {
        questions++;
        failed += record.text("end").equals("failed") ? 1 : 0;
        cut += record.text("reason").equals("cut") ? 1 : 0;
        long tokens = record.body().path("usage").path("completion").asLong(0);
        promptTokens += record.body().path("usage").path("prompt").asLong(0);
        answerTokens += tokens;
        if (record.body().has("firstByteMicros")) {
            long first = record.body().path("firstByteMicros").asLong(0);
            long generating = record.body().path("durationMicros").asLong(0) - first;
            firsts.add((double) first);
            if (tokens > 1 && generating > 0) {
                speeds.add((tokens - 1) * 1e6 / generating);
            }
        }
    }

    private void event(AuditRecord record) {
        String name = record.text("event");
        switch (name) {
            case "signals" -> {
                empty += record.body().path("empty").asLong(0);
                repeating += record.body().path("repeating").asLong(0);
                memory = Math.max(memory, record.body().path("memoryBytes").asLong(0));
            }
            case "dropped" -> dropped += record.body().path("records").asLong(0);
            case "lost" -> lost += record.body().path("records").asLong(0);
            default -> events.merge(name, 1L, Long::sum);
        }
    }

    /** By the nearest rank. */
    private static Optional<Double> quantile(List<Double> values, double share) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return Optional.of(Arrays.stream(sorted)
                .skip((long) Math.floor(share * (sorted.length - 1)))
                .findFirst()
                .orElseThrow());
    }
}
