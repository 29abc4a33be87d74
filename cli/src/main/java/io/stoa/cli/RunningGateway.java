package io.stoa.cli;

import io.stoa.console.ConsoleFeed;
import io.stoa.console.ConsolePages;
import io.stoa.gateway.Bounds;
import io.stoa.gateway.GatewayOptions;
import io.stoa.gateway.GatewayServer;
import io.stoa.gateway.Page;
import io.stoa.gateway.Pages;
import io.stoa.gateway.Serving;
import io.stoa.gateway.audit.AuditFolder;
import io.stoa.gateway.audit.AuditLog;
import io.stoa.gateway.audit.AuditSettings;
import io.stoa.gateway.audit.RecordListener;
import io.stoa.gateway.audit.Retention;
import io.stoa.gateway.audit.SigningKey;
import io.stoa.gateway.cascade.Cascade;
import io.stoa.gateway.cascade.CertifiedCascade;
import io.stoa.gateway.cascade.FittedCascade;
import io.stoa.gateway.cascade.RouteMonitor;
import io.stoa.gateway.input.GatewayFile;
import io.stoa.gateway.input.GatewayFile.Model;
import io.stoa.gateway.input.GatewayFile.PipelineEntry;
import io.stoa.gateway.input.GatewayFile.RouteEntry;
import io.stoa.gateway.input.GatewayFile.TierEntry;
import io.stoa.gateway.input.GatewayYaml;
import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.policy.Guard;
import io.stoa.gateway.policy.LeaseTerms;
import io.stoa.gateway.policy.PolicyAdmission;
import io.stoa.gateway.policy.PolicyStore;
import io.stoa.gateway.policy.guard.AllGuards;
import io.stoa.gateway.policy.guard.InjectionGuard;
import io.stoa.gateway.policy.guard.PiiGuard;
import io.stoa.gateway.policy.guard.PiiKind;
import io.stoa.gateway.route.ApprovedFile;
import io.stoa.gateway.route.LiveRoutes;
import io.stoa.gateway.route.ModelSource;
import io.stoa.gateway.route.Rhythm;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.ServedTier;
import io.stoa.gateway.route.Standing;
import io.stoa.gateway.route.StandingListener;
import io.stoa.gateway.route.Tier;
import io.stoa.gateway.telemetry.Metrics;
import io.stoa.gateway.telemetry.Spans;
import io.stoa.gateway.upstream.BreakerState;
import io.stoa.gateway.upstream.Target;
import io.stoa.gateway.wire.ApiError;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import io.stoa.store.SqliteLedger;
import io.stoa.store.approval.ApprovalBook;
import io.stoa.store.approval.TrustedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A gateway as its file says, with everything that it rests on: engines, keys, audit, console. Closing it drains it and
 * closes all of that, in the reverse order.
 */
final class RunningGateway implements AutoCloseable {
    private static final Duration FIRST_READING = Duration.ofMinutes(5);
    private static final Duration DRAINING = Duration.ofSeconds(30);
    private static final Duration MARGIN = Duration.ofSeconds(5);
    private static final Duration SAVED_EVERY = Duration.ofSeconds(10);

    private final House house;
    private final Path file;
    private final Set<String> admins;
    private final Clock clock;
    private final StandingListener listener;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final GatewayFile began;
    private final Path home;
    private final PolicyAdmission admission;
    private final AuditLog audit;
    private final ConsoleFeed feed;
    private final Feedback feedback =
            new Feedback(route -> Optional.ofNullable(monitorsNow().get(route)), this::firstTier);
    private final ServedConsole sources;
    private final ConsolePages console;
    private final Metrics metrics;
    private final ServedModels models = new ServedModels();
    private final ServedPipelines pipelines;
    /** Where pipelines ask their models: the same routes, at a place of its own that only this machine reaches. */
    private final Optional<GatewayServer> inner;

