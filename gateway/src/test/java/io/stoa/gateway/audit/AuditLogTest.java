package io.stoa.gateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.gateway.audit.AuditVerifier.Witnesses;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AuditLogTest {
    @TempDir
    private Path temporary;

    private AuditFolder folder = new AuditFolder(Path.of("."));
    private KeyPair key = new KeyPair(null, null);

    @BeforeEach
    void makeKey() {
        folder = new AuditFolder(temporary.resolve("audit"));
        key = SigningKey.readOrMake(temporary.resolve("key.pem"));
    }

    private AuditLog open(AuditSettings settings) {
        return AuditLog.open(settings, key, Clock.systemUTC(), new SecureRandom());
    }

    private List<Verification> verify() {
        return new AuditVerifier(folder, 2).verify(Witnesses.NONE, Progress.NONE);
    }

    private Verification.Intact intact() {
        List<Verification> results = verify();
        assertThat(results).singleElement().isInstanceOf(Verification.Intact.class);
        return (Verification.Intact) results.getFirst();
    }

    @Test
    void everyRecordIsInTheChainAndTheChainVerifies() {
        try (AuditLog log = open(AuditSettings.of(folder, "gw-1"))) {
            for (int i = 0; i < 1000; i++) {
                log.ended(Requests.request(i));
            }
        }
        Verification.Intact result = intact();
        assertThat(result.requests()).isEqualTo(1000);
        assertThat(result.records()).isEqualTo(1002);
        assertThat(result.checkpoint().map(Checkpoint::sequence)).contains(1002L);
    }

    @Test
    void aChainGoesOnOverSegmentsAndRestarts() throws Exception {
        AuditSettings settings = AuditSettings.of(folder, "gw-1").with(20_000, 50);
        for (int run = 0; run < 3; run++) {
            try (AuditLog log = open(settings)) {
                for (int i = 0; i < 200; i++) {
                    log.ended(Requests.request(i));
                }
            }
        }
        assertThat(folder.segments("gw-1")).hasSizeGreaterThan(5);
        assertThat(intact().requests()).isEqualTo(600);
    }

    @Test
    void aLineIsJsonWithTheDigestOfItsDocument() throws Exception {
        try (AuditLog log = open(AuditSettings.of(folder, "gw-1"))) {
            log.ended(Requests.kept(3));
        }
        List<String> lines =
                Files.readAllLines(folder.segments("gw-1").getFirst().records());
        String request = lines.get(1);
        JsonNode read = JsonMapper.shared().readTree(request);
        assertThat(Digest.of(request.substring(68, request.length() - 1)).hex())
                .isEqualTo(read.path(0).asString());
        JsonNode body = read.path(1).path("body");
        assertThat(body.path("id").asString()).isEqualTo("req-3");
        assertThat(body.path("call").asString()).isEqualTo("chat_completions");
        assertThat(body.path("request").path("commitment").asString()).hasSize(64);
        assertThat(body.path("request").has("kept")).isFalse();
        assertThat(request).doesNotContain("what is");
        assertThat(read.path(1).path("time").asString()).isEqualTo("2026-11-26T12:00:00.126Z");
    }

    @Test
    void membersAreInCanonicalOrder() throws Exception {
        try (AuditLog log = open(AuditSettings.of(folder, "gw-1").keepingContent())) {
            log.ended(Requests.kept(3));
        }
        for (String line : Files.readAllLines(folder.segments("gw-1").getFirst().records())) {
            assertSorted(JsonMapper.shared().readTree(line).path(1));
        }
    }

    private static void assertSorted(JsonNode node) {
        if (node.isObject()) {
            List<String> names = new ArrayList<>(node.propertyNames());
            assertThat(names).isSorted();
        }
        node.forEach(AuditLogTest::assertSorted);
    }

    @Test
    void keptContentIsReadableByItsOwnerOnly() throws Exception {
        try (AuditLog log = open(AuditSettings.of(folder, "gw-1").keepingContent())) {
            log.ended(Requests.kept(3));
        }
        Path content = folder.content("gw-1", 2);
        assertThat(JsonMapper.shared()
                        .readTree(Files.readAllBytes(content))
                        .path("answer")
                        .asString())
                .isEqualTo("it\nis 3");
        for (Path file : List.of(content, folder.segments("gw-1").getFirst().records(), temporary.resolve("key.pem"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        assertThat(intact().requests()).isEqualTo(1);
    }

    @Test
    void aSecondProcessMayNotAppendToTheSameChain() {
        try (AuditLog _ = open(AuditSettings.of(folder, "gw-1"))) {
            assertThatThrownBy(() -> open(AuditSettings.of(folder, "gw-1")))
                    .isInstanceOf(StoaException.class)
                    .hasMessageContaining("another process appends");
        }
    }

    @Test
    void everyGatewayHasItsChainAndAllAreVerified() {
        for (String name : List.of("gw-1", "gw-2")) {
            try (AuditLog log = open(AuditSettings.of(folder, name))) {
                log.ended(Requests.request(1));
            }
        }
        assertThat(verify()).hasSize(2).allSatisfy(each -> assertThat(each).isInstanceOf(Verification.Intact.class));
    }

    @Test
    void aWitnessShowsWhatTheChainCannot() throws Exception {
        EvidenceRef head;
        try (AuditLog log = open(AuditSettings.of(folder, "gw-1"))) {
            log.ended(Requests.request(1));
        }
        head = intact().head().orElseThrow();
        Witnesses witnesses = new Witnesses(Map.of("gw-1", List.of(head)), Optional.of(key.getPublic()));
        assertThat(new AuditVerifier(folder, 1).verify(witnesses, Progress.NONE).getFirst())
                .isInstanceOf(Verification.Intact.class);

        // someone computes the whole chain anew, with a key of their own
        try (Stream<Path> files = Files.walk(folder.path())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        KeyPair other = SigningKey.readOrMake(temporary.resolve("other.pem"));
        try (AuditLog log =
                AuditLog.open(AuditSettings.of(folder, "gw-1"), other, Clock.systemUTC(), new SecureRandom())) {
            log.ended(Requests.request(2));
        }
        assertThat(verify().getFirst()).isInstanceOf(Verification.Intact.class);
        assertThat(new AuditVerifier(folder, 1)
                        .verify(new Witnesses(Map.of("gw-1", List.of(head)), Optional.empty()), Progress.NONE)
                        .getFirst())
                .isInstanceOf(Verification.Broken.class);
        assertThat(new AuditVerifier(folder, 1)
                        .verify(new Witnesses(Map.of(), Optional.of(key.getPublic())), Progress.NONE)
                        .getFirst())
                .isInstanceOfSatisfying(
                        Verification.Broken.class,
                        broken -> assertThat(broken.what()).contains("not the key"));
        assertThat(new AuditVerifier(folder, 1)
                        .verify(new Witnesses(Map.of("gw-9", List.of(head)), Optional.empty()), Progress.NONE)
                        .getLast())
                .isInstanceOf(Verification.Broken.class);
    }

    @Test
    void whatItHasWrittenIsThereSoonAndOnTheDiskSoonAfter() throws Exception {
        try (AuditLog log = open(AuditSettings.of(folder, "gw-1"))) {
            long before = log.written();
            log.ended(Requests.request(1));
            await(() -> log.written() == before + 1);
            await(() -> log.synced() == before + 1);
            assertThat(log.waiting()).isZero();
            assertThat(log.accepting()).isTrue();
        }
    }

    private static void await(java.util.function.BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < until) {
            Thread.sleep(2);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test
    void longNamesFromCallersAreCut() throws Exception {
        RequestRecord request = Requests.request(1);
        RequestRecord hostile = new RequestRecord(
                request.id(),
                request.time(),
                request.call(),
                request.key(),
                request.use(),
                "\u0000\uD800\"\\".repeat(500_000),
                request.tier(),
                request.candidate(),
                request.verdict(),
                request.end(),
                request.status(),
                request.reason(),
                request.attempts(),
                request.usage(),
                request.costMicros(),
                request.firstByteMicros(),
                request.durationMicros(),
                request.request(),
                request.answer(),
                Optional.empty());
        try (AuditLog log = open(AuditSettings.of(folder, "gw-1"))) {
            log.ended(hostile);
        }
        assertThat(intact().requests()).isEqualTo(1);
        assertThat(Files.size(folder.segments("gw-1").getFirst().records())).isLessThan(10_000);
    }
}
