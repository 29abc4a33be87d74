package io.stoa.cli;

import io.stoa.console.ConsoleSources;
import io.stoa.gateway.audit.AuditFolder;
import io.stoa.gateway.audit.AuditLog;
import io.stoa.gateway.audit.AuditVerifier;
import io.stoa.gateway.audit.Verification;
import io.stoa.gateway.cascade.RouteMonitor;
import io.stoa.gateway.policy.BudgetOwner;
import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.policy.PolicyStore;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Standings;
import io.stoa.gateway.telemetry.Reading;
import io.stoa.gateway.upstream.BreakerState;
import io.stoa.gateway.upstream.Target;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.approval.ApprovalBook;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the console and the metrics ask of a running gateway. */
final class ServedConsole implements ConsoleSources {
    /** The share that the small model is meant to answer. */
    private static final double LOCAL_TARGET = 0.8;

    private static final Duration VERIFIED_AFTER = Duration.ofMinutes(30);

    private final String currency;
    private final PolicyStore store;
    private final AuditLog audit;
    private final Clock clock;
    private final Supplier<Now> now;
    private volatile Chain chain = new Chain.Unchecked();
    private Instant verified = Instant.EPOCH;

    /**
     * What is served at a moment.
     *
     * @param routes in the file's order
     * @param monitors by route
     * @param approvals by candidate and use's digest
     */
    record Now(
            List<Route> routes,
            Standings standings,
            SortedMap<String, RouteMonitor> monitors,
            Map<String, Digest> uses,
            Supplier<ApprovalBook> approvals) {}

    ServedConsole(String currency, PolicyStore store, AuditLog audit, Clock clock, Supplier<Now> now) {
        this.currency = currency;
        this.store = store;
        this.audit = audit;
        this.clock = clock;
        this.now = now;
    }

    @Override
    public House house() {
        return new House(io.stoa.cli.House.version(), currency, LOCAL_TARGET);
    }

    @Override
    public List<RouteView> routes() {
        Now served = now.get();
        ApprovalBook book = served.approvals().get();
        return served.routes().stream()
                .map(route -> new RouteView(
                        route,
                        route.tiers().stream()
                                .map(tier -> new TierView(
                                        served.standings().of(tier, route.use()),
                                        approval(
                                                book,
                                                tier.candidate(),
                                                Optional.ofNullable(
                                                        served.uses().get(route.use())))))
                                .toList()))
                .toList();
    }

    private static Optional<ConsoleSources.Approval> approval(
            ApprovalBook book, String candidate, Optional<Digest> use) {
        return book.newest().stream()
                .map(ApprovalBook.Newest::approval)
                .filter(given -> given.candidate().equals(candidate)
                        && use.filter(given.use().digest()::equals).isPresent())
                .reduce((_, later) -> later)
                .map(given -> new ConsoleSources.Approval(
                        given.outcome().label(),
                        given.conditions().stream()
                                .map(io.stoa.store.approval.Approval.Reason::sentence)
                                .toList(),
                        book.acceptancesOf(given).stream()
                                .findFirst()
                                .map(accepted -> accepted.by())
                                .orElse("stoa assess"),
                        given.issued()));
    }

    @Override
    public List<Budget> budgets() {
        Instant instant = clock.instant();
        Map<String, PolicyStore.Spending> spending = new TreeMap<>();
        store.spending().forEach(each -> spending.put(key(each), each));
        List<Budget> budgets = new ArrayList<>();
        for (io.stoa.gateway.policy.Budget budget : store.policy().budgets()) {
            Optional<PolicyStore.Spending> spent = Optional.ofNullable(spending.get(budget.owner() + " "
                    + budget.period() + " " + budget.period().window(instant)));
            budgets.add(new Budget(
                    budget.owner().kind() == BudgetOwner.Kind.KEY ? Budget.Owner.KEY : Budget.Owner.TEAM,
                    budget.owner().kind() == BudgetOwner.Kind.ALL
                            ? "everybody"
                            : budget.owner().name(),
                    budget.limit(),
                    spent.map(PolicyStore.Spending::spent).orElse(Micros.ZERO),
                    spent.map(PolicyStore.Spending::leased).orElse(Micros.ZERO),
                    budget.period().end(instant)));
        }
        return budgets;
    }