    private final List<RecordListener> listeners = new ArrayList<>();
    private final GatewayServer server;
    private final Set<Served> answering = ConcurrentHashMap.newKeySet();
    private volatile Served served;

    /** What a reading of the file has led to. */
    private record Served(
            GatewayFile said,
            Map<String, Route> routes,
            LiveRoutes live,
            Map<String, Cascade> cascades,
            SortedMap<String, RouteMonitor> monitors,
            Map<String, Digest> uses,
            TrustedKeys trust) {}

    private RunningGateway(House house, Path file, GatewayFile said, Set<String> admins, StandingListener listener) {
        this.house = house;
        this.file = file;
        this.began = said;
        this.admins = Set.copyOf(admins);
        this.clock = house.clock();
        this.listener = listener;
        this.home = said.home();
        try {
            // First, because only one gateway can hold it: a second one that is started by mistake ends here.
            AuditSettings settings =
                    AuditSettings.of(new AuditFolder(said.audit().folder()), "gateway");
            this.audit = opened(AuditLog.open(
                    said.audit().keepContent() ? settings.keepingContent() : settings,
                    SigningKey.readOrMake(home.resolve("keys").resolve("audit.pem")),
                    clock,
                    new SecureRandom()));
            PolicyStore store = opened(openStore(said.store()));
            this.admission = opened(PolicyAdmission.open(store, home.resolve("leases"), clock, LeaseTerms.USUAL));
            opened.push(models);
            this.pipelines = opened(ServedPipelines.of(said.pipelines()));
            this.served = serve(said);
            answering.add(served);
            opened.push(() -> served.live().close());
            this.feed = new ConsoleFeed(
                    clock, name -> Optional.ofNullable(served.routes().get(name)));
            this.sources = new ServedConsole(said.currency(), store, audit, clock, this::now);
            this.console = new ConsolePages(feed, sources, clock, this::isAdmin);
            this.metrics =
                    new Metrics(names(said), tierNames(said), () -> sources.reading(requests(), this::breaker), audit);
            listeners.addAll(List.of(audit, metrics, feed, feedback));
            said.telemetry().ifPresent(this::trace);
            this.inner = pipelines.isEmpty() ? Optional.empty() : Optional.of(opened(inner(said)));
            // Once more, to be closed before what it asks: runs then stop where they are instead of failing.
            opened.push(pipelines);
            this.server = opened(GatewayServer.start(options(said), serving(served)));
            keepHouse();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts what a {@code gateway.yaml} says, and returns once every file was read and requests are taken.
     *
     * @param admins the ids of the keys with which the console may be looked at from other machines
     */
    static RunningGateway start(House house, Path file, Set<String> admins, StandingListener listener) {
        return new RunningGateway(house, file, GatewayYaml.read(file), admins, listener);
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    private PolicyStore openStore(GatewayFile.Store store) {
        Map<String, String> secrets = house.environment("PGPASSWORD")
                .map(secret -> Map.of("PGPASSWORD", secret))
                .orElse(Map.of());
        return switch (store) {
            case GatewayFile.Store.Sqlite(Path path) -> PolicyStore.open("sqlite:" + path, secrets);
            case GatewayFile.Store.Postgres(var address) -> PolicyStore.open(address.toString(), secrets);
        };
    }

    // ---- what the file says

    private Served serve(GatewayFile said) {
        TrustedKeys trust = TrustedKeys.read(said.trust());
        ServedUses uses = ServedUses.of(said);
        if (!Files.isRegularFile(said.ledger())) {
            throw StoaException.user(
                    said.ledger() + ": no ledger there; run stoa assess first, which signs its verdicts"
                            + " into it, or name another with `ledger`");
        }
        Optional<ApprovalBook> book = book(said, trust);
        Map<String, Route> routes = new LinkedHashMap<>();
        List<ServedTier> tiers = new ArrayList<>();
        for (RouteEntry entry : said.routes()) {
            String use = entry.use()
                    .or(uses::assessed)
                    .orElseThrow(() -> StoaException.user(file + ": route " + entry.name()
                            + " falls under no use; name one with `use`, or an `assessment`"));
            Map<String, Target> targets = new HashMap<>();
            Map<String, ModelSource> origins = new HashMap<>();
            for (TierEntry tier : entry.tiers()) {
                Optional<Path> model =
                        model(tier, book, Optional.ofNullable(uses.digests().get(use)), said);
                Target target = models.target(entry, tier, model);
                targets.put(tier.name(), target);
                origins.put(
                        tier.name(),
                        switch (tier.model()) {
                            case Model.Local _ ->
                                new ModelSource.GgufFile(model.orElse(
                                        said.home().resolve("artifacts").resolve(tier.candidate())));
                            case Model.Upstream _ -> new ModelSource.Endpoint(target);
                        });
            }
            Route route = entry.route(use, targets);
            routes.put(route.name(), route);
            for (int i = 0; i < route.tiers().size(); i++) {
                TierEntry tier = entry.tiers().get(i);
                tiers.add(new ServedTier(
                        route.tiers().get(i),
                        Optional.ofNullable(origins.get(tier.name())).orElseThrow(),
                        tier.license()));
            }
        }
        pipelines.routes(routes, uses.assessed().orElse("")).forEach(route -> routes.put(route.name(), route));
        LiveRoutes live = LiveRoutes.start(
                tiers,
                uses.digests(),
                new LiveRoutes.Sources(said.ledger(), trust, said.papers(file), this::environment),
                clock,
                Rhythm.USUAL,
                listener);
        try {
            if (!live.awaitRead(FIRST_READING)) {
                live.close();
                throw StoaException.resources("the models' files could not be read within " + FIRST_READING.toMinutes()
                        + " min; is the disk overloaded?");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            live.close();
            throw StoaException.resources("interrupted while the models' files were read");
        }
        SortedMap<String, RouteMonitor> monitors = new TreeMap<>();
        try {
            return new Served(
                    said, routes, live, cascades(said, routes, live, monitors), monitors, uses.digests(), trust);
        } catch (RuntimeException e) {
            live.close();
            throw e;
        }
    }

    private ApprovalBook approvals(Path ledger, TrustedKeys trust) {
        try (SqliteLedger opened = SqliteLedger.open(ledger, clock)) {
            return ApprovalBook.of(opened, trust);
        }
    }

    /** What was approved, when a file has to be found by it; what may serve is LiveRoutes' to read. */
    private Optional<ApprovalBook> book(GatewayFile said, TrustedKeys trust) {
        boolean wanted = said.routes().stream()
                .flatMap(route -> route.tiers().stream())
                .anyMatch(tier -> tier.model() instanceof Model.Local local
                        && local.file().isEmpty());
        // Opened in any case: a ledger that cannot be read is named now, and not by every request.
        try (SqliteLedger opened = SqliteLedger.open(said.ledger(), clock)) {
            return wanted ? Optional.of(ApprovalBook.of(opened, trust)) : Optional.empty();
        }
    }

    private static Optional<Path> model(
            TierEntry tier, Optional<ApprovalBook> book, Optional<Digest> use, GatewayFile said) {
        return switch (tier.model()) {
            case Model.Local local ->
                local.file()
                        .or(() -> book.flatMap(approved -> use.flatMap(
                                digest -> ApprovedFile.find(approved, tier.candidate(), digest, said.home()))));
            case Model.Upstream _ -> Optional.empty();
        };
    }

    /** A cascade is for the very models that serve; while one of them does not, there is none. */
    private static Map<String, Cascade> cascades(
            GatewayFile said, Map<String, Route> routes, LiveRoutes live, SortedMap<String, RouteMonitor> monitors) {
        Map<String, Cascade> cascades = new HashMap<>();
        for (RouteEntry entry : said.routes()) {
            Route route = Optional.ofNullable(routes.get(entry.name())).orElseThrow();
            Optional<String> small = identity(live, route, route.tiers().getFirst());
            Optional<String> large = identity(live, route, route.tiers().getLast());
            if (entry.cascade().isEmpty() || route.tiers().size() != 2 || small.isEmpty() || large.isEmpty()) {
                continue;
            }
            FittedCascade fitted = FittedCascade.read(entry.cascade().get());
            Optional<RouteMonitor> monitor = fitted.certificate()
                    .kept()
                    .map(_ -> RouteMonitor.read(
                            monitorFile(said, route.name()), RouteMonitor.Settings.of(fitted.certificate())));
            monitor.ifPresent(watching -> monitors.put(route.name(), watching));
            cascades.put(route.name(), new CertifiedCascade(fitted, small.get(), large.get(), monitor));
        }
        return cascades;
    }

    private static Path monitorFile(GatewayFile said, String route) {
        return said.home().resolve("monitors").resolve(route + ".json");
    }

    private static Optional<String> identity(LiveRoutes live, Route route, Tier tier) {
        return live.of(tier, route.use()) instanceof Standing.Live standing
                ? Optional.of(standing.candidate())
                : Optional.empty();
    }

    private Optional<String> environment(String variable) {
        return models.key(variable).or(() -> pipelines.key(variable)).or(() -> house.environment(variable));
    }

    // ---- how it is served

    private GatewayOptions options(GatewayFile said) {
        int body = (int) Math.min(said.limits().body().count(), 1 << 30);
        Bounds bounds = Bounds.DEFAULT
                .withBytes(body, Bounds.DEFAULT.answerBytes(), Bounds.DEFAULT.eventBytes())
                .withCounts(said.limits().inFlight(), Bounds.DEFAULT.connections());
        GatewayOptions untraced = GatewayOptions.at(
                        said.listen().host(), said.listen().port())
                .with(bounds)
                .withKeepContent(said.audit().keepContent())
                .withEnvironment(this::environment);
        GatewayOptions options = said.telemetry().isPresent() ? untraced.withTraces() : untraced;
        return said.tls()
                .map(tls -> options.withTls(new GatewayOptions.Tls(tls.certificate(), tls.key())))
                .orElse(options);
    }

    private GatewayServer inner(GatewayFile said) {
        GatewayServer started = GatewayServer.start(
                GatewayOptions.at("127.0.0.1", 0)
                        .withEventLoops(1)
                        .withKeepContent(said.audit().keepContent())
                        .withEnvironment(this::environment),
                serving(served));
        try {
            AuditedSteps steps = new AuditedSteps(audit, said.audit().keepContent());
            pipelines.open(house, started.address(), home.resolve("runs"), steps);
        } catch (RuntimeException e) {
            started.close();
            throw e;
        }
        return started;
    }

    private Serving serving(Served now) {
        return new Serving(
                now.routes(),
                pipelines.standings(now.routes(), now.live()),
                pipelines.admission(new AuditedAdmission(admission, audit)),
                now.cascades(),
                now.said().routes().stream()
                        .filter(route -> route.hedge().isPresent())
                        .collect(Collectors.toMap(
                                RouteEntry::name, route -> route.hedge().orElseThrow())),
                guard(now.said().guards()),
                ended -> listeners.forEach(each -> each.ended(ended)),
                new Pages() {
                    @Override
                    public Optional<Page> get(Request request) {
                        return page(request);
                    }

                    @Override
                    public Optional<Page> post(Request request) {
                        return request.path().equals(Feedback.PATH)
                                ? Optional.of(feedback.heard(request))
                                : Optional.empty();
                    }
                });
    }

    private Guard guard(GatewayFile.Guards said) {
        List<Guard> guards = new ArrayList<>();
        said.tools()
                .ifPresent(allowed -> guards.add((_, request, _) -> request.tools().stream()
                        .filter(tool -> !allowed.contains(tool))
                        .findFirst()
                        .map(tool -> ApiError.of(
                                403,
                                "permission_error",
                                "tool_not_allowed",
                                "the tool " + tool + " may not be offered to models here"))));
        action(said.personalData()).ifPresent(action -> {
            Map<PiiKind, PiiGuard.Action> actions = new EnumMap<>(PiiKind.class);
            for (PiiKind kind : PiiKind.values()) {
                actions.put(kind, action);
            }
            guards.add(new PiiGuard(actions, metrics.guardListener()));
        });
        action(said.promptInjection())
                .ifPresent(action -> guards.add(new InjectionGuard(
                        action == PiiGuard.Action.REFUSE ? InjectionGuard.USUAL_THRESHOLD : 2,
                        metrics.guardListener())));
        return new AllGuards(guards);
    }

    private static Optional<PiiGuard.Action> action(GatewayFile.Action said) {
        return switch (said) {
            case OFF -> Optional.empty();
            case NOTE -> Optional.of(PiiGuard.Action.NOTE);
            case REDACT -> Optional.of(PiiGuard.Action.REDACT);
            case REFUSE -> Optional.of(PiiGuard.Action.REFUSE);
        };
    }

    private void trace(java.net.URI endpoint) {
        listeners.add(opened(new Spans(endpoint, Map.of(), House.version())));
    }

    private Optional<Page> page(Pages.Request request) {
        if (request.path().equals("/metrics")) {
            boolean here =
                    request.from().filter(from -> from.isLoopbackAddress()).isPresent();
            return here || request.caller().isPresent()
                    ? Optional.of(
                            Page.of(200, Metrics.CONTENT_TYPE, metrics.scrape().getBytes(StandardCharsets.UTF_8)))
                    : Optional.of(
                            Page.json(401, "{\"error\":{\"message\":\"send a key to read metrics from elsewhere\"}}"));
        }
        return console.get(request);
    }

    private boolean isAdmin(Caller caller) {
        return admins.contains(caller.keyId());
    }

    private ServedConsole.Now now() {
        Served current = served;
        return new ServedConsole.Now(
                List.copyOf(current.routes().values()),
                current.live(),
                current.monitors(),
                current.uses(),
                () -> approvals(current.said().ledger(), current.trust()));
    }

    private SortedMap<String, RouteMonitor> monitorsNow() {
        return served.monitors();
    }

    private Optional<String> firstTier(String route) {
        return Optional.ofNullable(served.routes().get(route))
                .map(known -> known.tiers().getFirst().name());
    }

    private static Set<String> names(GatewayFile said) {
        return Stream.concat(
                        said.routes().stream().map(RouteEntry::name),
                        said.pipelines().stream().map(PipelineEntry::model))
                .collect(Collectors.toSet());
    }

    private static Set<String> tierNames(GatewayFile said) {
        return said.routes().stream()
                .flatMap(route -> route.tiers().stream().map(TierEntry::name))
                .collect(Collectors.toSet());
    }

    private BreakerState breaker(Target target) {
        return server.breaker(target);
    }

    private int requests() {
        return server.requests();
    }

    // ---- while it runs

    private void keepHouse() {
        ScheduledExecutorService chores = Executors.newSingleThreadScheduledExecutor(
                Thread.ofVirtual().name("chores of the gateway").factory());
        opened.push(() -> {
            chores.shutdown();
            saveMonitors();
        });
        var _ = chores.scheduleWithFixedDelay(
                this::saveMonitors, SAVED_EVERY.toSeconds(), SAVED_EVERY.toSeconds(), TimeUnit.SECONDS);
        Retention retention = Retention.of(Optional.of(began.audit().retention()), Optional.empty(), false);
        var _ = chores.scheduleWithFixedDelay(() -> applied(retention), 1, 24 * 60, TimeUnit.MINUTES);
    }

    /** A chore that throws would never be done again. */
    private void applied(Retention retention) {
        try {
            retention.apply(audit, clock);
        } catch (RuntimeException e) {
            house.err()
                    .println("stoa: old content in the audit could not be erased, and is tried again tomorrow: "
                            + e.getMessage());
        }
    }

    private void saveMonitors() {
        Served current = served;
        if (current.monitors().isEmpty()) {
            return;
        }
        try {
            Files.createDirectories(current.said().home().resolve("monitors"));
            current.monitors().forEach((route, monitor) -> monitor.write(monitorFile(current.said(), route)));
        } catch (IOException | StoaException e) {
            house.err()
                    .println("stoa: what the monitors have seen cannot be written (" + e.getMessage()
                            + "); after a restart they begin where they were written last");
        }
    }

    /** Where it listens. */
    String address() {
        return server.address();
    }

    /** How every tier stands under every use. */
    List<LiveRoutes.Report> report() {
        return served.live().report();
    }

    /**
     * Reads the file again. Requests under way keep what they began with; a wrong file changes nothing.
     *
     * @throws StoaException of kind {@code USER} naming what is wrong, or what needs a new start
     */
    void reload() {
        GatewayFile said = GatewayYaml.read(file);
        refuseFixed(said);
        saveMonitors();
        Served before = served;
        Served next;
        try {
            next = serve(said);
        } catch (RuntimeException e) {
            // Engines that were started for what does not come to pass.
            models.keepOnly(targets());
            throw e;
        }
        answering.add(next);
        served = next;
        metrics.configure(names(said), tierNames(said));
        server.reload(serving(next));
        inner.ifPresent(each -> each.reload(serving(next)));
        if (said.tls().isPresent()) {
            server.reloadCertificate();
        }
        Thread.ofVirtual().name("ending of what is not served any more").start(() -> end(before));
    }

    private void refuseFixed(GatewayFile said) {
        if (!said.listen().equals(began.listen())
                || !said.tls().equals(began.tls())
                || !said.store().equals(began.store())
                || !said.audit().equals(began.audit())
                || !said.telemetry().equals(began.telemetry())
                || !said.pipelines().equals(began.pipelines())
                || !said.limits().equals(began.limits())) {
            throw StoaException.user(file
                    + ": `listen`, `tls`, `store`, `audit`, `telemetry`, `pipelines` and `limits` hold from"
                    + " start to end; start the gateway again for new ones");
        }
    }

    /** What answers requests that began before ends after the last of them. */
    private void end(Served before) {
        Duration longest = before.routes().values().stream()
                .map(Route::deadline)
                .max(Comparator.naturalOrder())
                .orElse(DRAINING);
        try {
            Thread.sleep(longest.plus(MARGIN));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        answering.remove(before);
        before.live().close();
        models.keepOnly(targets());
    }

    /** Where everything answers that requests under way may still be asking. */
    private Set<Target> targets() {
        return answering.stream()
                .flatMap(each -> each.routes().values().stream())
                .flatMap(route -> route.tiers().stream().map(Tier::target))
                .collect(Collectors.toSet());
    }

    /** Takes no new requests, lets those under way end, and closes everything. */
    @Override
    public void close() {
        Optional<RuntimeException> failed = Optional.empty();
        while (!opened.isEmpty()) {
            AutoCloseable next = opened.pop();
            try {
                if (next instanceof GatewayServer serving) {
                    serving.drain(DRAINING);
                }
                next.close();
            } catch (Exception e) {
                RuntimeException failure = e instanceof RuntimeException known
                        ? known
                        : new IllegalStateException("could not be closed", e);
                failed.ifPresentOrElse(first -> first.addSuppressed(failure), () -> {});
                failed = failed.or(() -> Optional.of(failure));
            }
        }
        failed.ifPresent(failure -> {
            throw failure;
        });
    }
}
