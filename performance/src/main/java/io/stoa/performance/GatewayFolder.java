package io.stoa.performance;

import io.stoa.assess.yaml.AssessmentFile;
import io.stoa.assess.yaml.StoaYaml;
import io.stoa.gateway.audit.AuditFolder;
import io.stoa.gateway.audit.AuditReader;
import io.stoa.gateway.policy.PolicyStore;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.SqliteLedger;
import io.stoa.store.approval.Approval;
import io.stoa.store.approval.SignedRecord;
import io.stoa.store.approval.SigningKey;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/**
 * All that {@code stoa serve} needs to serve an endpoint as in production: a signed approval of it in a ledger, a route
 * with a price, a key with limits and a budget, and an audit.
 */
final class GatewayFolder {
    static final String ROUTE = "support";
    static final String KEY = "measured";
    static final long PROMPT_PRICE = 1;
    static final long ANSWER_PRICE = 2;

    private static final String MODEL = "mock";

    private final Path folder;
    private final List<String> stoa;

    private record Said(String verdict) {}

    /**
     * Prepares a folder.
     *
     * @param stoa how the program is started
     * @param upstream the endpoint that is approved
     */
    GatewayFolder(Path folder, List<String> stoa, URI upstream, int port) {
        this.folder = folder;
        this.stoa = List.copyOf(stoa);
        Path assessment = Performance.root().resolve("examples/quickstart/stoa.yaml");
        approve(StoaYaml.read(assessment), upstream);
        try {
            Files.writeString(
                    yaml(), """
                        name: measured
                        listen: 127.0.0.1:%d
                        assessment: %s
                        currency: USD
                        routes:
                          %s:
                            tiers:
                              - name: only
                                candidate: %s
                                upstream: {url: "%s", model: %s, context: 8192}
                                price: {prompt: %d, completion: %d}
                            deadline: 60s
                        limits: {body: 1MiB, in-flight: 4000}
                        """.formatted(port, assessment, ROUTE, MODEL, upstream, MODEL, PROMPT_PRICE, ANSWER_PRICE));
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, yaml() + ": " + e.getMessage(), e);
        }
    }

    private void approve(AssessmentFile assessment, URI upstream) {
        Instant now = Instant.now();
        SigningKey key = SigningKey.obtain(folder.resolve(".stoa/keys/verdicts.pem"));
        try (SqliteLedger ledger = SqliteLedger.open(folder.resolve(".stoa/ledger.db"), Clock.systemUTC())) {
            String identity = upstream + "/v1#" + MODEL + "@1";
            EvidenceRef verdict = ledger.recorder(0)
                    .once(
                            new EvidenceKey(identity, Approval.VERDICT_CHECK, Digest.of(identity)),
                            Said.class,
                            () -> new Said("READY"))
                    .evidence();
            Approval approval = new Approval(
                    MODEL,
                    identity,
                    Approval.Outcome.READY,
                    List.of(),
                    Approval.Use.of(assessment.useName(), assessment.use()),
                    Optional.empty(),
                    new Approval.LicenseClaim("Apache-2.0", List.of()),
                    Digest.of("workload"),
                    now,
                    now.plus(Approval.VALID_FOR),
                    "performance",
                    verdict);
            ledger.append(Approval.KIND, SignedRecord.of(approval, key));
        }
    }

    Path yaml() {
        return folder.resolve("gateway.yaml");
    }

    private String store() {
        return "sqlite:" + folder.resolve(".stoa/gateway.db");
    }

    List<String> serve() {
        return command("serve", yaml().toString());
    }

    /** Makes the key, with limits and a budget that measuring does not reach. */
    String makeKey() {
        String json = call(
                "key",
                "create",
                KEY,
                "--budget",
                "1000000/month",
                "--rpm",
                "100000000",
                "--tpm",
                "100000000000",
                "--concurrency",
                "100000",
                "--store",
                store(),
                "--json");
        return JsonMapper.shared().readTree(json).path("key").asString();
    }

    /** The audit's chains, verified by the program; what it says. */
    String verifyAudit() {
        return call("audit", "verify", folder.resolve(".stoa/audit").toString());
    }

    /** What is compared of a request's record; whole records of a long run would fill the heap. */
    record Row(String end, long costMicros, long attempts, long prompt, long completion) {}

    /** Every request's record. */
    List<Row> records() {
        AuditFolder audit = new AuditFolder(folder.resolve(".stoa/audit"));
        List<Row> records = new ArrayList<>();
        new AuditReader(audit).read(audit.chains(), Progress.NONE, record -> {
            if (record.isRequest()) {
                records.add(new Row(
                        record.text("end"),
                        record.body().path("costMicros").asLong(),
                        record.body().path("attempts").asLong(),
                        record.body().at("/usage/prompt").asLong(),
                        record.body().at("/usage/completion").asLong()));
            }
        });
        return records;
    }

    /** What the store says that the key has spent, in micros. */
    long spentMicros() {
        try (PolicyStore store = PolicyStore.open(store(), Map.of())) {
            return store.spending().stream()
                    .mapToLong(spending -> spending.spent().value())
                    .sum();
        }
    }

    private String call(String... arguments) {
        try {
            Process process = new ProcessBuilder(command(arguments))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw StoaException.engine(
                        String.join(" ", command(arguments)) + ": exit code " + process.exitValue() + ": " + said);
            }
            return said.strip();
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.ENGINE, stoa + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.engine("interrupted");
        }
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(stoa);
        command.addAll(List.of(arguments));
        return command;
    }
}
