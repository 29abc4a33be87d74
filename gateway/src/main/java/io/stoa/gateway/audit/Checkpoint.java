package io.stoa.gateway.audit;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A signed head of a chain: shows that records were cut off its end, or that its rest was computed anew. One line of
 * {@code checkpoints.jsonl},
 *
 * <pre>["&lt;88 letters of base64: the Ed25519 signature of the document's bytes&gt;",{document}]</pre>
 *
 * with a canonical JSON document whose {@code previous} is the SHA-256 of the whole line before (64 zeros in the first),
 * so that the last signature vouches for every checkpoint before it.
 *
 * @param chain whose
 * @param sequence the last record that it covers
 * @param digest that record's digest
 * @param first the first record of that record's segment
 * @param root the root of the Merkle tree (RFC 9162) over the digests of the records from {@code first} to {@code
 *     sequence}
 * @param signer the SHA-256 of the public key's X.509 bytes
 * @param time when it was signed
 * @param previous the digest of the checkpoint's line before
 */
public record Checkpoint(
        String chain,
        long sequence,
        Digest digest,
        long first,
        Digest root,
        Digest signer,
        Instant time,
        Digest previous) {
    static final Digest NONE_BEFORE = new Digest("0".repeat(64));
    static final int MOST_BYTES = 2048;
    private static final int SIGNATURE = 88;
    private static final int DOCUMENT = 2 + SIGNATURE + 2;

    public Checkpoint {
        requireNonNull(chain, "chain");
        requireNonNull(digest, "digest");
        requireNonNull(root, "root");
        requireNonNull(signer, "signer");
        requireNonNull(time, "time");
        requireNonNull(previous, "previous");
        if (first < 1 || sequence < first) {
            throw new IllegalArgumentException("a checkpoint covers records " + first + " to " + sequence);
        }
    }

    /** The head that it vouches for, to be written down elsewhere. */
    public EvidenceRef head() {
        return new EvidenceRef(sequence, digest);
    }

    static Digest idOf(PublicKey key) {
        return Digest.of(key.getEncoded());
    }

    /** The line, with its line feed. */
    byte[] line(PrivateKey key) {
        byte[] document = document();
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(document);
            String text = Base64.getEncoder().encodeToString(signature.sign());
            return new Utf8Json()
                    .raw("[\"")
                    .raw(text)
                    .raw("\",")
                    .raw(document)
                    .raw("]\n")
                    .copy();
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the audit's key is not an Ed25519 key: " + e.getMessage(), e);
        }
    }

    private byte[] document() {
        return new Utf8Json()
                .raw("{\"chain\":")
                .string(chain)
                .raw(",\"digest\":\"")
                .raw(digest.hex())
                .raw("\",\"first\":")
                .number(first)
                .raw(",\"previous\":\"")
                .raw(previous.hex())
                .raw("\",\"root\":\"")
                .raw(root.hex())
                .raw("\",\"sequence\":")
                .number(sequence)
                .raw(",\"signer\":\"")
                .raw(signer.hex())
                .raw("\",\"time\":")
                .string(time.toString())
                .raw(",\"version\":1}")
                .copy();
    }

    /**
     * Reads a line without its line feed; absent when it is not exactly what {@link #line} writes. Says nothing of the
     * signature.
     */
    static Optional<Checkpoint> parse(byte[] line) {
        if (line.length <= DOCUMENT || line.length > MOST_BYTES || line[line.length - 1] != ']') {
            return Optional.empty();
        }
        byte[] document = Arrays.copyOfRange(line, DOCUMENT, line.length - 1);
        try {
            JsonNode read = JsonMapper.shared().readTree(document);
            Checkpoint checkpoint = new Checkpoint(
                    read.path("chain").asString(""),
                    read.path("sequence").asLong(0),
                    digest(read, "digest"),
                    read.path("first").asLong(0),
                    digest(read, "root"),
                    digest(read, "signer"),
                    Instant.parse(read.path("time").asString("")),
                    digest(read, "previous"));
            return Arrays.equals(checkpoint.document(), document) ? Optional.of(checkpoint) : Optional.empty();
        } catch (JacksonException | IllegalArgumentException | java.time.DateTimeException _) {
            return Optional.empty();
        }
    }

    private static Digest digest(JsonNode read, String name) {
        return new Digest(read.path(name).asString(""));
    }

    /** Whether a line was signed with a key. */
    static boolean isSignedBy(byte[] line, PublicKey key) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(line, DOCUMENT, line.length - 1 - DOCUMENT);
            String text = new String(line, 2, SIGNATURE, StandardCharsets.US_ASCII);
            return line[0] == '['
                    && line[1] == '"'
                    && line[DOCUMENT - 2] == '"'
                    && line[DOCUMENT - 1] == ','
                    && signature.verify(Base64.getDecoder().decode(text));
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            return false;
        }
    }

    static Digest digest(byte[] value) {
        return new Digest(HexFormat.of().formatHex(value));
    }
}
