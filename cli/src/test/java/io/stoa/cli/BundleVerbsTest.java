package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.IntendedUse;
import io.stoa.store.SqliteLedger;
import io.stoa.store.approval.Approval;
import io.stoa.store.approval.SignedRecord;
import io.stoa.store.approval.SigningKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BundleVerbsTest {
    private static final Path NANO = Path.of("../examples/quickstart/models/nano.gguf");

    /** What all tests use. */
    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Instant now = Instant.now();

    private record Said(String verdict) {}

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        List<String> all = new ArrayList<>(List.of("bundle"));
        for (Object argument : arguments) {
            all.add(argument.toString());
        }
        House house = new House(
                Map.of("NO_COLOR", "1", "SOURCE_DATE_EPOCH", Long.toString(now.getEpochSecond())),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC());
        return Main.commandLine(house).execute(all.toArray(String[]::new));
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    }

    private Path at(String name) {
        return folder.resolve(name);
    }

    @BeforeAll
    void keysAndSelfTest() {
        assertThat(run("keys", shared.resolve("bundles.pem"))).as(said()).isZero();
        assertThat(run("self-test", NANO, "--max-tokens", 6, "--out", shared.resolve("test.json")))
                .as(said())
                .isZero();
        assertThat(said()).contains("5 prompts", "tokens/s");
    }

    private int build(String name, long version, Object... more) {
        List<Object> all = new ArrayList<>(List.of(
                "build",
                NANO,
                "--name",
                "helper",
                "--version",
                version,
                "--key",
                shared.resolve("bundles.pem"),
                "--out",
                at(name),
                "--self-test",
                shared.resolve("test.json"),
                "--home",
                at(".stoa")));
        all.addAll(List.of(more));
        return run(all.toArray());
    }

    private void approve(Approval.Outcome outcome) throws IOException {
        SigningKey key = SigningKey.obtain(at(".stoa/keys/verdicts.pem"));
        try (SqliteLedger ledger = SqliteLedger.open(at(".stoa/ledger.db"), Clock.systemUTC())) {
            EvidenceKey about = new EvidenceKey("nano", Approval.VERDICT_CHECK, Digest.of(outcome.label()));
            EvidenceRef verdict = ledger.recorder(0)
                    .once(about, Said.class, () -> new Said(outcome.label()))
                    .evidence();
            List<Approval.Reason> reasons = outcome == Approval.Outcome.READY
                    ? List.of()
                    : List.of(new Approval.Reason(
                            "benchmark", Approval.Weight.BLOCKS, "it is wrong too often", Optional.empty(), List.of()));
            Instant issued = Instant.now();
            ledger.append(
                    Approval.KIND,
                    SignedRecord.of(
                            new Approval(
                                    "nano",
                                    Digest.of(Files.readAllBytes(NANO)).toString(),
                                    outcome,
                                    reasons,
                                    Approval.Use.of(
                                            "support", IntendedUse.of("support").build()),
                                    Optional.empty(),
                                    new Approval.LicenseClaim("Apache-2.0", List.of()),
                                    Digest.of("workload"),
                                    issued,
                                    issued.plus(Duration.ofDays(90)),
                                    "test",
                                    verdict),
                            key));
        }
    }

    @Test
    void whatWasApprovedIsBuiltTwiceVerifiedAndShown() throws IOException {
        assertThat(build("none.tar", 1)).isEqualTo(ExitCode.USER.code());
        assertThat(said()).contains("no ledger there");
        approve(Approval.Outcome.READY);
        assertThat(build("one.tar", 1)).as(said()).isZero();
        assertThat(said()).contains("helper 1 for ", "has no licence pack");
        assertThat(build("same.tar", 1)).as(said()).isZero();
        assertThat(at("same.tar")).hasSameBinaryContentAs(at("one.tar"));
        assertThat(run("verify", at("one.tar"), "--trust", shared.resolve("bundles.pub")))
                .isZero();
        assertThat(said()).startsWith("SOUND: helper 1");
        assertThat(run("show", at("one.tar"), "--trust", shared.resolve("bundles.pub"), "--json"))
                .isZero();
        JsonNode shown = JsonMapper.shared().readTree(out.toString(StandardCharsets.UTF_8));
        assertThat(shown.path("metadata").path("verdict").path("outcome").stringValue())
                .isEqualTo("READY");
        assertThat(shown.path("metadata").path("model").path("license").stringValue())
                .isEqualTo("Apache-2.0");
        assertThat(shown.path("parts")
                        .valueStream()
                        .map(part -> part.path("path").stringValue()))
                .containsExactly(
                        "bundle.json",
                        "model.gguf",
                        "template.jinja",
                        "verdict.json",
                        "bom.cdx.json",
                        "self-test.json");
        assertThat(run("show", at("one.tar"), "--trust", shared.resolve("bundles.pub")))
                .isZero();
        assertThat(said()).contains("READY as nano for support", "6 ", "tokens/s");
        Instant late = now.plus(Duration.ofDays(100));
        assertThat(build("late.tar", 1, "--expires", late)).isEqualTo(ExitCode.USER.code());
        assertThat(said()).contains("later than the verdict");
    }

    @Test
    void whatWasRefusedIsNotBundledUnlessItSaysSo() throws IOException {
        approve(Approval.Outcome.NOT_READY);
        assertThat(build("one.tar", 1)).isEqualTo(ExitCode.USER.code());
        assertThat(said()).contains("wrong too often");
        assertThat(build("one.tar", 1, "--without-verdict")).isZero();
        assertThat(said()).contains("no verdict stands behind this bundle");
        assertThat(run("show", at("one.tar"), "--trust", shared.resolve("bundles.pub")))
                .isZero();
        assertThat(said()).contains("verdict    none");
    }

    @Test
    void aDeltaIsMadeAndAppliedAndADamagedOneIsNot() throws IOException {
        assertThat(build("one.tar", 1, "--without-verdict")).as(said()).isZero();
        assertThat(build("two.tar", 2, "--without-verdict")).as(said()).isZero();
        assertThat(run(
                        "delta",
                        at("one.tar"),
                        at("two.tar"),
                        "--trust",
                        shared.resolve("bundles.pub"),
                        "--out",
                        at("delta")))
                .as(said())
                .isZero();
        assertThat(Files.size(at("delta"))).isLessThan(20_000);
        assertThat(run(
                        "apply",
                        at("one.tar"),
                        at("delta"),
                        "--trust",
                        shared.resolve("bundles.pub"),
                        "--out",
                        at("made.tar")))
                .as(said())
                .isZero();
        assertThat(at("made.tar")).hasSameBinaryContentAs(at("two.tar"));
        byte[] bytes = Files.readAllBytes(at("delta"));
        Files.write(at("delta"), Arrays.copyOf(bytes, bytes.length - 20));
        assertThat(run(
                        "apply",
                        at("one.tar"),
                        at("delta"),
                        "--trust",
                        shared.resolve("bundles.pub"),
                        "--out",
                        at("bad.tar")))
                .isEqualTo(ExitCode.BROKEN.code());
        assertThat(said()).startsWith("REFUSED: ");
        assertThat(at("bad.tar")).doesNotExist();
    }

    @Test
    void whatIsDamagedStrangeOrForElsewhereIsTold() throws IOException {
        assertThat(build("one", 1, "--without-verdict", "--platform", "linux/arm64"))
                .as(said())
                .isZero();
        assertThat(run("verify", at("one"), "--trust", shared.resolve("bundles.pub")))
                .isZero();
        assertThat(run(
                        "verify",
                        at("one"),
                        "--trust",
                        shared.resolve("bundles.pub"),
                        "--platform",
                        "linux/amd64",
                        "--json"))
                .isEqualTo(ExitCode.NOT_READY.code());
        assertThat(said()).contains("is for linux/arm64, and this is linux/amd64");
        assertThat(run("keys", at("other.pem"), "--curve", "p521")).isZero();
        assertThat(run("verify", at("one"), "--trust", at("other.pub"))).isEqualTo(ExitCode.BROKEN.code());
        assertThat(said()).contains("not trusted here");
        Files.writeString(at("one/extra"), "x");
        assertThat(run("verify", at("one"), "--trust", shared.resolve("bundles.pub"), "--json"))
                .isEqualTo(ExitCode.BROKEN.code());
        assertThat(said()).contains("\"fault\":\"STRANGER\"");
        assertThat(run("keys", at("other.pem"))).isEqualTo(ExitCode.USER.code());
        assertThat(run("keys", at("new.pem"), "--curve", "ed25519")).isEqualTo(ExitCode.USER.code());
        assertThat(build("two.tar", 0, "--without-verdict")).isEqualTo(ExitCode.USER.code());
        assertThat(build("two.tar", 1, "--without-verdict", "--runtime", "native"))
                .isEqualTo(ExitCode.USER.code());
        assertThat(build("two.tar", 1, "--without-verdict", "--runtime", "jlink", "--stoa", folder))
                .isEqualTo(ExitCode.USER.code());
        assertThat(said()).contains("name the folder of Stoa's distribution");
    }
}
