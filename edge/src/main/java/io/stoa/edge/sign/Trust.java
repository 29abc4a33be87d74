package io.stoa.edge.sign;

import io.stoa.model.StoaException;
import io.stoa.store.approval.KeyFile;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whose signatures count: public keys on P-256, P-384 and P-521, and certificates under which signers' certificates are
 * issued. A signer's certificate must say that it is for signing code, so that a web server's certificate of the same house
 * signs no bundle. Revocation lists are not asked, since a device may have no network; certificates should be short-lived,
 * and a bundle has an end of its own.
 */
public final class Trust {
    private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
    private static final int DIGITAL_SIGNATURE = 0;

    private final Set<PublicKey> keys;
    private final Set<X509Certificate> roots;

    public Trust(List<PublicKey> keys, List<X509Certificate> roots) {
        for (PublicKey key : keys) {
            if (Curve.of(key).isEmpty()) {
                throw new IllegalArgumentException("a bundle is signed with a key on P-256, P-384 or P-521");
            }
        }
        this.keys = new LinkedHashSet<>(keys);
        this.roots = new LinkedHashSet<>(roots);
        if (keys.isEmpty() && roots.isEmpty()) {
            throw new IllegalArgumentException("somebody must be trusted");
        }
    }

    /**
     * The public keys and certificates of PEM files.
     *
     * @throws StoaException of kind {@code USER} when a file is missing, holds neither, or others may change it
     */
    public static Trust read(List<Path> files) {
        List<PublicKey> keys = new ArrayList<>();
        List<X509Certificate> roots = new ArrayList<>();
        for (Path file : files) {
            KeyFile pem = new KeyFile(file, KeyFile.Purpose.BUNDLES);
            List<PublicKey> found = pem.publicKeys();
            List<X509Certificate> certificates = pem.certificates();
            if (found.isEmpty() && certificates.isEmpty()) {
                throw StoaException.user(
                        file + ": holds no public key and no certificate; name the .pub file beside the signing key");
            }
            if (found.stream().anyMatch(key -> Curve.of(key).isEmpty())) {
                throw StoaException.user(file + ": its key is not on P-256, P-384 or P-521; name another");
            }
            keys.addAll(found);
            roots.addAll(certificates);
        }
        if (keys.isEmpty() && roots.isEmpty()) {
            throw StoaException.user("nobody is trusted; name the signer's public key or certificate");
        }
        return new Trust(keys, roots);
    }

    /** The fingerprints of the trusted keys, and the subjects of the trusted certificates. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        keys.forEach(key -> names.add(Signatory.of(key).name()));
        roots.forEach(root -> names.add(root.getSubjectX500Principal().getName()));
        return names;
    }

    /**
     * Checks a signature.
     *
     * @param file the Sigstore bundle's bytes
     * @param now when certificates must be valid
     */
    public SignatureCheck check(byte[] file, Instant now) {
        try {
            SignatureFile read = SignatureFile.read(file);
            Envelope envelope = read.envelope();
            if (!envelope.type().equals(Envelope.IN_TOTO)) {
                throw SignatureFault.malformed("its payload is not of the type " + Envelope.IN_TOTO);
            }
            Signer signer = signer(read.material(), now);
            if (!verifies(signer.key(), envelope)) {
                throw new SignatureFault(
                        Flaw.FORGED, "the signature was not made by " + signer.name() + " over this content");
            }
            Manifest manifest = StatementJson.read(envelope.payload());
            return new SignatureCheck.Genuine(
                    manifest, new Signatory(signer.name(), Signatory.fingerprint(signer.key())));
        } catch (SignatureFault e) {
            return e.refused();
        }
    }

    private record Signer(PublicKey key, String name) {}

