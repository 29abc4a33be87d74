package io.stoa.store.approval;

import static java.util.Objects.requireNonNull;

import io.stoa.store.CanonicalJson;
import io.stoa.store.RecordJson;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import tools.jackson.databind.JsonNode;

/**
 * A record and its signature, as the ledger keeps it.
 *
 * @param content the record as JSON
 * @param key the id of the key that signed it
 * @param signature Base64 of the Ed25519 signature over the UTF-8 bytes of the content's canonical JSON
 */
public record SignedRecord(JsonNode content, String key, String signature) {
    public SignedRecord {
        requireNonNull(content, "content");
        requireNonNull(key, "key");
        requireNonNull(signature, "signature");
    }

    /** Signs a record. */
    public static SignedRecord of(Record content, SigningKey key) {
        JsonNode tree = new RecordJson().tree(content);
        byte[] signature = key.sign(bytes(tree));
        return new SignedRecord(tree, key.verifying().id(), Base64.getEncoder().encodeToString(signature));
    }

    /** Whether this key made the signature. */
    public boolean isSignedBy(VerifyingKey verifying) {
        try {
            return verifying.verifies(bytes(content), Base64.getDecoder().decode(signature));
        } catch (IllegalArgumentException e) {
            // not Base64
            return false;
        }
    }

    private static byte[] bytes(JsonNode content) {
        return CanonicalJson.write(content).getBytes(StandardCharsets.UTF_8);
    }
}
