package io.stoa.gateway.audit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How a gateway's chain is written.
 *
 * @param folder where all chains lie
 * @param chain the name of this gateway's chain: every gateway has its own
 * @param keepContent whether bodies are kept beside the chain
 * @param group how long records are gathered before they are written together
 * @param sync how long a written record may wait until it is forced to the disk
 * @param segmentBytes how large a segment grows; a new one also begins with each day (UTC)
 * @param checkpointRecords a checkpoint is signed at the latest after so many records …
 * @param checkpointEvery … and so long after a record that none covers yet
 * @param waiting how many records may wait to be written before the gateway should take no more requests
 * @param waitingBytes how many bytes of kept content likewise
 */
public record AuditSettings(
        AuditFolder folder,
        String chain,
        boolean keepContent,
        Duration group,
        Duration sync,
        long segmentBytes,
        int checkpointRecords,
        Duration checkpointEvery,
        int waiting,
        long waitingBytes) {
    public AuditSettings {
        requireNonNull(folder, "folder");
        if (!AuditFolder.isChainName(chain)) {
            throw new IllegalArgumentException(
                    "a chain's name has at most 64 lower-case letters, digits, '-', '_' and '.': " + chain);
        }
        if (group.isNegative() || sync.isNegative() || checkpointEvery.isNegative()) {
            throw new IllegalArgumentException("waiting times are not negative");
        }
        if (segmentBytes < 1 || checkpointRecords < 1 || waiting < 1 || waitingBytes < 1) {
            throw new IllegalArgumentException("sizes are positive: " + segmentBytes + ", " + checkpointRecords + ", "
                    + waiting + ", " + waitingBytes);
        }
    }

    /** The usual settings; content is not kept. */
    public static AuditSettings of(AuditFolder folder, String chain) {
        return new AuditSettings(
                folder,
                chain,
                false,
                Duration.ofMillis(5),
                Duration.ofMillis(200),
                64L << 20,
                5000,
                Duration.ofMinutes(1),
                20_000,
                64L << 20);
    }

    public AuditSettings keepingContent() {
        return new AuditSettings(
                folder,
                chain,
                true,
                group,
                sync,
                segmentBytes,
                checkpointRecords,
                checkpointEvery,
                waiting,
                waitingBytes);
    }

    /** With other sizes of segments and distances of checkpoints. */
    public AuditSettings with(long segmentBytes, int checkpointRecords) {
        return new AuditSettings(
                folder,
                chain,
                keepContent,
                group,
                sync,
                segmentBytes,
                checkpointRecords,
                checkpointEvery,
                waiting,
                waitingBytes);
    }
}
