package io.stoa.performance;

import io.stoa.gateway.audit.AuditFolder;
import io.stoa.gateway.audit.AuditLog;
import io.stoa.gateway.audit.AuditSettings;
import io.stoa.gateway.audit.AuditVerifier;
import io.stoa.gateway.audit.AuditVerifier.Witnesses;
import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.SigningKey;
import io.stoa.gateway.audit.Verification;
import io.stoa.gateway.policy.ApiKey;
import io.stoa.gateway.policy.Budget;
import io.stoa.gateway.policy.BudgetOwner;
import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.policy.Decision;
import io.stoa.gateway.policy.Guard;
import io.stoa.gateway.policy.KeySecret;
import io.stoa.gateway.policy.LeaseTerms;
import io.stoa.gateway.policy.Limits;
import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.policy.Period;
import io.stoa.gateway.policy.PolicyAdmission;
import io.stoa.gateway.policy.PolicyStore;
import io.stoa.gateway.policy.guard.GuardListener;
import io.stoa.gateway.policy.guard.InjectionGuard;
import io.stoa.gateway.policy.guard.PiiGuard;
import io.stoa.gateway.policy.guard.PiiKind;
import io.stoa.gateway.telemetry.Metrics;
import io.stoa.gateway.telemetry.Reading;
import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.RequestScan;
import io.stoa.gateway.wire.TokenUsage;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** What each part of a request through the gateway costs by itself. */
@Command(
        name = "gateway-parts",
        description = {
            "What the parts of a request cost by themselves: reading it, guards, admission with its settling, metrics;"
                    + " what handing a record to the audit costs its caller at a steady rate; and how long verifying the"
                    + " records takes.",
            "The best of twenty rounds, so that Java's compiling is not in it; the audit's are percentiles."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  performance/run gateway-parts",
            "  performance/run gateway-parts --records 1000000 --rate 20000"
        })
final class GatewayPartsCommand implements Runnable {
    private static final int ROUNDS = 20;
    private static final int TIMES = 20_000;

    @Option(names = "--records", defaultValue = "100000", description = "Of the audit. Default: ${DEFAULT-VALUE}")
    private int records = 100_000;

    @Option(names = "--rate", defaultValue = "10000", description = "Records a second. Default: ${DEFAULT-VALUE}")
    private int rate = 10_000;

    @Option(names = "--json", description = "Print the figures as JSON, in microseconds, and nothing else.")
    private boolean json;

    private final Map<String, Double> figures = new LinkedHashMap<>();

