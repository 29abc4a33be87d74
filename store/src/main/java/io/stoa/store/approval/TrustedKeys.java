package io.stoa.store.approval;

import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The keys whose signatures count. */
public final class TrustedKeys {
    private final Map<String, VerifyingKey> byId;

    public TrustedKeys(List<VerifyingKey> keys) {
        Map<String, VerifyingKey> all = new LinkedHashMap<>();
        keys.forEach(key -> all.put(key.id(), key));
        byId = Map.copyOf(all);
    }

    /**
     * The public keys of PEM files.
     *
     * @throws StoaException of kind {@code USER} when a file is missing, holds no such key, or others may change it
     */
    public static TrustedKeys read(List<Path> files) {
        List<VerifyingKey> keys = new ArrayList<>();
        for (Path file : files) {
            List<PublicKey> found = new KeyFile(file, KeyFile.Purpose.VERDICTS).publicKeys();
            if (found.isEmpty()) {
                throw StoaException.user(file + ": holds no public key; name the .pub file beside the signing key");
            }
            found.forEach(key -> keys.add(new VerifyingKey(key)));
        }
        return new TrustedKeys(keys);
    }

    /** The ids of all. */
    public Set<String> ids() {
        return byId.keySet();
    }

    /** What is wrong with a signature; absent when a trusted key made it. */
    public Optional<String> doubt(SignedRecord signed) {
        VerifyingKey key = byId.get(signed.key());
        if (key == null) {
            return Optional.of("is signed by the key " + shown(signed.key()) + ", which is not trusted here");
        }
        return signed.isSignedBy(key)
                ? Optional.empty()
                : Optional.of("has a signature that the key " + key.id() + " did not make");
    }

    private static String shown(String key) {
        return key.matches("[0-9a-f]{16}") ? key : "(of no key's form)";
    }
}
