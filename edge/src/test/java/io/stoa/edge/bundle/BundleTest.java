package io.stoa.edge.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.edge.sign.Curve;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BundleTest {
    @TempDir
    private Path folder;

    private static Map<String, byte[]> files(Path bundle) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(bundle)) {
            for (Path path : walk.filter(Files::isRegularFile).toList()) {
                files.put(bundle.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        return files;
    }

    @ParameterizedTest
    @EnumSource(Curve.class)
    void twoBuildsAreTheSameBytesAndBothAreSound(Curve curve) throws IOException {
        Workshop workshop = new Workshop(folder, curve);
        Path first = folder.resolve("first.tar");
        Path second = folder.resolve("second.tar");
        Path third = folder.resolve("third");
        Path fourth = folder.resolve("fourth");
        workshop.build(first, 7);
        workshop.build(second, 7);
        workshop.build(third, 7);
        workshop.build(fourth, 7);
        assertThat(second).hasSameBinaryContentAs(first);
        Map<String, byte[]> files = files(third);
        assertThat(files(fourth)).containsExactlyEntriesOf(files);
        for (Path place : List.of(first, third)) {
            VerifiedBundle bundle = workshop.sound(place);
            assertThat(bundle.metadata()).isEqualTo(Workshop.metadata(7));
            assertThat(bundle.selfTest()).isEqualTo(Workshop.selfTest());
            assertThat(bundle.signedBy()).isEqualTo(workshop.signer().signatory());
            assertThat(bundle.parts())
                    .extracting(Part::kind)
                    .containsExactly(
                            PartKind.METADATA, PartKind.MODEL, PartKind.RUNTIME, PartKind.VERDICT, PartKind.SELF_TEST);
        }
    }

    @Test
    void itIsAnOciLayoutWithTheMediaTypesOfTheModelPack() throws IOException {
        Workshop workshop = new Workshop(folder, Curve.P256);
        Path place = folder.resolve("bundle");
        workshop.build(place, 1);
        JsonMapper json = JsonMapper.shared();
        assertThat(Files.readString(place.resolve("oci-layout"))).isEqualTo("{\"imageLayoutVersion\":\"1.0.0\"}");
        JsonNode entry = json.readTree(place.resolve("index.json").toFile())
                .path("manifests")
                .path(0);
        assertThat(entry.path("artifactType").stringValue()).isEqualTo("application/vnd.cncf.model.manifest.v1+json");
        Path blobs = place.resolve("blobs/sha256");
        JsonNode manifest = json.readTree(
                blobs.resolve(entry.path("digest").stringValue().substring(7)).toFile());
        assertThat(manifest.path("mediaType").stringValue()).isEqualTo("application/vnd.oci.image.manifest.v1+json");
        assertThat(manifest.path("config").path("mediaType").stringValue())
                .isEqualTo("application/vnd.cncf.model.config.v1+json");
        assertThat(manifest.path("layers")
                        .valueStream()
                        .map(layer -> layer.path("mediaType").stringValue()
                                + " "
                                + layer.path("annotations")
                                        .path("org.cncf.model.filepath")
                                        .stringValue()))
                .containsExactly(
                        "application/vnd.cncf.model.doc.v1.raw bundle.json",
                        "application/vnd.cncf.model.weight.v1.raw model.gguf",
                        "application/vnd.cncf.model.code.v1.tar runtime.tar",
                        "application/vnd.cncf.model.doc.v1.raw verdict.json",
                        "application/vnd.cncf.model.dataset.v1.raw self-test.json");
    }

    @Test
    void anUnpackedBundleHasEveryFileInItsPlace() throws IOException {
        Workshop workshop = new Workshop(folder, Curve.P256);
        Path place = folder.resolve("bundle.tar");
        workshop.build(place, 3);
        Map<String, String> seen = new TreeMap<>();
        workshop.sound(place)
                .unpack((name, size, executable, content) ->
                        seen.put(name + (executable ? "*" : ""), content.readAllBytes().length + "/" + size));
        assertThat(seen)
                .containsEntry("runtime/bin/run*", "10/10")
                .containsEntry("runtime/lib/" + "long/".repeat(25) + "stoa.jar", "10/10")
                .containsEntry("model.gguf", "5000/5000")
                .containsEntry("verdict.json", "2/2")
                .containsKeys("bundle.json", "self-test.json")
                .hasSize(6);
    }

    @Test
    void whatChangesAfterItWasVerifiedIsNotHandedOut() throws IOException {
        Workshop workshop = new Workshop(folder, Curve.P256);
        Path place = folder.resolve("bundle");
        workshop.build(place, 1);
        VerifiedBundle bundle = workshop.sound(place);
        Part model = bundle.part(PartKind.MODEL).orElseThrow();
        Path blob = place.resolve("blobs/sha256").resolve(model.digest().hex());
        byte[] bytes = Files.readAllBytes(blob);
        bytes[4321] ^= 1;
        Files.write(blob, bytes);
        assertThatThrownBy(() -> bundle.bytes(PartKind.MODEL))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has changed since the bundle was verified");
        try (InputStream in = bundle.open(PartKind.MODEL)) {
            assertThatThrownBy(() -> in.readNBytes(5000)).isInstanceOf(IOException.class);
        }
        Files.write(blob, new byte[100]);
        assertThatThrownBy(() -> bundle.unpack((name, size, executable, content) -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("shorter");
    }

    @Test
    void theTarIsReadByOtherTools() throws Exception {
        Workshop workshop = new Workshop(folder, Curve.P256);
        Path place = folder.resolve("bundle.tar");
        workshop.build(place, 1);
        Path unpacked = Files.createDirectories(folder.resolve("unpacked"));
        Process tar = new ProcessBuilder("tar", "-xf", place.toString(), "-C", unpacked.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(tar.getInputStream().readAllBytes(), UTF_8);
        assertThat(tar.waitFor()).as(said).isZero();
        assertThat(workshop.sound(unpacked).identity())
                .isEqualTo(workshop.sound(place).identity());
    }

    @Test
    void aBundleIsAdmittedInItsTimeOnItsPlatformAndNotBackwards() throws IOException {
        Workshop workshop = new Workshop(folder, Curve.P256);
        Path place = folder.resolve("bundle");
        workshop.build(place, 5);
        VerifiedBundle bundle = workshop.sound(place);
        Admission fresh = new Admission(Workshop.PLATFORM, Optional.empty());
        assertThat(fresh.objections(bundle, Workshop.NOW)).isEmpty();
        assertThat(fresh.objections(bundle, Workshop.EXPIRES))
                .containsExactly(new Admission.Objection.Expired(Workshop.EXPIRES, Workshop.EXPIRES));
        Instant early = Instant.parse("1970-01-01T00:10:00Z");
        assertThat(fresh.objections(bundle, early))
                .containsExactly(new Admission.Objection.NotYet(Workshop.CREATED, early));
        Platform pi = Platform.of("linux/arm64");
        assertThat(new Admission(pi, Optional.empty()).objections(bundle, Workshop.NOW))
                .containsExactly(new Admission.Objection.OtherPlatform(Workshop.PLATFORM, pi));
        assertThat(after("helper", 6, bundle)).containsExactly(new Admission.Objection.Downgrade(5, 6));
        assertThat(after("helper", 4, bundle)).isEmpty();
        assertThat(after("helper", 5, bundle)).isEmpty();
        assertThat(after("other", 9, bundle)).containsExactly(new Admission.Objection.OtherName("helper", "other"));
        Path again = folder.resolve("again");
        workshop.build(again, 5, workshop.random("other", 99, 5000));
        assertThat(after("helper", 5, workshop.sound(again), bundle))
                .containsExactly(new Admission.Objection.SameVersion(5));
    }

    private static List<Admission.Objection> after(String name, long version, VerifiedBundle bundle) {
        return after(name, version, bundle, bundle);
    }

    private static List<Admission.Objection> after(
            String name, long version, VerifiedBundle offered, VerifiedBundle there) {
        return new Admission(Workshop.PLATFORM, Optional.of(new Admission.Installed(name, version, there.identity())))
                .objections(offered, Workshop.NOW);
    }

    @Test
    void aBundleIsNeverWrittenOverSomething() throws IOException {
        Workshop workshop = new Workshop(folder, Curve.P256);
        Path place = Files.createDirectories(folder.resolve("bundle"));
        assertThatThrownBy(() -> workshop.build(place, 1))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("is there already");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> String.valueOf(path.getFileName()))).noneMatch(name -> name.endsWith(".part"));
        }
    }
}