    @Override
    public void run() {
        try {
            Path folder = Files.createTempDirectory("gateway-parts");
            try {
                byte[] body = GatewayBench.body(false).getBytes(StandardCharsets.UTF_8);
                tell("reading a request of " + body.length + " bytes", best(i -> {
                    RequestFacts _ = RequestScan.scan(ApiCall.CHAT_COMPLETIONS, body);
                }));
                guards(body);
                admission(folder);
                metrics();
                audit(folder);
                if (json) {
                    System.out.println(JsonMapper.shared().writeValueAsString(figures));
                }
            } finally {
                Performance.delete(folder);
            }
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, "no folder: " + e.getMessage(), e);
        }
    }

    private void tell(String what, double nanos) {
        figures.put(what, nanos / 1e3);
        if (!json) {
            System.out.printf(Locale.ROOT, "%-54s %12.3f µs%n", what, nanos / 1e3);
        }
    }

    /** Nanoseconds of one, in the best round. */
    private static double best(IntConsumer work) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long begun = System.nanoTime();
            for (int i = 0; i < TIMES; i++) {
                work.accept(i);
            }
            best = Math.min(best, (double) (System.nanoTime() - begun) / TIMES);
        }
        return best;
    }

    private void guards(byte[] body) {
        Caller caller = new Caller("measured", Optional.empty());
        RequestFacts facts = RequestScan.scan(ApiCall.CHAT_COMPLETIONS, body);
        Guard data = new PiiGuard(Map.of(PiiKind.CARD, PiiGuard.Action.REFUSE), GuardListener.NONE);
        Guard injection = new InjectionGuard(InjectionGuard.USUAL_THRESHOLD, GuardListener.NONE);
        tell("the guard for personal data", best(i -> passes(data, caller, facts, body)));
        tell("the guard for prompt injection", best(i -> passes(injection, caller, facts, body)));
    }

    private static void passes(Guard guard, Caller caller, RequestFacts facts, byte[] body) {
        if (guard.refusal(caller, facts, body).isPresent()) {
            throw StoaException.bug("a guard refuses what is measured");
        }
    }

    private void admission(Path folder) {
        KeySecret secret = KeySecret.draw(new SecureRandom());
        try (PolicyStore store = PolicyStore.open("sqlite:" + folder.resolve("gateway.db"), Map.of())) {
            store.create(new ApiKey(
                    "measured",
                    secret.digest(),
                    Instant.now(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("team"),
                    Optional.empty(),
                    Optional.empty(),
                    new Limits(OptionalLong.of(1_000_000_000), OptionalLong.of(1_000_000_000_000L), OptionalInt.of(9)),
                    Map.of()));
            for (BudgetOwner owner : List.of(BudgetOwner.key("measured"), BudgetOwner.team("team"), BudgetOwner.ALL)) {
                store.set(new Budget(owner, Period.MONTH, new Micros(1_000_000_000_000L)));
            }
            try (PolicyAdmission admission =
                    PolicyAdmission.open(store, folder.resolve("leases"), Clock.systemUTC(), LeaseTerms.USUAL)) {
                Caller caller = admission.caller(secret.reveal()).orElseThrow();
                RequestFacts facts = new RequestFacts(
                        ApiCall.CHAT_COMPLETIONS,
                        "chat",
                        0,
                        0,
                        false,
                        false,
                        OptionalInt.empty(),
                        1,
                        1,
                        List.of(),
                        100);
                TokenUsage most = new TokenUsage(500, 500);
                TokenUsage used = new TokenUsage(400, 100);
                Micros worst = new Micros(1_000);
                Micros cost = new Micros(300);
                tell("knowing a caller by its key", best(i -> {
                    Optional<Caller> _ = admission.caller(secret.reveal());
                }));
                tell("admitting and settling, three budgets, three limits", best(i -> {
                    Decision decision = admission
                            .admit(caller, facts, most, worst)
                            .toCompletableFuture()
                            .join();
                    switch (decision) {
                        case Decision.Admitted admitted ->
                            admitted.reservation().settle(used, cost);
                        case Decision.Denied denied ->
                            throw StoaException.bug("denied: " + denied.error().message());
                    }
                }));
            }
        }
    }

    private void metrics() {
        Metrics metrics = new Metrics(Set.of("chat"), Set.of("small"), () -> Reading.EMPTY);
        RequestRecord record = record(1);
        tell("counting a request", best(i -> metrics.ended(record)));
    }

    private void audit(Path folder) {
        RequestRecord[] requests = new RequestRecord[1000];
        Arrays.setAll(requests, GatewayPartsCommand::record);
        long[] nanos = new long[records];
        AuditFolder audit = new AuditFolder(folder.resolve("audit"));
        try (AuditLog log = AuditLog.open(
                AuditSettings.of(audit, "measured"),
                SigningKey.readOrMake(folder.resolve("key.pem")),
                Clock.systemUTC(),
                new SecureRandom())) {
            long gap = 1_000_000_000L / rate;
            long due = System.nanoTime();
            for (int i = 0; i < records; i++) {
                for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                    LockSupport.parkNanos(Math.min(early, 20_000));
                }
                due += gap;
                long begun = System.nanoTime();
                log.ended(requests[i % requests.length]);
                nanos[i] = System.nanoTime() - begun;
            }
        }
        Arrays.sort(nanos);
        for (double share : new double[] {0.5, 0.99, 0.999}) {
            tell(String.format(Locale.ROOT, "handing a record over at %,d a second, p%.1f", rate, share * 100), (double)
                    nanos[(int) (share * (records - 1))]);
        }
        long begun = System.nanoTime();
        List<Verification> verified = new AuditVerifier(
                        audit, Runtime.getRuntime().availableProcessors())
                .verify(Witnesses.NONE, Progress.NONE);
        double each = (double) (System.nanoTime() - begun) / records;
        if (!(verified.getFirst() instanceof Verification.Intact)) {
            throw StoaException.bug("the audit that was just written is not intact");
        }
        tell("verifying one of " + records + " records", each);
    }

    private static RequestRecord record(int number) {
        return new RequestRecord(
                "req-" + number,
                Instant.now(),
                ApiCall.CHAT_COMPLETIONS,
                Optional.of("measured"),
                Optional.of("answers to customers"),
                "chat",
                Optional.of("small"),
                Optional.of("sha256:" + "ab".repeat(32)),
                OptionalLong.of(17),
                RequestRecord.End.SERVED,
                200,
                "the certificate allows the small model",
                1,
                new TokenUsage(100, 20),
                1234,
                OptionalLong.of(40_000),
                90_000,
                new RequestRecord.Content(2000, Optional.of(Digest.of("q" + number)), Optional.empty()),
                new RequestRecord.Content(1500, Optional.of(Digest.of("a" + number)), Optional.empty()),
                Optional.empty());
    }
}