    private static String key(PolicyStore.Spending each) {
        return each.account().owner() + " " + each.account().period() + " "
                + each.account().window();
    }

    /** What the metrics tell of it. */
    Reading reading(int inFlight, Function<Target, BreakerState> breakers) {
        Now served = now.get();
        List<Reading.Tier> tiers = served.routes().stream()
                .flatMap(route -> route.tiers().stream()
                        .map(tier -> new Reading.Tier(
                                route.name(),
                                tier.name(),
                                switch (served.standings().of(tier, route.use())) {
                                    case io.stoa.gateway.route.Standing.Live _ -> Reading.Standing.LIVE;
                                    case io.stoa.gateway.route.Standing.Lapsed _ -> Reading.Standing.LAPSED;
                                    case io.stoa.gateway.route.Standing.Forbidden _ -> Reading.Standing.FORBIDDEN;
                                },
                                breakers.apply(tier.target()))))
                .toList();
        List<Reading.Budget> budgets = budgets().stream()
                .sorted(Comparator.comparing(Budget::owner))
                .map(each -> new Reading.Budget(
                        each.owner(),
                        each.spent().plus(each.reserved()).value(),
                        each.limit().value()))
                .toList();
        return new Reading(tiers, inFlight, budgets);
    }

    @Override
    public Optional<Audit> audit() {
        verifyNowAndThen();
        Optional<Digest> head = chain instanceof Chain.Whole
                ? Optional.ofNullable(heads.get(audit.settings().chain()))
                : Optional.empty();
        return Optional.of(new Audit(audit.written(), head, chain));
    }

    private final Map<String, Digest> heads = new java.util.concurrent.ConcurrentHashMap<>();

    private synchronized void verifyNowAndThen() {
        Instant instant = clock.instant();
        if (Duration.between(verified, instant).compareTo(VERIFIED_AFTER) < 0) {
            return;
        }
        verified = instant;
        AuditFolder folder = audit.settings().folder();
        Thread.ofVirtual().name("verification of the audit").start(() -> chain = verify(folder, instant));
    }

    private Chain verify(AuditFolder folder, Instant instant) {
        try {
            long records = 0;
            for (Verification each : new AuditVerifier(folder, 1).verify(AuditVerifier.Witnesses.NONE, Progress.NONE)) {
                switch (each) {
                    case Verification.Intact intact -> {
                        records += intact.records();
                        intact.head().ifPresent(head -> heads.put(intact.chain(), head.digest()));
                    }
                    case Verification.Broken(String name, long sequence, String what) -> {
                        return new Chain.Broken(name + ", record " + sequence + ": " + what, instant);
                    }
                }
            }
            return new Chain.Whole(records, instant);
        } catch (StoaException e) {
            return new Chain.Broken(e.sentence(), instant);
        }
    }

    @Override
    public List<Monitor> monitors() {
        Now served = now.get();
        return served.routes().stream()
                .filter(route -> route.tiers().size() > 1)
                .map(route -> monitor(
                        route.name(), Optional.ofNullable(served.monitors().get(route.name()))))
                .toList();
    }

    private static Monitor monitor(String route, Optional<RouteMonitor> watching) {
        if (watching.isEmpty()) {
            return new Monitor(
                    route,
                    Monitor.State.UNCERTIFIED,
                    0,
                    OptionalDouble.empty(),
                    "no certificate: the last tier answers everything; stoa route fit makes one");
        }
        RouteMonitor monitor = watching.get();
        return new Monitor(
                route,
                monitor.withdrawn().isPresent() ? Monitor.State.WITHDRAWN : Monitor.State.WATCHING,
                monitor.snapshot().observed(),
                OptionalDouble.of(Math.clamp(monitor.evidence(), 0, 1)),
                monitor.withdrawn()
                        .or(monitor::drifted)
                        .orElse("nothing contradicts the certificate "
                                + monitor.settings().certificate()));
    }
}
