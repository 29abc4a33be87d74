package io.stoa.gateway.route;

import com.sun.net.httpserver.HttpServer;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.upstream.Target;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.IntendedUse;
import io.stoa.model.Progress;
import io.stoa.store.Artifacts;
import io.stoa.store.SqliteLedger;
import io.stoa.store.approval.Acceptance;
import io.stoa.store.approval.Approval;
import io.stoa.store.approval.Revocation;
import io.stoa.store.approval.SignedRecord;
import io.stoa.store.approval.SigningKey;
import io.stoa.store.approval.TrustedKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A true state: a real model with its card, a ledger with a verdict and a signed approval, live routes that watch it. */
final class World implements AutoCloseable {
    static final Path SHIPPED =
            Path.of("..", "examples", "quickstart").toAbsolutePath().normalize();
    static final String USE = "support";
    static final IntendedUse INTENDED =
            IntendedUse.of("answering customers").commercial(Optional.of(true)).build();

    private static final Rhythm FAST = new Rhythm(
            Duration.ofMillis(15),
            Duration.ofHours(1),
            Duration.ofMillis(40),
            Duration.ofMillis(200),
            Duration.ofMillis(80),
            Duration.ofSeconds(20));

    /** A clock that tells what it is told, and a little more each time, as clocks do. */
    static final class SetClock extends Clock {
        private Instant now = Instant.parse("2026-11-26T10:00:00Z");

        synchronized void forward(Duration by) {
            now = now.plus(by);
        }

        @Override
        public synchronized Instant instant() {
            now = now.plusNanos(1_000);
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private record Said(String verdict) {}

    final Path folder;
    final Path model;
    final Path card;
    final Path ledgerFile;
    final SetClock clock = new SetClock();
    final SigningKey key;
    final SigningKey foreign;
    private Rhythm rhythm = FAST;
    private Optional<HttpServer> server = Optional.empty();
    private volatile int status = 200;
    private volatile String list = "";
    private Optional<String> license = Optional.of("Apache-2.0");
    private Optional<LiveRoutes> routes = Optional.empty();
    private Tier tier;
    private ModelSource source;

    World(Path folder) throws IOException {
        this.folder = folder;
        model = Files.copy(SHIPPED.resolve("models/nano.gguf"), folder.resolve("model.gguf"));
        card = Files.copy(SHIPPED.resolve("MODELS.md"), folder.resolve("MODELS.md"));
        ledgerFile = folder.resolve(".stoa/ledger.db");
        key = SigningKey.obtain(folder.resolve(".stoa/keys/verdicts.pem"));
        foreign = SigningKey.obtain(folder.resolve("elsewhere/verdicts.pem"));
        source = new ModelSource.GgufFile(model);
        tier = tier("nano", URI.create("http://127.0.0.1:1"), "nano");
    }

    private static Tier tier(String candidate, URI base, String name) {
        return new Tier("small", candidate, new Target(base, name, Optional.empty()), Micros.TokenPrice.FREE, 512);
    }

    // ---- The endpoint ----

    /** An endpoint that lists one model instead of the file. */
    World withEndpoint(String name, String entry) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/v1/models", exchange -> {
            byte[] body = list.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/v1/models");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        http.start();
        server = Optional.of(http);
        lists(entry);
        URI base = URI.create("http://127.0.0.1:" + http.getAddress().getPort());
        tier = tier("nano", base, name);
        source = new ModelSource.Endpoint(tier.target());
        return this;
    }

    void lists(String... entries) {
        list = "{\"object\":\"list\",\"data\":[" + String.join(",", entries) + "]}";
    }

    void answers(int code, String text) {
        status = code;
        list = text;
    }

    void stopEndpoint() {
        server.orElseThrow().stop(0);
    }

    String endpointIdentity(String name, String revision) {
        return tier.target().base() + "/v1#" + name + "@" + revision;
    }

    // ---- The ledger ----

    SqliteLedger ledger() {
        return SqliteLedger.open(ledgerFile, clock);
    }

