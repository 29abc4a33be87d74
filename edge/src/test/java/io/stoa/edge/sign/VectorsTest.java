package io.stoa.edge.sign;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.stoa.model.Progress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The published vectors of the specification, which the Python and the Go implementation have signed. */
class VectorsTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    @TempDir
    private Path folder;

    private static byte[] vector(String name) throws IOException {
        try (InputStream in = VectorsTest.class.getResourceAsStream("vectors/" + name)) {
            return requireNonNull(in, name).readAllBytes();
        }
    }

    private static byte[] pem(String name) throws IOException {
        String text = new String(vector(name), StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----", "");
        return Base64.getMimeDecoder().decode(text);
    }

    static PublicKey key() throws Exception {
        return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(pem("p384.pub")));
    }

    static X509Certificate authority() throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem("intermediate-ca.pem")));
    }

    private static Trust keyOnly() throws Exception {
        return new Trust(List.of(key()), List.of());
    }

    private static Trust authorityOnly() throws Exception {
        return new Trust(List.of(), List.of(authority()));
    }

    private static Manifest genuine(Trust trust, String vector) throws IOException {
        SignatureCheck check = trust.check(vector(vector), NOW);
        assertThat(check).as(vector).isInstanceOf(SignatureCheck.Genuine.class);
        return ((SignatureCheck.Genuine) check).manifest();
    }

    private static SignatureCheck.Refused refused(Trust trust, String vector, Flaw flaw) throws IOException {
        SignatureCheck check = trust.check(vector(vector), NOW);
        assertThat(check).as(vector).isInstanceOf(SignatureCheck.Refused.class);
        SignatureCheck.Refused refused = (SignatureCheck.Refused) check;
        assertThat(refused.flaw()).as(refused.sentence()).isEqualTo(flaw);
        return refused;
    }

    private Path simple() throws IOException {
        Path model = Files.createDirectories(folder.resolve("simple"));
        Files.writeString(model.resolve("signme-1"), "signme-1\n");
        Files.writeString(model.resolve("signme-2"), "signme-2");
        Files.writeString(model.resolve("ignore-me"), "");
        return model;
    }

    private static List<ModelFiles.Difference> differences(Path model, Manifest manifest) {
        return new ModelFiles(model, Optional.empty()).differences(manifest, false, Progress.NONE);
    }

    @Test
    void aKeysSignatureIsGenuineAndFitsItsModel() throws Exception {
        Manifest manifest = genuine(keyOnly(), "valid/key.bundle.json");
        assertThat(manifest.subject()).isEqualTo("model");
        assertThat(manifest.files()).extracting(SignedFile::name).containsExactly("signme-1", "signme-2");
        assertThat(manifest.ignored()).contains("ignore-me");
        Path model = simple();
        assertThat(differences(model, manifest)).isEmpty();
        Files.writeString(model.resolve("signme-2"), "signme-3");
        Files.delete(model.resolve("signme-1"));
        Files.writeString(model.resolve("extra"), "");
        assertThat(differences(model, manifest))
                .containsExactlyInAnyOrder(
                        new ModelFiles.Difference("signme-2", ModelFiles.Difference.Kind.CHANGED),
                        new ModelFiles.Difference("signme-1", ModelFiles.Difference.Kind.MISSING),
                        new ModelFiles.Difference("extra", ModelFiles.Difference.Kind.NOT_SIGNED));
        assertThat(new ModelFiles(model, Optional.empty()).differences(manifest, true, Progress.NONE))
                .hasSize(2);
    }

    @Test
    void aCertificatesSignatureIsGenuineUnderItsAuthority() throws Exception {
        SignatureCheck check = authorityOnly().check(vector("valid/certificate.bundle.json"), NOW);
        assertThat(check).isInstanceOfSatisfying(SignatureCheck.Genuine.class, genuine -> {
            assertThat(genuine.by().name()).isEqualTo("CN=intermediate-ca");
            assertThat(genuine.manifest().files()).hasSize(2);
        });
    }

    @Test
    void aKeylessSignatureIsReadAndSaidToBeUnsupported() throws Exception {
        SignatureCheck.Refused refused = refused(keyOnly(), "valid/sigstore.bundle.json", Flaw.UNSUPPORTED);
        assertThat(refused.sentence()).contains("keyless");
        assertThat(SignatureFile.read(vector("valid/sigstore.bundle.json")).material())
                .isInstanceOf(Material.Keyless.class);
    }

    @Test
    void whatIsOfAWrongFormIsRefused() throws Exception {
        for (String vector : List.of("missing-envelope", "missing-verification-material", "missing-tlog-entries")) {
            refused(keyOnly(), "invalid/" + vector + ".bundle.json", Flaw.MALFORMED);
            refused(authorityOnly(), "invalid/" + vector + ".bundle.json", Flaw.MALFORMED);
        }
    }

    @Test
    void aStatementOfAnotherPredicateIsRefusedWhoeverSignsIt() throws Exception {
        // the published one carries the signature of another payload
        refused(keyOnly(), "invalid-payload/wrong-predicate.bundle.json", Flaw.FORGED);
        Envelope envelope = SignatureFile.read(vector("invalid-payload/wrong-predicate.bundle.json"))
                .envelope();
        SignatureFault fault = assertThrows(SignatureFault.class, () -> StatementJson.read(envelope.payload()));
        assertThat(fault.refused().flaw()).isEqualTo(Flaw.STATEMENT);
    }

    @Test
    void theConformanceSuitesBundlesAreJudgedRightly() throws Exception {
        assertThat(genuine(keyOnly(), "conformance/key-simple-go.bundle.json").files())
                .hasSize(2);
        Path file = folder.resolve("model.bin");
        Files.write(file, bytes(256, 0xEF));
        Manifest single = genuine(keyOnly(), "conformance/key-single-file.bundle.json");
        assertThat(differences(file, single)).isEmpty();
        refused(keyOnly(), "conformance/key-simple-empty-resources.bundle.json", Flaw.STATEMENT);
        refused(keyOnly(), "conformance/key-simple-wrong-statement-type.bundle.json", Flaw.STATEMENT);
    }

    private static byte[] bytes(int count, int value) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Test
    void aKindOfSignatureCountsOnlyWhereThatKindIsTrusted() throws Exception {
        refused(authorityOnly(), "valid/key.bundle.json", Flaw.UNTRUSTED);
        refused(keyOnly(), "valid/certificate.bundle.json", Flaw.UNTRUSTED);
        Trust stranger = new Trust(List.of(Curve.P384.generate().getPublic()), List.of());
        refused(stranger, "valid/key.bundle.json", Flaw.UNTRUSTED);
    }

    @Test
    void aCertificateCountsOnlyInItsTime() throws Exception {
        for (String time : List.of("2024-01-01T00:00:00Z", "2035-06-01T00:00:00Z")) {
            SignatureCheck check = authorityOnly().check(vector("valid/certificate.bundle.json"), Instant.parse(time));
            assertThat(check)
                    .isInstanceOfSatisfying(
                            SignatureCheck.Refused.class,
                            refused -> assertThat(refused.flaw()).isEqualTo(Flaw.CERTIFICATE));
        }
    }

    @Test
    void ourManifestOfThePublishedModelHasThePublishedRootDigest() throws Exception {
        Manifest own = new ModelFiles(simple(), Optional.empty()).manifest(Set.of("ignore-me"), Progress.NONE);
        Manifest published = genuine(keyOnly(), "valid/key.bundle.json");
        assertThat(own.root()).isEqualTo(published.root());
        assertThat(own.files()).isEqualTo(published.files());
        assertThat(own.root().hex()).isEqualTo("92745110b1ab4368471cbe31664e10174e954b113a3df333db860317b2c6dec4");
        assertThat(Collections.max(own.ignored())).isEqualTo("ignore-me");
    }
}
