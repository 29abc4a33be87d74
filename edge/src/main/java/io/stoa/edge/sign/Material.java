package io.stoa.edge.sign;

import java.security.cert.X509Certificate;
import java.util.List;

/** Whose key a signature is to be checked with: the {@code verificationMaterial} of the Sigstore bundle. */
sealed interface Material {
    /** Names a key: the SHA-256 of its PEM text, in hexadecimal. */
    record Hint(String fingerprint) implements Material {}

    /** Certificates, the signer's first, each issued by the next. */
    record Chain(List<X509Certificate> certificates) implements Material {
        public Chain {
            certificates = List.copyOf(certificates);
        }
    }

    /** A short-lived certificate and its entries in a public log. */
    record Keyless() implements Material {}
}
