package io.stoa.edge.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.Digest;
import io.stoa.store.approval.KeyFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Signatures with certificates of an authority that {@code keytool} plays. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CertificatesTest {
    private static final String PASSWORD = "changeit";
    private static final Manifest MANIFEST =
            Manifest.of("model", List.of(new SignedFile("weights.bin", Digest.of("weights"))));

    @TempDir
    private static Path folder;

    private Instant now = Instant.EPOCH;
    private KeyStore store = KeyStore.getInstance("PKCS12");

    CertificatesTest() throws GeneralSecurityException {}

    @BeforeAll
    void authority() throws Exception {
        make("root", "secp384r1", List.of("bc:c", "ku=keyCertSign"), List.of());
        make("other", "secp384r1", List.of("bc:c", "ku=keyCertSign"), List.of());
        make("house", "secp256r1", List.of("bc=ca:true,pathlen:0", "ku=keyCertSign"), List.of("-signer", "root"));
        make("signer", "secp521r1", List.of("ku:c=digitalSignature", "eku=codeSigning"), List.of("-signer", "house"));
        make("server", "secp256r1", List.of("ku:c=digitalSignature", "eku=serverAuth"), List.of("-signer", "house"));
        make("vague", "secp256r1", List.of("ku:c=digitalSignature"), List.of("-signer", "house"));
        make("issuer", "secp256r1", List.of("ku:c=keyCertSign", "eku=codeSigning"), List.of("-signer", "house"));
        make("alone", "secp256r1", List.of("ku:c=digitalSignature", "eku=codeSigning"), List.of());
        store = read();
        now = Instant.now().plusSeconds(1);
    }

    private static void make(String alias, String curve, List<String> extensions, List<String> more)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-keyalg",
                "EC",
                "-groupname",
                curve,
                "-validity",
                "30",
                "-keystore",
                folder.resolve("store.p12").toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD));
        extensions.forEach(extension -> command.addAll(List.of("-ext", extension)));
        command.addAll(more);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static KeyStore read() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve("store.p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private X509Certificate certificate(String alias) throws Exception {
        return (X509Certificate) store.getCertificate(alias);
    }

    private static Path file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private byte[] signature(String alias, String... chain) throws Exception {
        StringBuilder certificates = new StringBuilder();
        for (String link : chain) {
            certificates.append(KeyFile.pem("CERTIFICATE", certificate(link).getEncoded()));
        }
        Path key = file(
                alias + ".pem",
                KeyFile.pem(
                        "PRIVATE KEY",
                        store.getKey(alias, PASSWORD.toCharArray()).getEncoded()));
        return ModelSigner.read(key, file(alias + ".crt", certificates.toString()))
                .sign(MANIFEST);
    }

    private Trust trusting(String... aliases) throws Exception {
        List<X509Certificate> roots = new ArrayList<>();
        for (String alias : aliases) {
            roots.add(certificate(alias));
        }
        return new Trust(List.of(), roots);
    }

    private void genuine(Trust trust, byte[] signature, String by) {
        assertThat(trust.check(signature, now)).isInstanceOfSatisfying(SignatureCheck.Genuine.class, genuine -> {
            assertThat(genuine.manifest()).isEqualTo(MANIFEST);
            assertThat(genuine.by().name()).isEqualTo(by);
        });
    }

    private static void refused(Trust trust, byte[] signature, Instant now, String why) {
        assertThat(trust.check(signature, now)).isInstanceOfSatisfying(SignatureCheck.Refused.class, refused -> {
            assertThat(refused.flaw()).isEqualTo(Flaw.CERTIFICATE);
            assertThat(refused.sentence()).contains(why);
        });
    }

    @Test
    void aChainThatLeadsToATrustedCertificateCounts() throws Exception {
        byte[] whole = signature("signer", "signer", "house", "root");
        byte[] withoutRoot = signature("signer", "signer", "house");
        genuine(trusting("root"), whole, "CN=signer");
        genuine(trusting("root"), withoutRoot, "CN=signer");
        genuine(trusting("house"), whole, "CN=signer");
        genuine(trusting("house"), signature("signer", "signer"), "CN=signer");
        genuine(trusting("other", "root"), whole, "CN=signer");
        genuine(trusting("alone"), signature("alone", "alone"), "CN=alone");
        assertThat(signature("signer", "signer", "house")).isEqualTo(withoutRoot);
    }

    @Test
    void aChainThatLeadsNowhereDoesNotCount() throws Exception {
        refused(
                trusting("other"),
                signature("signer", "signer", "house", "root"),
                now,
                "does not lead to a trusted one");
        refused(trusting("root"), signature("signer", "signer"), now, "does not lead to a trusted one");
        refused(trusting("root"), signature("signer", "signer", "root"), now, "does not lead to a trusted one");
        refused(trusting("root"), signature("alone", "alone"), now, "does not lead to a trusted one");
    }

    @Test
    void aCertificateForAnotherPurposeOrTimeDoesNotCount() throws Exception {
        for (String alias : List.of("server", "vague", "issuer")) {
            refused(trusting("root"), signature(alias, alias, "house"), now, "not one for signing code");
        }
        byte[] signature = signature("signer", "signer", "house");
        refused(trusting("root"), signature, now.plus(Duration.ofDays(31)), "not valid now");
        refused(trusting("root"), signature, now.minus(Duration.ofDays(2)), "not valid now");
    }

    @Test
    void aKeyAndACertificateMustBelongTogether() throws Exception {
        assertThatThrownBy(() -> signature("signer", "server", "house")).hasMessageContaining("does not belong to");
        Path nothing = file("nothing.crt", "nothing");
        ModelSigner.create(folder.resolve("own.pem"), Curve.P256);
        assertThatThrownBy(() -> ModelSigner.read(folder.resolve("own.pem"), nothing))
                .hasMessageContaining("holds no certificate");
    }

    @Test
    void filesOfKeysAndCertificatesAreTrustedTogether() throws Exception {
        Path root =
                file("root.crt", KeyFile.pem("CERTIFICATE", certificate("root").getEncoded()));
        Path key = folder.resolve("bare.pem");
        Path open = ModelSigner.create(key, Curve.P256);
        Trust trust = Trust.read(List.of(root, open));
        genuine(trust, signature("signer", "signer", "house"), "CN=signer");
        ModelSigner bare = ModelSigner.read(key);
        genuine(trust, bare.sign(MANIFEST), bare.signatory().name());
        assertThat(trust.names()).containsExactly(bare.signatory().name(), "CN=root");
    }
}
