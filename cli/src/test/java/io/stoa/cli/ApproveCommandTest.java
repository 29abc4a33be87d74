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
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApproveCommandTest {
    @TempDir
    private Path home;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private record Said(String verdict) {}

    @BeforeEach
    void assessed() {
        approve("free", Approval.Outcome.READY, List.of(), "support");
        approve(
                "bound",
                Approval.Outcome.READY_IF,
                List.of(reason(Approval.Weight.CONDITION, "show a notice", List.of())),
                "support");
        approve(
                "refused",
                Approval.Outcome.NOT_READY,
                List.of(reason(
                        Approval.Weight.BLOCKS,
                        "no commercial use",
                        List.of(new Approval.Refusal("cc-by-nc-4.0", "section 2")))),
                "support");
    }

    private static Approval.Reason reason(Approval.Weight weight, String sentence, List<Approval.Refusal> refusals) {
        return new Approval.Reason("license/use", weight, sentence, Optional.of("do it"), refusals);
    }

    private void approve(String candidate, Approval.Outcome outcome, List<Approval.Reason> reasons, String use) {
        SigningKey key = SigningKey.obtain(home.resolve("keys/verdicts.pem"));
        try (SqliteLedger ledger = SqliteLedger.open(home.resolve("ledger.db"), Clock.systemUTC())) {
            EvidenceKey about = new EvidenceKey(candidate, Approval.VERDICT_CHECK, Digest.of(use + Instant.now()));
            EvidenceRef verdict = ledger.recorder(0)
                    .once(about, Said.class, () -> new Said(outcome.label()))
                    .evidence();
            Instant now = Instant.now();
            ledger.append(
                    Approval.KIND,
                    SignedRecord.of(
                            new Approval(
                                    candidate,
                                    Digest.of(candidate).toString(),
                                    outcome,
                                    reasons,
                                    Approval.Use.of(use, IntendedUse.of(use).build()),
                                    Optional.empty(),
                                    new Approval.LicenseClaim("Apache-2.0", List.of()),
                                    Digest.of("workload"),
                                    now,
                                    now.plus(Duration.ofDays(90)),
                                    "test",
                                    verdict),
                            key));
        }
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        House house = new House(
                Map.of("NO_COLOR", "1"),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC());
        return Main.commandLine(house).execute(arguments);
    }

    private String list() {
        assertThat(run("approve", "list", "--home", home.toString())).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private int word(String verb, String candidate, String... more) {
        String[] all = {"approve", verb, candidate, "--home", home.toString(), "--by", "Ada", "--reason", "it is done"};
        String[] joined = Arrays.copyOf(all, all.length + more.length);
        System.arraycopy(more, 0, joined, all.length, more.length);
        return run(joined);
    }

    @Test
    void conditionsAreAcceptedAndRevocationsLifted() {
        assertThat(list())
                .contains("free  support  READY  may be served until")
                .contains(
                        "bound  support  READY IF  may not be served: bound is ready for support only if show a notice")
                .contains("refused  support  NOT READY  FORBIDDEN: ")
                .contains("cc-by-nc-4.0, section 2");
        assertThat(word("accept", "bound")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Accepted by Ada", "show a notice");
        assertThat(list()).contains("bound  support  READY IF  may be served until");
        assertThat(word("revoke", "bound")).isZero();
        assertThat(list()).contains("was revoked by Ada");
        assertThat(word("accept", "bound")).isZero();
        assertThat(list()).contains("bound  support  READY IF  may be served until");
        assertThat(run("approve", "list", "--home", home.toString(), "--json")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .anyMatch(line -> line.contains("\"candidate\":\"bound\"") && line.contains("\"by\":\"Ada\""));
    }

    @Test
    void whatCannotBeDoneIsSaid() throws Exception {
        assertThat(word("accept", "refused")).isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("NOT READY, which nobody can accept");
        assertThat(word("revoke", "nobody")).isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("no approval of nobody");
        assertThat(run("approve", "accept", "bound", "--home", home.toString(), "--by", " ", "--reason", "x"))
                .isEqualTo(ExitCode.USER.code());
        approve("bound", Approval.Outcome.READY, List.of(), "hr");
        assertThat(word("revoke", "bound")).isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("name one with --use: support, hr");
        assertThat(word("revoke", "bound", "--use", "hr")).isZero();
        assertThat(run("approve", "list", "--home", home.resolve("elsewhere").toString()))
                .isEqualTo(ExitCode.USER.code());
        Files.delete(home.resolve("keys/verdicts.pem"));
        assertThat(word("revoke", "free")).isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("no such key");
    }
}