    private Signer signer(Material material, Instant now) throws SignatureFault {
        return switch (material) {
            case Material.Hint(String fingerprint) ->
                trusted(key -> Signatory.fingerprint(key).equals(fingerprint));
            case Material.Chain(List<X509Certificate> certificates) -> issued(certificates, now);
            case Material.Keyless _ ->
                throw new SignatureFault(
                        Flaw.UNSUPPORTED,
                        "is keyless, which takes a public log that a device cannot reach; sign with a key or a"
                                + " certificate");
        };
    }

    private interface Fits {
        boolean test(PublicKey key);
    }

    private Signer trusted(Fits fits) throws SignatureFault {
        Optional<PublicKey> found = keys.stream().filter(fits::test).findFirst();
        if (found.isEmpty()) {
            throw new SignatureFault(
                    Flaw.UNTRUSTED,
                    "is signed with a key that is not trusted here"
                            + (keys.isEmpty() ? ", where only certificates are" : "")
                            + "; name its public key if you trust it");
        }
        return new Signer(found.get(), Signatory.of(found.get()).name());
    }

    private Signer issued(List<X509Certificate> chain, Instant now) throws SignatureFault {
        if (roots.isEmpty()) {
            throw new SignatureFault(
                    Flaw.UNTRUSTED, "is signed with a certificate, and no certificate is trusted here, only keys");
        }
        X509Certificate leaf = chain.getFirst();
        String name = leaf.getSubjectX500Principal().getName();
        if (Curve.of(leaf.getPublicKey()).isEmpty()) {
            throw new SignatureFault(Flaw.CERTIFICATE, "the key of " + name + " is not on P-256, P-384 or P-521");
        }
        refuseOtherUse(leaf, name);
        try {
            leaf.checkValidity(Date.from(now));
            List<X509Certificate> path = chain.stream()
                    .takeWhile(certificate -> !roots.contains(certificate))
                    .toList();
            // a path without certificates is that of a trusted one itself
            if (!path.isEmpty()) {
                validate(path, now);
            }
        } catch (CertificateException e) {
            throw new SignatureFault(
                    Flaw.CERTIFICATE, "the certificate of " + name + " is not valid now: " + reason(e));
        } catch (CertPathValidatorException e) {
            throw new SignatureFault(
                    Flaw.CERTIFICATE, "the certificate of " + name + " does not lead to a trusted one: " + reason(e));
        }
        return new Signer(leaf.getPublicKey(), name);
    }

    private static void refuseOtherUse(X509Certificate leaf, String name) throws SignatureFault {
        boolean[] usage = leaf.getKeyUsage();
        boolean signs = usage == null || usage[DIGITAL_SIGNATURE];
        boolean code;
        try {
            List<String> purposes = leaf.getExtendedKeyUsage();
            code = purposes != null && purposes.contains(CODE_SIGNING);
        } catch (CertificateException e) {
            code = false;
        }
        if (!signs || !code) {
            throw new SignatureFault(
                    Flaw.CERTIFICATE,
                    "the certificate of " + name + " is not one for signing code (extended key usage codeSigning)");
        }
    }

    private void validate(List<X509Certificate> path, Instant now)
            throws CertPathValidatorException, CertificateException {
        try {
            PKIXParameters parameters = new PKIXParameters(
                    roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet()));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
        } catch (InvalidAlgorithmParameterException e) {
            throw new CertPathValidatorException("the trusted certificates cannot be used", e);
        } catch (CertPathValidatorException | CertificateException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new StoaException(StoaException.Kind.BUG, "this Java has no PKIX", e);
        }
    }

    private static String reason(GeneralSecurityException e) {
        return SignedFile.printed(String.valueOf(e.getMessage()));
    }

    private static boolean verifies(PublicKey key, Envelope envelope) {
        try {
            Signature check = Signature.getInstance(Curve.of(key).orElseThrow().signature());
            check.initVerify(key);
            check.update(envelope.signed());
            return check.verify(envelope.signature());
        } catch (GeneralSecurityException e) {
            // a signature of the wrong form is a wrong signature
            return false;
        }
    }
}
