package io.stoa.store;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import java.time.Instant;
import java.util.Optional;

/**
 * One entry of the ledger.
 *
 * <p>Its digest is the SHA-256 of the UTF-8 bytes of its {@link #document()}, a canonical JSON object (see {@link
 * CanonicalJson}) with these members, in this order, without white space:
 *
 * <pre>
 * body      the recorded value, a JSON object
 * check     the check that it is evidence of         (only evidence)
 * inputs    64 hexadecimal digits                    (only evidence)
 * kind      "evidence", "run.started", …
 * previous  the digest of the entry before, 64 hexadecimal digits; 64 zeros in the first entry
 * sequence  its place, from 1
 * subject   the identity of the candidate            (only evidence)
 * time      ISO 8601, UTC, at most milliseconds
 * version   1
 * </pre>
 *
 * Anyone who has the entries can therefore check the chain with a JSON writer and SHA-256, without Stoa.
 *
 * @param sequence its place, from 1
 * @param time when it was appended
 * @param kind what sort of record it is, such as {@code evidence}
 * @param key what it is evidence of, for evidence
 * @param body the recorded value as canonical JSON
 * @param previous the digest of the entry before it
 * @param digest its own digest as it was stored; {@link #isIntact()} says whether that is still right
 */
public record Entry(
        long sequence,
        Instant time,
        String kind,
        Optional<EvidenceKey> key,
        String body,
        Digest previous,
        Digest digest) {
    /** The version of the document that digests are computed over. */
    public static final int DOCUMENT_VERSION = 1;

    static final String EVIDENCE = "evidence";

    /** What the first entry has for its {@code previous}. */
    static final Digest GENESIS = new Digest("0".repeat(64));

    public Entry {
        requireNonNull(time, "time");
        requireNonNull(key, "key");
        requireNonNull(body, "body");
        requireNonNull(previous, "previous");
        requireNonNull(digest, "digest");
        if (sequence < 1) {
            throw new IllegalArgumentException("ledger entries count from 1: " + sequence);
        }
        if (kind.isBlank()) {
            throw new IllegalArgumentException("ledger entry " + sequence + " has no kind");
        }
    }

    /** The entry that follows {@code previous}, with its digest computed. */
    static Entry following(
            long sequence, Digest previous, Instant time, String kind, Optional<EvidenceKey> key, String body) {
        Digest digest = Digest.of(document(sequence, time, kind, key, body, previous));
        return new Entry(sequence, time, kind, key, body, previous, digest);
    }

    /** Where it lies. */
    public EvidenceRef ref() {
        return new EvidenceRef(sequence, digest);
    }

    /** The text that the digest is computed over. */
    public String document() {
        return document(sequence, time, kind, key, body, previous);
    }

    /** Whether its digest is that of its document. */
    public boolean isIntact() {
        return Digest.of(document()).equals(digest);
    }

    private static String document(
            long sequence, Instant time, String kind, Optional<EvidenceKey> key, String body, Digest previous) {
        StringBuilder text =
                new StringBuilder(body.length() + 512).append("{\"body\":").append(body);
        key.ifPresent(k -> {
            member(text, "check", k.check());
            member(text, "inputs", k.inputs().hex());
        });
        member(text, "kind", kind);
        member(text, "previous", previous.hex());
        text.append(",\"sequence\":").append(sequence);
        key.ifPresent(k -> member(text, "subject", k.subject()));
        member(text, "time", time.toString());
        return text.append(",\"version\":").append(DOCUMENT_VERSION).append('}').toString();
    }

    private static void member(StringBuilder text, String name, String value) {
        text.append(",\"").append(name).append("\":");
        CanonicalJson.appendString(text, value);
    }
}
