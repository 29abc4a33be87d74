package io.stoa.edge.sign;

import io.stoa.model.StoaException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The curves of the specification's algorithm registry, each with the hash that the Sigstore registry pairs with it:
 * {@code ecdsa-sha2-256-nistp256}, {@code ecdsa-sha2-384-nistp384} and {@code ecdsa-sha2-512-nistp521}.
 */
public enum Curve {
    P256("secp256r1", "SHA256withECDSA"),
    P384("secp384r1", "SHA384withECDSA"),
    P521("secp521r1", "SHA512withECDSA");

    private final String standardName;
    private final String signature;

    Curve(String standardName, String signature) {
        this.standardName = standardName;
        this.signature = signature;
    }

    /** The name of the signature's algorithm in the JDK. */
    String signature() {
        return signature;
    }

    /** The curve that people call {@code p256}, {@code P-256} or alike. */
    public static Optional<Curve> named(String name) {
        String plain = name.toUpperCase(Locale.ROOT).replace("-", "");
        return Arrays.stream(values())
                .filter(curve -> curve.name().equals(plain))
                .findFirst();
    }

    /** The curve of a key; empty when it is none of these. */
    public static Optional<Curve> of(PublicKey key) {
        return key instanceof ECPublicKey point
                ? Arrays.stream(values())
                        .filter(curve -> curve.isThatOf(point.getParams()))
                        .findFirst()
                : Optional.empty();
    }

    private boolean isThatOf(ECParameterSpec given) {
        ECParameterSpec own = parameters();
        return own.getOrder().equals(given.getOrder())
                && own.getCurve().equals(given.getCurve())
                && own.getGenerator().equals(given.getGenerator())
                && own.getCofactor() == given.getCofactor();
    }

    private ECParameterSpec parameters() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(standardName));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new StoaException(StoaException.Kind.BUG, "this Java has no " + standardName, e);
        }
    }

    /** A new key. */
    KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(standardName));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new StoaException(StoaException.Kind.BUG, "this Java has no " + standardName, e);
        }
    }
}
