package io.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactsTest {
    @TempDir
    Path folder;

    @Test
    void findsWhatWasPut() throws IOException {
        Artifacts artifacts = new Artifacts(folder.resolve("a/b"));
        assertThat(artifacts.find(Digest.of("hello"))).isEmpty();
        Artifacts.Artifact put = artifacts.put(path -> Files.writeString(path, "hello"));
        assertThat(put.digest()).isEqualTo(Digest.of("hello"));
        assertThat(artifacts.find(put.digest())).contains(put.path());
        assertThat(put.path()).hasContent("hello");
        assertThat(artifacts.put(new ByteArrayInputStream("hello".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(put);
        assertThat(folder.resolve("a/b")).isDirectoryContaining(path -> path.equals(put.path()));
        try (var files = Files.list(folder.resolve("a/b"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void aMakerThatFailsLeavesNothing() throws IOException {
        Artifacts artifacts = new Artifacts(folder);
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> artifacts.put(path -> {
                    Files.writeString(path, "half");
                    throw StoaException.engine("no such type: Q9");
                }))
                .withMessage("no such type: Q9");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> artifacts.put(path -> {
                    throw new IOException("no space left on device");
                }))
                .withMessageContaining(folder.toString())
                .matches(e -> e.kind() == StoaException.Kind.RESOURCES);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aDamagedArtifactIsNamed() throws IOException {
        Artifacts artifacts = new Artifacts(folder);
        Artifacts.Artifact put = artifacts.put(path -> Files.writeString(path, "hello"));
        Files.writeString(put.path(), "hallo");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> artifacts.find(put.digest()))
                .withMessageContaining(put.path().toString())
                .withMessageContaining(Digest.of("hallo").toString());
        artifacts.put(path -> Files.writeString(path, "hello"));
        assertThat(artifacts.find(put.digest())).contains(put.path());
    }
}
