package io.stoa.gateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.stoa.gateway.audit.AuditVerifier.Witnesses;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** What is left after the process or the disk gave up in the middle. */
class AuditCrashTest {
    @TempDir
    private Path temporary;

    private AuditFolder folder = new AuditFolder(Path.of("."));
    private KeyPair key = new KeyPair(null, null);

    @BeforeEach
    void makeKey() {
        folder = new AuditFolder(temporary.resolve("audit"));
        key = SigningKey.readOrMake(temporary.resolve("key.pem"));
    }

    private AuditLog open() {
        return AuditLog.open(AuditSettings.of(folder, "gw-1"), key, Clock.systemUTC(), new SecureRandom());
    }

    private Verification.Intact intact() {
        Verification result = new AuditVerifier(folder, 1)
                .verify(Witnesses.NONE, Progress.NONE)
                .getFirst();
        assertThat(result).isInstanceOf(Verification.Intact.class);
        return (Verification.Intact) result;
    }

    private List<AuditRecord> records() {
        List<AuditRecord> records = new ArrayList<>();
        new AuditReader(folder).read(List.of("gw-1"), Progress.NONE, records::add);
        return records;
    }

    @Test
    void aRecordTornAtAnyByteIsSetAsideAndSaid() throws IOException {
        try (AuditLog log = open()) {
            log.ended(Requests.request(1));
        }
        Path segment = folder.segments("gw-1").getFirst().records();
        byte[] whole = Files.readAllBytes(segment);
        byte[] checkpoints = Files.readAllBytes(folder.checkpoints("gw-1"));
        int torn = whole.length - 1;
        while (whole[torn - 1] != '\n') {
            torn--;
        }
        // as if the process had died in its last write: no checkpoint covers that record
        int firstCheckpoint = new String(checkpoints, StandardCharsets.UTF_8).indexOf('\n') + 1;
        for (int length = torn + 1; length < whole.length; length++) {
            Files.write(folder.checkpoints("gw-1"), Arrays.copyOf(checkpoints, firstCheckpoint));
            Files.write(segment, Arrays.copyOf(whole, length));
            if (length % 50 != 0) {
                OpenedChain opened = OpenedChain.open(folder, "gw-1", Clock.systemUTC());
                opened.lock().close();
                assertThat(opened.setAside()).singleElement().isEqualTo(setAside(whole, torn, length, opened));
                assertThat(Files.size(segment)).isEqualTo(torn);
                continue;
            }
            assertThat(intact().notes()).anyMatch(note -> note.contains("after the last whole record"));

            open().close();

            assertThat(intact().records()).isEqualTo(4);
            JsonNode setAside = records().get(2).body().path("setAside").path(0);
            assertThat(setAside.path("bytes").asInt()).isEqualTo(length - torn);
            Path kept = folder.setAside("gw-1").resolve(setAside.path("file").asString());
            assertThat(Files.readAllBytes(kept)).isEqualTo(Arrays.copyOfRange(whole, torn, length));
            Files.delete(kept);
        }
    }

    private OpenedChain.SetAside setAside(byte[] whole, int torn, int length, OpenedChain opened) throws IOException {
        String file = opened.setAside().getFirst().file();
        byte[] kept = Files.readAllBytes(folder.setAside("gw-1").resolve(file));
        Files.delete(folder.setAside("gw-1").resolve(file));
        assertThat(kept).isEqualTo(Arrays.copyOfRange(whole, torn, length));
        return new OpenedChain.SetAside(file, length - torn, Digest.of(kept));
    }

    @Test
    void aCrashBeforeTheVeryFirstRecordWasWholeLeavesAChainThatBegins() throws IOException {
        open().close();
        Path segment = folder.segments("gw-1").getFirst().records();
        Files.write(segment, Arrays.copyOf(Files.readAllBytes(segment), 100));
        Files.delete(folder.checkpoints("gw-1"));

        open().close();

        assertThat(intact().records()).isEqualTo(2);
        assertThat(records().getFirst().body().path("setAside").size()).isEqualTo(1);
    }

    @Test
    void aChainThatWasCutOffDoesNotGoOn() throws IOException {
        try (AuditLog log = open()) {
            log.ended(Requests.request(1));
        }
        Path segment = folder.segments("gw-1").getFirst().records();
        List<String> lines = Files.readAllLines(segment);
        Files.writeString(segment, lines.getFirst() + "\n");
        org.assertj.core.api.Assertions.assertThatThrownBy(this::open).hasMessageContaining("were cut off");
    }

    @Test
    void whatWasWrittenIsThereAfterAKill() throws Exception {
        long seed = Requests.seed();
        System.out.println("AuditCrashTest: seed " + seed);
        Random random = new Random(seed);
        int kills = Integer.getInteger("stoa.kills", 3);
        for (int i = 0; i < kills; i++) {
            Process child = child("", 0);
            long acknowledged = 0;
            try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
                int lines = 20 + random.nextInt(200);
                for (int line = 0; line < lines; line++) {
                    String said = String.valueOf(out.readLine());
                    assertThat(said).startsWith("written ");
                    acknowledged = Long.parseLong(said.substring(8));
                }
                child.destroyForcibly().waitFor();
            }
            assertThat(intact().records()).isGreaterThanOrEqualTo(acknowledged);
        }
        open().close();
        assertThat(intact().requests()).isPositive();
        assertThat(folder.segments("gw-1")).hasSizeGreaterThan(2);
    }

    @Test
    void aDiskThatRefusesStopsServingAndTearsNothing() throws Exception {
        // a file may not grow beyond 40 blocks of 1024 bytes: the segment is full in the middle of a record
        Process child = child("trap '' XFSZ; ulimit -f 40; ", 3000);
        List<String> said;
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
            said = out.lines().toList();
        }
        child.waitFor();
        assertThat(said).anyMatch(line -> line.startsWith("refused ") && !line.contains("too many"));
        assertThat(said.getLast()).startsWith("closed ").contains("records were not written");
        Verification.Intact left = intact();
        assertThat(left.requests()).isPositive();

        open().close();

        assertThat(intact().requests()).isEqualTo(left.requests());
        assertThat(records().stream()
                        .filter(record -> record.body().path("setAside").size() > 0))
                .as("the torn record is set aside and said")
                .hasSize(1);
    }

    private Process child(String before, int requests) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // under a launcher that loads classes itself, the class path is not in the property
        List<String> path = new ArrayList<>(List.of(System.getProperty("java.class.path")));
        for (Class<?> each : List.of(
                AuditChild.class,
                AuditLog.class,
                Digest.class,
                JsonNode.class,
                JacksonException.class,
                JsonInclude.class)) {
            path.add(Path.of(each.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .getPath())
                    .toString());
        }
        String command = before + "exec '" + java + "' -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '"
                + String.join(":", path) + "' " + AuditChild.class.getName() + " '" + folder.path()
                + "' '" + temporary.resolve("key.pem") + "' " + requests;
        return new ProcessBuilder("bash", "-c", command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
