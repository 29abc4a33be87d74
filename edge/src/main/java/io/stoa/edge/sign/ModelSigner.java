package io.stoa.edge.sign;

import io.stoa.model.StoaException;
import io.stoa.store.approval.KeyFile;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.List;

/** A private key on P-256, P-384 or P-521, bare or with its certificates, that signs models. */
public final class ModelSigner {
    private final KeyPair pair;
    private final Curve curve;
    private final Material material;

    private ModelSigner(KeyPair pair, Curve curve, Material material) {
        this.pair = pair;
        this.curve = curve;
        this.material = material;
    }

    /**
     * Makes a key: {@code file} with both halves for its owner only, and beside it the public half as {@code .pub}.
     *
     * @return where the public half lies
     * @throws StoaException of kind {@code USER} when there is such a file already
     */
    public static Path create(Path file, Curve curve) {
        KeyPair pair = curve.generate();
        KeyFile pem = new KeyFile(file, KeyFile.Purpose.BUNDLES);
        if (!pem.create(pair)) {
            throw StoaException.user(file + ": is there already; name another place, since a key that signs bundles is"
                    + " not to be overwritten");
        }
        return pem.publish(pair.getPublic());
    }

    /**
     * The key of a PEM file, with its public half in it or in the {@code .pub} beside it.
     *
     * @throws StoaException of kind {@code USER} when it is no such key, or others may read it
     */
    public static ModelSigner read(Path file) {
        KeyPair pair = new KeyFile(file, KeyFile.Purpose.BUNDLES).pair();
        return checked(pair, new Material.Hint(Signatory.fingerprint(pair.getPublic())), file);
    }

    /**
     * The key of a PEM file, with its certificate and those above it from another, the signer's first.
     *
     * @throws StoaException of kind {@code USER} when they do not belong together
     */
    public static ModelSigner read(Path file, Path certificates) {
        List<X509Certificate> chain = new KeyFile(certificates, KeyFile.Purpose.BUNDLES).certificates();
        if (chain.isEmpty()) {
            throw StoaException.user(certificates + ": holds no certificate; name the PEM file with the signer's"
                    + " certificate and those above it");
        }
        List<PrivateKey> keys = new KeyFile(file, KeyFile.Purpose.BUNDLES).privateKeys();
        if (keys.size() != 1) {
            throw StoaException.user(file + ": holds " + keys.size() + " private keys instead of one");
        }
        return checked(new KeyPair(chain.getFirst().getPublicKey(), keys.getFirst()), new Material.Chain(chain), file);
    }

    private static ModelSigner checked(KeyPair pair, Material material, Path file) {
        Curve curve = Curve.of(pair.getPublic())
                .orElseThrow(() -> StoaException.user(
                        file + ": is not on P-256, P-384 or P-521, which the specification demands; make a key with"
                                + " `stoa bundle keys`"));
        ModelSigner signer = new ModelSigner(pair, curve, material);
        byte[] probe = {1, 2, 3};
        if (!signer.made(probe, signer.signature(probe))) {
            throw StoaException.user(file + ": does not belong to the public key or certificate that is with it");
        }
        return signer;
    }

    /** Its public half. */
    public PublicKey publicKey() {
        return pair.getPublic();
    }

    /** Who signs. */
    public Signatory signatory() {
        return switch (material) {
            case Material.Chain(List<X509Certificate> chain) ->
                new Signatory(chain.getFirst().getSubjectX500Principal().getName(), Signatory.fingerprint(publicKey()));
            case Material.Hint _, Material.Keyless _ -> Signatory.of(publicKey());
        };
    }

    /** Signs; the same key signs the same files with the same bytes, which are a Sigstore bundle. */
    public byte[] sign(Manifest manifest) {
        byte[] payload = StatementJson.write(manifest);
        byte[] signature = signature(Envelope.preAuthenticationEncoding(Envelope.IN_TOTO, payload));
        return new SignatureFile(material, new Envelope(Envelope.IN_TOTO, payload, signature)).write();
    }

    private byte[] signature(byte[] message) {
        try {
            Signature signature = Signature.getInstance(curve.signature());
            signature.initSign(pair.getPrivate(), NonceSource.of((ECPrivateKey) pair.getPrivate(), message));
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    "the key cannot sign (" + e.getMessage() + "); is it whole, and on the curve of its public half?",
                    e);
        }
    }

    private boolean made(byte[] message, byte[] signature) {
        try {
            Signature check = Signature.getInstance(curve.signature());
            check.initVerify(pair.getPublic());
            check.update(message);
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
