package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.audit.AuditFolder;
import io.stoa.gateway.audit.AuditLog;
import io.stoa.gateway.audit.AuditSettings;
import io.stoa.gateway.audit.Inclusion;
import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.Content;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.audit.SigningKey;
import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.TokenUsage;
import io.stoa.model.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code stoa audit}, from the command line to what it prints. */
class AuditVerbsTest {
    @TempDir
    private Path temporary;

    private Path audit = Path.of(".");
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        return Main.commandLine(new House(
                        Map.of(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Clock.systemUTC()))
                .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @BeforeEach
    void record() {
        audit = temporary.resolve("audit");
        AuditSettings settings = AuditSettings.of(new AuditFolder(audit), "gw-1")
                .keepingContent()
                .with(20_000, 50);
        try (AuditLog log = AuditLog.open(
                settings, SigningKey.readOrMake(temporary.resolve("key.pem")), Clock.systemUTC(), new SecureRandom())) {
            for (int i = 0; i < 100; i++) {
                log.ended(request(i));
            }
        }
    }

    private static RequestRecord request(int number) {
        boolean refused = number % 10 == 9;
        return new RequestRecord(
                "req-" + number,
                Instant.parse("2026-11-26T12:00:00Z").plusSeconds(number),
                ApiCall.CHAT_COMPLETIONS,
                Optional.of(number % 2 == 0 ? "search" : "support-bot"),
                Optional.empty(),
                refused ? "=cmd(),\"x\"" : "chat",
                refused ? Optional.empty() : Optional.of("small"),
                refused ? Optional.empty() : Optional.of("sha256:" + "ab".repeat(32)),
                refused ? OptionalLong.empty() : OptionalLong.of(17),
                refused ? End.REFUSED : End.SERVED,
                refused ? 404 : 200,
                refused ? "there is no such route" : "the certificate allows it",
                refused ? 0 : 1,
                refused ? TokenUsage.NONE : new TokenUsage(10, 5),
                7,
                OptionalLong.of(1000),
                2000,
                content("ask " + number),
                content("say " + number),
                Optional.empty());
    }

    private static Content content(String text) {
        return new Content(text.length(), Optional.of(Digest.of(text)), Optional.of(text));
    }

    private String head() {
        assertThat(run("audit", "verify", audit, "--json")).isZero();
        return JsonMapper.shared().readTree(out()).path("head").asString();
    }

    @Test
    void verifyPrintsAHeadThatIsAWitnessLater() throws IOException {
        String head = head();
        assertThat(head).startsWith("gw-1:");
        assertThat(run("audit", "verify", audit, "--witness", head, "--public-key", temporary.resolve("key.pem.pub")))
                .isZero();
        assertThat(out()).contains("gw-1 is intact: 102 records, 100 of them requests, 0 of those erased");
        assertThat(run("audit", "verify", audit, "--witness", "gw-1:50:" + "0".repeat(64)))
                .isEqualTo(20);
        assertThat(out()).contains("gw-1 is broken at record 50");
        assertThat(run("audit", "verify", audit, "--witness", "nonsense")).isEqualTo(2);
        assertThat(run("audit", "verify", temporary.resolve("nowhere"))).isEqualTo(2);

        Path segment = audit.resolve("gw-1").resolve("0000000000000001.jsonl");
        Files.writeString(segment, Files.readString(segment).replace("\"req-3\"", "\"req-4\""));
        assertThat(run("audit", "verify", audit, "--json")).isEqualTo(20);
        assertThat(JsonMapper.shared().readTree(out()).path("sequence").asInt()).isEqualTo(5);
    }

    @Test
    void anExportFiltersAndProves() {
        assertThat(run("audit", "export", audit, "--key", "search", "--from", "2026-11-26T12:00:50Z"))
                .isZero();
        assertThat(out().lines()).hasSize(25).allMatch(line -> line.contains("\"key\":\"search\""));

        assertThat(run("audit", "export", audit, "--record", "req-42", "--proof"))
                .isZero();
        JsonNode proven = JsonMapper.shared().readTree(out());
        Inclusion.Proof proof = JsonMapper.shared().treeToValue(proven.path("proof"), Inclusion.Proof.class);
        Digest record = new Digest(proven.path("record").path(0).asString());
        assertThat(proof.proves(record)).isTrue();
        assertThat(proof.proves(Digest.of("another"))).isFalse();
        assertThat(proof.path()).isNotEmpty();

        assertThat(run("audit", "export", audit, "--csv", "--before", "2026-11-27"))
                .isZero();
        List<String> rows = out().lines().toList();
        assertThat(rows).hasSize(101);
        assertThat(rows.get(10)).contains(",\"'=cmd(),\"\"x\"\"\",");
    }

    @Test
    void erasingKeepsTheChainProvable() throws IOException {
        assertThat(run("audit", "erase", audit, "--key", "search")).isEqualTo(2);
        assertThat(run("audit", "erase", audit, "--by", "me", "--why", "so")).isEqualTo(2);
        assertThat(run("audit", "erase", audit, "--key", "search", "--by", "A. Ito", "--why", "ticket 4711"))
                .isZero();
        assertThat(out()).contains("50 requests");
        assertThat(run("audit", "verify", audit)).isZero();
        assertThat(out()).contains("100 of them requests, 50 of those erased", "operator is intact");
        assertThat(run("audit", "export", audit, "--record", "req-2")).isZero();
        assertThat(out()).contains("\"req-2\"");
        try (Stream<Path> files = Files.walk(audit.resolve("gw-1").resolve("content"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(50);
        }
        assertThat(run("audit", "erase", audit, "--key", "search", "--by", "A. Ito", "--why", "again"))
                .isZero();
        assertThat(out()).contains("Nothing to erase");
    }

    @Test
    void aPackVerifiesWithoutStoa() throws Exception {
        Path zip = temporary.resolve("pack.zip");
        assertThat(run("audit", "pack", audit, "--from", "2026-11-26", "--before", "2026-11-27", "--out", zip))
                .isZero();
        Path unpacked = Files.createDirectory(temporary.resolve("unpacked"));
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
            for (Optional<ZipEntry> entry = Optional.ofNullable(in.getNextEntry());
                    entry.isPresent();
                    entry = Optional.ofNullable(in.getNextEntry())) {
                Path file = unpacked.resolve(entry.get().getName());
                Files.createDirectories(file.getParent());
                Files.copy(in, file);
            }
        }
        assertThat(Files.readString(unpacked.resolve("counts.json"))).contains("end=served");
        assertThat(Files.readAllLines(unpacked.resolve("refusals.jsonl"))).hasSize(10);
        assertThat(Files.readString(unpacked.resolve("verdicts.json"))).contains("17");
        assertThat(Files.readString(unpacked.resolve("README.txt"))).contains("26(6)");

        Assumptions.assumeTrue(python(unpacked) != 127, "there is no python3 here");
        assertThat(python(unpacked)).isZero();
        Path records = unpacked.resolve("records").resolve("gw-1.jsonl");
        String honest = Files.readString(records);
        Files.writeString(records, honest.replace("\"status\":404", "\"status\":200"));
        assertThat(python(unpacked)).isEqualTo(1);
        // even with a manifest that fits
        Path manifest = unpacked.resolve("manifest.json");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replace(
                                Digest.of(honest).hex(),
                                Digest.of(Files.readAllBytes(records)).hex()));
        assertThat(python(unpacked)).isEqualTo(1);
    }

    private static int python(Path unpacked) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", "python3 verify.py || exit $?")
                .directory(unpacked.toFile())
                .redirectErrorStream(true)
                .start();
        try (InputStream said = process.getInputStream()) {
            System.out.println("verify.py: " + new String(said.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
        return process.waitFor();
    }
}
