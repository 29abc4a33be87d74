package io.stoa.edge.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.approval.KeyFile;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class SignatureTest {
    private static final Instant NOW = Instant.parse("2026-11-20T00:00:00Z");
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    private Path folder;

    private final KeyPair pair = Curve.P256.generate();
    private final Trust trust = new Trust(List.of(pair.getPublic()), List.of());
    private Manifest manifest = Manifest.of("model", List.of(new SignedFile("a", Digest.of("a"))));

    @BeforeEach
    void manifest() {
        manifest = Manifest.of(
                "model",
                List.of(
                        new SignedFile("weights.bin", Digest.of("weights")),
                        new SignedFile("config.json", Digest.of("config")),
                        new SignedFile("sub/模型.bin", Digest.of("more"))));
    }

    /** A signature of any statement by the trusted key. */
    private byte[] signed(String type, byte[] payload) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(Envelope.preAuthenticationEncoding(type, payload));
            return new SignatureFile(
                            new Material.Hint(Signatory.fingerprint(pair.getPublic())),
                            new Envelope(type, payload, signature.sign()))
                    .write();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private byte[] signed(byte[] payload) {
        return signed(Envelope.IN_TOTO, payload);
    }

    private Flaw flaw(byte[] file) {
        SignatureCheck check = trust.check(file, NOW);
        assertThat(check).isInstanceOf(SignatureCheck.Refused.class);
        return ((SignatureCheck.Refused) check).flaw();
    }

    private ObjectNode statement() {
        return (ObjectNode) JSON.readTree(StatementJson.write(manifest));
    }

    private Flaw flawOfStatement(Consumer<ObjectNode> change) {
        ObjectNode statement = statement();
        change.accept(statement);
        return flaw(signed(JSON.writeValueAsBytes(statement)));
    }

    private static ObjectNode predicate(ObjectNode statement) {
        return (ObjectNode) statement.path("predicate");
    }

    private static ObjectNode serialization(ObjectNode statement) {
        return (ObjectNode) predicate(statement).path("serialization");
    }

    private static ObjectNode resource(ObjectNode statement, int index) {
        return (ObjectNode) predicate(statement).path("resources").path(index);
    }

    @ParameterizedTest
    @EnumSource(Curve.class)
    void whatAKeySignsIsGenuineAndAlwaysTheSameBytes(Curve curve) {
        Path file = folder.resolve(curve + ".pem");
        Path open = ModelSigner.create(file, curve);
        ModelSigner signer = ModelSigner.read(file);
        byte[] signature = signer.sign(manifest);
        assertThat(ModelSigner.read(file).sign(manifest)).isEqualTo(signature);
        Manifest other = Manifest.of("other", manifest.files());
        assertThat(signer.sign(other)).isNotEqualTo(signature);
        SignatureCheck check = Trust.read(List.of(open)).check(signature, NOW);
        assertThat(check).isEqualTo(new SignatureCheck.Genuine(manifest, signer.signatory()));
        assertThat(manifest.files())
                .extracting(SignedFile::name)
                .containsExactly("config.json", "sub/模型.bin", "weights.bin");
    }

    @Test
    void twoMessagesNeverShareANonce() throws Exception {
        Set<String> starts = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            byte[] message = {(byte) i};
            ECPrivateKey key = (ECPrivateKey) pair.getPrivate();
            byte[] nonce = new byte[40];
            NonceSource.of(key, message).nextBytes(nonce);
            assertThat(starts.add(Arrays.toString(nonce))).isTrue();
            byte[] again = new byte[40];
            NonceSource.of(key, message).nextBytes(again);
            assertThat(again).isEqualTo(nonce);
        }
        KeyPair other = Curve.P256.generate();
        byte[] nonce = new byte[40];
        NonceSource.of((ECPrivateKey) other.getPrivate(), new byte[] {1}).nextBytes(nonce);
        assertThat(starts.add(Arrays.toString(nonce))).isTrue();
    }

    @Test
    void aStatementThatIsNotOneAboutFilesIsRefusedThoughItsSignatureIsGenuine() {
        List<Consumer<ObjectNode>> changes = List.of(
                s -> s.put("_type", "https://in-toto.io/Statement/v0.1"),
                s -> s.remove("_type"),
                s -> s.put("predicateType", "https://model_signing/Digests/v0.1"),
                s -> s.remove("predicate"),
                s -> s.remove("subject"),
                s -> s.putArray("subject"),
                s -> ((ObjectNode) s.path("subject").path(0)).put("name", ""),
                s -> ((ObjectNode) s.path("subject").path(0).path("digest")).put("sha256", "00"),
                s -> predicate(s).putArray("resources"),
                s -> predicate(s).remove("resources"),
                s -> predicate(s).remove("serialization"),
                s -> serialization(s).remove("method"),
                s -> serialization(s).put("method", "other"),
                s -> serialization(s).remove("hash_type"),
                s -> serialization(s).put("hash_type", "md5"),
                s -> serialization(s).remove("allow_symlinks"),
                s -> serialization(s).put("allow_symlinks", "no"),
                s -> serialization(s).put("shard_size", 5),
                s -> serialization(s).put("ignore_paths", "all"),
                s -> serialization(s).putArray("ignore_paths").add(1),
                s -> resource(s, 0).put("algorithm", "sha1"),
                s -> resource(s, 0).remove("algorithm"),
                s -> resource(s, 0).put("digest", "abc"),
                s -> resource(s, 0).put("digest", Digest.of("x").hex().toUpperCase(Locale.ROOT)),
                s -> resource(s, 0).put("digest", Digest.of("another").hex()),
                s -> resource(s, 0).remove("name"),
                s -> resource(s, 0).put("name", "/config.json"),
                s -> resource(s, 0).put("name", "../config.json"),
                s -> resource(s, 0).put("name", "a/../config.json"),
                s -> resource(s, 0).put("name", "./config.json"),
                s -> resource(s, 0).put("name", "a//b"),
                s -> resource(s, 0).put("name", "a/"),
                s -> resource(s, 0).put("name", ""),
                s -> resource(s, 0).put("name", "a\0b"),
                s -> resource(s, 0).put("name", "\ud800"),
                s -> resource(s, 0).put("name", "zzz"),
                s -> resource(s, 0).put("name", "weights.bin"));
        changes.forEach(change -> assertThat(flawOfStatement(change)).isEqualTo(Flaw.STATEMENT));
        for (String text : List.of("x", "[]", "{}", "null", "{", "{\"a\":1,\"a\":1}", "{}{}", "[".repeat(100_000))) {
            assertThat(flaw(signed(text.getBytes(StandardCharsets.UTF_8))))
                    .as(text)
                    .isEqualTo(Flaw.STATEMENT);
        }
    }

    @Test
    void whatTheSpecificationLeavesOpenIsAcceptedOrSaidToBeUnsupported() {
        assertThat(flawOfStatement(s -> serialization(s).put("method", "shards").put("shard_size", 1000)))
                .isEqualTo(Flaw.UNSUPPORTED);
        assertThat(flawOfStatement(s -> serialization(s).put("hash_type", "blake2b")))
                .isEqualTo(Flaw.UNSUPPORTED);
        assertThat(flawOfStatement(s -> serialization(s).put("hash_type", "blake3")))
                .isEqualTo(Flaw.UNSUPPORTED);
        ObjectNode open = statement();
        resource(open, 0)
                .put("uri", "https://example.org")
                .putObject("annotations")
                .put("a", 1);
        serialization(open).remove("ignore_paths");
        byte[] pretty = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(open);
        assertThat(trust.check(signed(pretty), NOW))
                .isInstanceOfSatisfying(
                        SignatureCheck.Genuine.class,
                        genuine -> assertThat(genuine.manifest().ignored()).isEmpty());
    }

    private byte[] changed(Consumer<ObjectNode> change) {
        ObjectNode bundle = (ObjectNode) JSON.readTree(signed(StatementJson.write(manifest)));
        change.accept(bundle);
        return JSON.writeValueAsBytes(bundle);
    }

    private static ObjectNode material(ObjectNode bundle) {
        return (ObjectNode) bundle.path("verificationMaterial");
    }

    private static ObjectNode envelope(ObjectNode bundle) {
        return (ObjectNode) bundle.path("dsseEnvelope");
    }

    private static ObjectNode signature(ObjectNode bundle) {
        return (ObjectNode) envelope(bundle).path("signatures").path(0);
    }

    @Test
    void theFormsOfOlderAndOtherSignersAreRead() {
        String der = Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
        String pem = Base64.getEncoder()
                .encodeToString(
                        KeyFile.pem("PUBLIC KEY", pair.getPublic().getEncoded()).getBytes(StandardCharsets.US_ASCII));
        List<Consumer<ObjectNode>> changes = List.of(
                b -> {},
                b -> signature(b).remove("keyid"),
                b -> signature(b).putNull("keyid"),
                b -> material(b).remove("tlogEntries"),
                b -> material(b)
                        .putObject("publicKey")
                        .put("rawBytes", der)
                        .put("keyDetails", "PKIX_ECDSA_P256_SHA_256"),
                b -> material(b).putObject("publicKey").put("rawBytes", pem));
        changes.forEach(
                change -> assertThat(trust.check(changed(change), NOW)).isInstanceOf(SignatureCheck.Genuine.class));
        byte[] pretty = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(JSON.readTree(changed(b -> {})));
        assertThat(trust.check(pretty, NOW)).isInstanceOf(SignatureCheck.Genuine.class);
    }

    @Test
    void aSignatureOfAWrongFormIsRefused() {
        List<Consumer<ObjectNode>> changes = List.of(
                b -> b.put("mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.2"),
                b -> b.remove("mediaType"),
                b -> b.remove("dsseEnvelope"),
                b -> b.remove("verificationMaterial"),
                b -> b.put("more", 1),
                b -> material(b).put("more", 1),
                b -> material(b).remove("publicKey"),
                b -> material(b).putObject("certificate").put("rawBytes", "AAAA"),
                b -> material(b).put("tlogEntries", "none"),
                b -> material(b).putObject("publicKey"),
                b -> material(b).putObject("publicKey").put("hint", ""),
                b -> material(b).putObject("publicKey").put("hint", 5),
                b -> {
                    material(b).remove("publicKey");
                    material(b).putObject("x509CertificateChain").putArray("certificates");
                },
                b -> {
                    material(b).remove("publicKey");
                    material(b)
                            .putObject("x509CertificateChain")
                            .putArray("certificates")
                            .addObject()
                            .put("rawBytes", "AAAA");
                },
                b -> envelope(b).putArray("signatures"),
                b -> envelope(b).withArray("signatures").add(signature(b).deepCopy()),
                b -> envelope(b).put("payload", ""),
                b -> envelope(b).put("payload", "!!!"),
                b -> envelope(b).put("payload", envelope(b).path("payload").stringValue() + "\n"),
                b -> envelope(b).put("payload", envelope(b).path("payload").stringValue() + "===="),
                b -> envelope(b).put("more", 1),
                b -> signature(b).put("keyid", 7),
                b -> signature(b).put("cert", ""),
                b -> signature(b).remove("sig"));
        changes.forEach(change -> assertThat(flaw(changed(change))).isEqualTo(Flaw.MALFORMED));
        byte[] sound = changed(b -> {});
        assertThat(flaw(new byte[0])).isEqualTo(Flaw.MALFORMED);
        for (String encoding : List.of("UTF-16", "UTF-16LE", "UTF-32")) {
            byte[] other = new String(sound, StandardCharsets.UTF_8).getBytes(Charset.forName(encoding));
            assertThat(flaw(other)).as(encoding).isEqualTo(Flaw.MALFORMED);
        }
        for (int length = 1; length < sound.length; length += 97) {
            assertThat(flaw(Arrays.copyOf(sound, length))).isEqualTo(Flaw.MALFORMED);
        }
        byte[] twice = new String(sound, StandardCharsets.UTF_8)
                .replaceFirst("\\{", "{\"mediaType\":\"x\",")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(flaw(twice)).isEqualTo(Flaw.MALFORMED);
        assertThat(flaw("{\"a\":".repeat(50_000).getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Flaw.MALFORMED);
        byte[] otherType = signed("application/json", StatementJson.write(manifest));
        assertThat(flaw(otherType)).isEqualTo(Flaw.MALFORMED);
    }

    @Test
    void theSignatureOfSomethingElseIsForged() {
        byte[] other = StatementJson.write(Manifest.of("other", manifest.files()));
        assertThat(flaw(changed(
                        b -> envelope(b).put("payload", Base64.getEncoder().encodeToString(other)))))
                .isEqualTo(Flaw.FORGED);
        for (byte[] signature : List.of(
                new byte[] {0}, new byte[64], new byte[] {0x30, 6, 2, 1, 0, 2, 1, 0}, new byte[] {0x30, (byte) 0x84})) {
            assertThat(flaw(changed(
                            b -> signature(b).put("sig", Base64.getEncoder().encodeToString(signature)))))
                    .isEqualTo(Flaw.FORGED);
        }
    }

    @Test
    void noChangedByteOfASignatureGoesUnseen() {
        long seed = new Random().nextLong();
        System.out.println("noChangedByteOfASignatureGoesUnseen: seed " + seed);
        Random random = new Random(seed);
        byte[] sound = changed(b -> {});
        for (int i = 0; i < 250; i++) {
            byte[] bytes = sound.clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
            SignatureCheck check = trust.check(bytes, NOW);
            if (check instanceof SignatureCheck.Genuine genuine) {
                // a changed key id, which the specification has readers ignore
                JsonNode read = JSON.readTree(bytes);
                assertThat(signature((ObjectNode) read)).isNotEqualTo(signature((ObjectNode) JSON.readTree(sound)));
                assertThat(genuine.manifest()).isEqualTo(manifest);
            }
        }
    }

    @Test
    void aKeyIsKeptForItsOwnerAndNeverOverwritten() throws IOException {
        Path file = folder.resolve("keys/bundles.pem");
        Path open = ModelSigner.create(file, Curve.P384);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(open).isEqualTo(folder.resolve("keys/bundles.pub")).exists();
        assertThatThrownBy(() -> ModelSigner.create(file, Curve.P384))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("is there already");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> ModelSigner.read(file)).hasMessageContaining("could sign bundles");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThatThrownBy(() -> Trust.read(List.of(open))).hasMessageContaining("could make any bundles trusted");
        Path none = folder.resolve("none.pub");
        Files.writeString(none, "nothing");
        assertThatThrownBy(() -> Trust.read(List.of(none))).hasMessageContaining("no public key and no certificate");
        assertThatThrownBy(() -> Trust.read(List.of())).isInstanceOf(StoaException.class);
    }

    @Test
    void theFilesOfAModelAreThoseOfTheSpecification() throws IOException {
        Path model = Files.createDirectories(folder.resolve("model"));
        List<String> names = new ArrayList<>(List.of(
                ".cache/w",
                ".config",
                ".git/HEAD",
                ".gitattributes",
                ".github/ci.yml",
                ".gitignore",
                "model.sig",
                "skip/me",
                "sub/.git/HEAD",
                "sub/skip",
                "weights.bin",
                "模型.bin"));
        for (String name : names) {
            Path file = model.resolve(name);
            Files.createDirectories(file.resolveSibling("."));
            Files.writeString(file, name);
        }
        ModelFiles files = new ModelFiles(model, Optional.of(model.resolve("model.sig")));
        Manifest made = files.manifest(Set.of("skip"), Progress.NONE);
        assertThat(made.subject()).isEqualTo("model");
        assertThat(made.files())
                .extracting(SignedFile::name)
                .containsExactly(".cache/w", ".config", "sub/.git/HEAD", "sub/skip", "weights.bin", "模型.bin");
        assertThat(files.differences(made, false, Progress.NONE)).isEmpty();
        Files.createSymbolicLink(model.resolve("link"), model.resolve("weights.bin"));
        assertThatThrownBy(() -> files.manifest(Set.of(), Progress.NONE)).hasMessageContaining("symbolic link");
        Path empty = Files.createDirectories(folder.resolve("empty"));
        Files.writeString(empty.resolve(".gitignore"), "");
        assertThatThrownBy(() -> new ModelFiles(empty, Optional.empty()).manifest(Set.of(), Progress.NONE))
                .hasMessageContaining("no file to sign");
    }
}
