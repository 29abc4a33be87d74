package io.stoa.model;

/**
 * Where a piece of evidence lies in the ledger.
 *
 * @param sequence its position, from 1
 * @param digest the digest of the entry, which chains to all entries before it
 */
public record EvidenceRef(long sequence, Digest digest) {
    public EvidenceRef {
        if (sequence < 1) {
            throw new IllegalArgumentException("ledger entries count from 1: " + sequence);
        }
    }
}
