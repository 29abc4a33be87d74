package io.stoa.store.approval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest {
    @TempDir
    private Path folder;

    private record Word(String said) {}

    private Path pem() {
        return folder.resolve("keys/verdicts.pem");
    }

    @Test
    void aKeyIsMadeOnceAndOnlyItsOwnerMayReadIt() throws IOException {
        SigningKey made = SigningKey.obtain(pem());
        assertThat(SigningKey.obtain(pem()).verifying().id())
                .isEqualTo(made.verifying().id());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pem())))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(folder.resolve("keys"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("verdicts.pem", "verdicts.pub");
        }
        assertThat(made.verifying().id()).matches("[0-9a-f]{16}");
        assertThat(made.verifying().id())
                .isEqualTo(Digest.of(made.verifying().key().getEncoded()).hex().substring(0, 16));
    }

    @Test
    void signaturesAreCheckedByThePublicHalf() throws IOException {
        SigningKey key = SigningKey.obtain(pem());
        SignedRecord signed = SignedRecord.of(new Word("yes"), key);
        TrustedKeys trusted = TrustedKeys.read(List.of(SigningKey.publicFile(pem())));
        assertThat(trusted.doubt(signed)).isEmpty();
        assertThat(trusted.doubt(new SignedRecord(
                        SignedRecord.of(new Word("no"), key).content(), signed.key(), signed.signature())))
                .hasValueSatisfying(doubt -> assertThat(doubt).contains("did not make"));
        SigningKey other = SigningKey.obtain(folder.resolve("other.pem"));
        assertThat(trusted.doubt(SignedRecord.of(new Word("yes"), other)))
                .hasValueSatisfying(doubt -> assertThat(doubt).contains("not trusted"));
        // the public half comes back from the private file, which holds both
        Files.delete(SigningKey.publicFile(pem()));
        SigningKey.read(pem());
        assertThat(TrustedKeys.read(List.of(SigningKey.publicFile(pem()))).ids())
                .containsExactly(key.verifying().id());
    }

    /** RFC 8032, section 7.1, test 2: the secret key, its public key and the signature of the one byte 0x72. */
    @Test
    void theSignatureIsThatOfTheStandard() throws IOException {
        HexFormat hex = HexFormat.of();
        byte[] secret = hex.parseHex("302e020100300506032b657004220420"
                + "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        byte[] open = hex.parseHex(
                "302a300506032b6570032100" + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        Path file = folder.resolve("rfc.pem");
        Files.writeString(file, KeyFile.pem("PRIVATE KEY", secret) + KeyFile.pem("PUBLIC KEY", open));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        SigningKey key = SigningKey.read(file);
        assertThat(hex.formatHex(key.sign(new byte[] {0x72})))
                .isEqualTo("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    }

    @Test
    void badKeysAreRefusedByName() throws Exception {
        SigningKey.obtain(pem());
        assertThatThrownBy(() -> SigningKey.read(folder.resolve("none.pem")))
                .hasMessageContaining("none.pem: no such key");
        for (String permissions : List.of("rw-r-----", "rw----r--", "rw-rw-rw-")) {
            Files.setPosixFilePermissions(pem(), PosixFilePermissions.fromString(permissions));
            assertThatThrownBy(() -> SigningKey.read(pem())).hasMessageContaining("chmod 600");
        }
        Files.setPosixFilePermissions(pem(), PosixFilePermissions.fromString("rw-------"));
        Path open = SigningKey.publicFile(pem());
        for (String permissions : List.of("rw-rw-r--", "rw-r--rw-")) {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(permissions));
            assertThatThrownBy(() -> TrustedKeys.read(List.of(open))).hasMessageContaining("chmod 644");
        }
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        refused("nothing at all", "holds 0 private keys");
        refused(KeyFile.pem("PRIVATE KEY", new byte[] {1, 2, 3}), "is no Ed25519 key");
        refused(
                KeyFile.pem(
                        "PRIVATE KEY",
                        KeyPairGenerator.getInstance("RSA")
                                .generateKeyPair()
                                .getPrivate()
                                .getEncoded()),
                "is no Ed25519 key");
        refused("x".repeat(100_000), "too large");
        SigningKey other = SigningKey.obtain(folder.resolve("other.pem"));
        String first = Files.readString(pem(), StandardCharsets.US_ASCII);
        String mixed = first.substring(0, first.indexOf("-----BEGIN PUBLIC"))
                + KeyFile.pem("PUBLIC KEY", other.verifying().key().getEncoded());
        refused(mixed, "is not the public half");
    }

    private void refused(String content, String why) throws IOException {
        Path file = folder.resolve("bad.pem");
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> SigningKey.read(file))
                .hasMessageContaining("bad.p")
                .hasMessageContaining(why);
    }

    @Test
    void ofManyWhoMakeAKeyAtOnceAllHaveTheSame() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            Callable<String> make = () -> SigningKey.obtain(pem()).verifying().id();
            List<Future<String>> ids = threads.invokeAll(Collections.nCopies(16, make));
            assertThat(ids)
                    .extracting(Future::get)
                    .containsOnly(SigningKey.read(pem()).verifying().id());
        }
    }
}
