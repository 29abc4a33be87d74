package io.stoa.edge.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalFileTest {
    private static final String RECORDS = "journal/w1-000001/0000000000000001.jsonl";

    @TempDir
    private Path work;

    private final KeyPair key = newKey();
    private Path file = Path.of("");

    private static KeyPair newKey() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void export() throws IOException {
        Path chain = Files.createDirectories(work.resolve("journal/w1-000001"));
        Files.writeString(chain.resolve("0000000000000001.jsonl"), "records\n");
        Files.writeString(chain.resolve("0000000000000001.salts"), "salts");
        Files.writeString(chain.resolve("checkpoints.jsonl"), "checkpoints\n");
        Files.writeString(chain.resolve("lock"), "");
        file = work.resolve("export.zip");
        JournalSummary _ = JournalFile.write(file, work.resolve("journal"), summary(key), key);
    }

    private static JournalSummary summary(KeyPair key) {
        return new JournalSummary(
                JournalFile.deviceOf(key.getPublic()),
                Base64.getEncoder().encodeToString(key.getPublic().getEncoded()),
                Optional.of("kiosk 5"),
                Instant.parse("2026-11-26T12:00:00Z"),
                Optional.of(Instant.parse("2026-11-25T12:00:00Z")),
                Optional.empty(),
                12,
                1,
                2,
                0,
                0,
                300,
                200,
                Optional.of(41.5),
                Optional.empty(),
                Optional.of(1200L),
                Optional.empty(),
                0,
                0,
                Map.of("installed", 1L),
                Map.of());
    }

    @Test
    void whatWasExportedIsReadBack() throws IOException {
        JournalFile read = JournalFile.open(file, Optional.of(key.getPublic()));
        assertThat(read.summary().questions()).isEqualTo(12);
        assertThat(read.summary().tokensPerSecond()).contains(41.5);
        assertThat(read.summary().files()).hasSize(3).doesNotContainKey("journal/w1-000001/lock");
        Path into = Files.createDirectory(work.resolve("into"));
        read.unpack(into);
        assertThat(into.resolve("w1-000001/0000000000000001.jsonl")).hasContent("records\n");
        assertThat(into.resolve("w1-000001/checkpoints.jsonl")).hasContent("checkpoints\n");
    }

    @Test
    void whatWasChangedIsRefused() throws IOException {
        assertRefused(
                changed(Map.of("summary.json", text("summary.json").replace("\"questions\":12", "\"questions\":13"))),
                "signature");
        assertRefused(changed(Map.of("summary.sig", Base64.getEncoder().encodeToString(new byte[64]))), "signature");
        assertRefused(changed(Map.of("summary.json", text("summary.json") + " ")), "canonical");
        assertRefused(changed(Map.of(RECORDS, "others!\n")), RECORDS + " was changed");
        assertRefused(changed(Map.of(RECORDS, "")), "was changed");
        assertRefused(changed(Map.of("journal/../../evil", "x")), "no part of a journal");
        assertRefused(changed(Map.of("journal/w1-000001/0000000000000009.jsonl", "x")), "was changed");
        assertRefused(changed(Map.of("journal/w1-000001/checkpoints.jsonl", "<gone>")), "missing");
        assertRefused(Files.write(work.resolve("x.zip"), new byte[] {1, 2, 3}), "no sound journal");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += 97) {
            assertRefused(
                    Files.write(work.resolve("cut.zip"), java.util.Arrays.copyOf(whole, length)), "no sound journal");
        }
        assertThatThrownBy(() -> JournalFile.open(file, Optional.of(newKey().getPublic())))
                .hasMessageContaining("not by the one expected");
    }

    private void assertRefused(Path changed, String why) throws IOException {
        Path into = Files.createTempDirectory(work, "into");
        assertThatThrownBy(() -> JournalFile.open(changed, Optional.empty()).unpack(into))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining(why);
        assertThat(work.resolve("evil")).doesNotExist();
    }

    private String text(String name) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile());
                InputStream in = zip.getInputStream(zip.getEntry(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The export with some files replaced, added or taken away. */
    private Path changed(Map<String, String> changes) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : java.util.Collections.list(zip.entries())) {
                files.put(entry.getName(), text(entry.getName()));
            }
        }
        files.putAll(changes);
        files.values().removeIf("<gone>"::equals);
        Path other = work.resolve("changed.zip");
        try (OutputStream out = Files.newOutputStream(other);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> each : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(each.getKey()));
                zip.write(each.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
        return other;
    }

    @Test
    void anAnswerThatIsStuckIsSeen() {
        assertThat(SignalWindow.isStuck("one two three four ".repeat(4))).isTrue();
        assertThat(SignalWindow.isStuck("one two three four ".repeat(3))).isFalse();
        assertThat(SignalWindow.isStuck("no no no no no no no no")).isTrue();
        assertThat(SignalWindow.isStuck("")).isFalse();
        assertThat(SignalWindow.isStuck("a b c")).isFalse();
    }
}
