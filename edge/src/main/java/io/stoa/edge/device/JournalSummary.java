package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What the journal of one device comes to: what a fleet's report reads.
 *
 * @param device the first sixteen digits of the SHA-256 of its journal's key
 * @param key the base64 of that key's X.509 form: Ed25519
 * @param bundle what runs there, as name, version and the beginning of its digest
 * @param made when this was made, by the device's clock
 * @param from the first record's time
 * @param until the last record's time
 * @param questions how many were asked
 * @param failed how many of them the engine did not answer
 * @param cut how many answers the limit of tokens ended
 * @param empty how many answers said nothing, of those that a monitor saw
 * @param repeating how many answers were stuck in a loop, likewise
 * @param promptTokens tokens read
 * @param answerTokens tokens generated
 * @param tokensPerSecond the median over answers, of two tokens or more
 * @param slowTokensPerSecond the speed that nine of ten answers reach
 * @param firstTokenMicros the median time to the first token
 * @param memoryBytes the most that a process has taken, where that is known
 * @param droppedRecords how many old records made room for new ones
 * @param lostRecords how many could not be written, because the disk refused
 * @param events how often bundles were installed, refused, and so on, by {@link DeviceEvent.Kind#word}
 * @param files the SHA-256 of every file of the journal, by its path
 */
public record JournalSummary(
        String device,
        String key,
        Optional<String> bundle,
        Instant made,
        Optional<Instant> from,
        Optional<Instant> until,
        long questions,
        long failed,
        long cut,
        long empty,
        long repeating,
        long promptTokens,
        long answerTokens,
        Optional<Double> tokensPerSecond,
        Optional<Double> slowTokensPerSecond,
        Optional<Long> firstTokenMicros,
        Optional<Long> memoryBytes,
        long droppedRecords,
        long lostRecords,
        Map<String, Long> events,
        Map<String, String> files) {
    public JournalSummary {
        requireNonNull(device, "device");
        requireNonNull(key, "key");
        requireNonNull(bundle, "bundle");
        requireNonNull(made, "made");
        requireNonNull(from, "from");
        requireNonNull(until, "until");
        requireNonNull(tokensPerSecond, "tokensPerSecond");
        requireNonNull(slowTokensPerSecond, "slowTokensPerSecond");
        requireNonNull(firstTokenMicros, "firstTokenMicros");
        requireNonNull(memoryBytes, "memoryBytes");
        events = Map.copyOf(events);
        files = Map.copyOf(files);
    }

    /** The same with the digests of its files. */
    JournalSummary over(Map<String, String> digests) {
        return new JournalSummary(
                device,
                key,
                bundle,
                made,
                from,
                until,
                questions,
                failed,
                cut,
                empty,
                repeating,
                promptTokens,
                answerTokens,
                tokensPerSecond,
                slowTokensPerSecond,
                firstTokenMicros,
                memoryBytes,
                droppedRecords,
                lostRecords,
                events,
                digests);
    }
}