    EvidenceRef verdict(SqliteLedger ledger, String said) {
        EvidenceKey about = new EvidenceKey("sha256:x", Approval.VERDICT_CHECK, Digest.of(said + clock.instant()));
        return ledger.recorder(0).once(about, Said.class, () -> new Said(said)).evidence();
    }

    /** What the truth would be approved as. */
    Approval ready(EvidenceRef verdict) {
        Instant issued = clock.instant();
        return new Approval(
                "nano",
                Artifacts.digestOf(SHIPPED.resolve("models/nano.gguf"), Progress.NONE)
                        .toString(),
                Approval.Outcome.READY,
                List.of(),
                Approval.Use.of(USE, INTENDED),
                GgufReader.read(SHIPPED.resolve("models/nano.gguf"))
                        .string("tokenizer.chat_template")
                        .map(Digest::of),
                new Approval.LicenseClaim(
                        "Apache-2.0",
                        List.of(new Approval.Paper(
                                "MODELS.md", Artifacts.digestOf(SHIPPED.resolve("MODELS.md"), Progress.NONE)))),
                Digest.of("workload"),
                issued,
                issued.plus(Approval.VALID_FOR),
                "test",
                verdict);
    }

    Approval approve(UnaryOperator<Approval> change) {
        return approve(change, key, UnaryOperator.identity());
    }

    Approval approve(UnaryOperator<Approval> change, SigningKey by, UnaryOperator<SignedRecord> forgery) {
        try (SqliteLedger ledger = ledger()) {
            Approval approval = change.apply(ready(verdict(ledger, "READY")));
            ledger.append(Approval.KIND, forgery.apply(SignedRecord.of(approval, by)));
            return approval;
        }
    }

    void append(String kind, Record body) {
        try (SqliteLedger ledger = ledger()) {
            ledger.append(kind, body);
        }
    }

    void revoke(SigningKey by) {
        Digest use = Approval.Use.of(USE, INTENDED).digest();
        append(
                Revocation.KIND,
                SignedRecord.of(new Revocation("nano", use, "Ada", "wrong answers", clock.instant()), by));
    }

    void accept(Approval approval, SigningKey by) {
        append(
                Acceptance.KIND,
                SignedRecord.of(
                        Acceptance.of(
                                approval, new EvidenceRef(2, Digest.of("read")), "Ada", "all done", clock.instant()),
                        by));
    }

    /** What only somebody with the file can do. */
    void sql(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + ledgerFile);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 5000");
            for (String trigger : List.of("entry_next", "entry_unchanged", "entry_kept", "head_forward", "head_kept")) {
                statement.execute("DROP TRIGGER IF EXISTS " + trigger);
            }
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    // ---- The routes ----

    World counting(String on) {
        license = Optional.of(on);
        return this;
    }

    World rhythm(Rhythm other) {
        rhythm = other;
        return this;
    }

    World serving(String candidate) {
        tier = tier(candidate, tier.target().base(), tier.target().model());
        return this;
    }

    World start() {
        return start(Map.of(USE, Approval.Use.of(USE, INTENDED).digest()));
    }

    World start(Map<String, Digest> uses) {
        routes.ifPresent(LiveRoutes::close);
        routes = Optional.of(LiveRoutes.start(
                List.of(new ServedTier(tier, source, license)),
                uses,
                new LiveRoutes.Sources(
                        ledgerFile, new TrustedKeys(List.of(key.verifying())), folder, _ -> Optional.empty()),
                clock,
                rhythm,
                StandingListener.NONE));
        return this;
    }

    LiveRoutes routes() {
        return routes.orElseThrow();
    }

    Standing standing(String use) {
        return routes().of(tier, use);
    }

    /** The standing once it is as wanted, or what it is after all patience. */
    Standing await(String use, Predicate<Standing> wanted) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        Standing standing = standing(use);
        while (!wanted.test(standing) && System.nanoTime() < end) {
            Thread.sleep(5);
            standing = standing(use);
        }
        return standing;
    }

    @Override
    public void close() {
        routes.ifPresent(LiveRoutes::close);
        server.ifPresent(http -> http.stop(0));
    }
}
