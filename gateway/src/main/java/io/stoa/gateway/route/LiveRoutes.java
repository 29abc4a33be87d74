package io.stoa.gateway.route;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.store.approval.Ruling;
import io.stoa.store.approval.TrustedKeys;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * How every tier stands, found again and again on virtual threads: the ledger for approvals, acceptances and
 * revocations, the files for their bytes, templates and licence papers, the endpoints for what they serve, the clock for
 * what expires. A look-up is one get from a map that is replaced whole.
 *
 * <p>Whatever cannot be checked is {@link Standing.Lapsed}: a file that is still being read, a ledger that is broken, a
 * use that nobody named, and everything once the checks themselves stand still.
 */
public final class LiveRoutes implements Standings, AutoCloseable {
    private static final Standing STALLED = new Standing.Lapsed(
            "the checks of what may be served stand still, so nothing shows that this may; see the gateway's log");

    private final List<ServedTier> tiers;
    private final Map<String, Digest> uses;
    private final Sources sources;
    private final Clock clock;
    private final Rhythm rhythm;
    private final StandingListener listener;

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client;
    private final Semaphore news = new Semaphore(0);
    private final LedgerWatch ledger;
    private final TierCheck check;
    private final Map<Path, FileWatch> models = new HashMap<>();
    private final Map<Path, FileWatch> papers = new HashMap<>();
    private final Map<ModelSource.Endpoint, EndpointWatch> endpoints = new HashMap<>();

    private volatile Map<Key, Standing> standings = Map.of();
    private volatile long lookedAt;
    private volatile boolean reading = true;
    private volatile boolean closed;

    private record Key(Tier tier, String use) {}

    /**
     * Where approvals and papers are read from.
     *
     * @param ledger the ledger's file
     * @param trust whose signatures count
     * @param folder what the papers' paths are relative to: that of the assessment's file
     * @param environment the variables that hold the endpoints' keys
     */
    public record Sources(Path ledger, TrustedKeys trust, Path folder, Function<String, Optional<String>> environment) {
        public Sources {
            requireNonNull(ledger, "ledger");
            requireNonNull(trust, "trust");
            requireNonNull(folder, "folder");
            requireNonNull(environment, "environment");
        }
    }

    private LiveRoutes(
            List<ServedTier> tiers,
            Map<String, Digest> uses,
            Sources sources,
            Clock clock,
            Rhythm rhythm,
            StandingListener listener) {
        this.tiers = List.copyOf(tiers);
        this.uses = Map.copyOf(uses);
        this.sources = sources;
        this.clock = clock;
        this.rhythm = rhythm;
        this.listener = listener;
        this.client = HttpClient.newBuilder()
                .executor(executor)
                .connectTimeout(Duration.ofSeconds(5))
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        this.ledger = new LedgerWatch(sources.ledger(), sources.trust(), clock, rhythm);
        this.check = new TierCheck(this::paper, sources.folder());
    }

    /**
     * Begins to check. Files take as long as their digests; until then their tiers are lapsed.
     *
     * @param uses the digest of the content of every use that routes and callers name
     */
    public static LiveRoutes start(
            List<ServedTier> tiers,
            Map<String, Digest> uses,
            Sources sources,
            Clock clock,
            Rhythm rhythm,
            StandingListener listener) {
        LiveRoutes routes = new LiveRoutes(tiers, uses, sources, clock, rhythm, listener);
        routes.look();
        routes.executor.execute(routes::keepLooking);
        return routes;
    }

    @Override
    public Standing of(Tier tier, String use) {
        if (System.nanoTime() - lookedAt > rhythm.stall().toNanos()) {
            return STALLED;
        }
        Standing standing = standings.get(new Key(tier, use));
        return standing == null ? unknown(tier, use) : standing;
    }

    private Standing unknown(Tier tier, String use) {
        return new Standing.Lapsed(
                uses.containsKey(use)
                        ? tier.candidate() + " is not among what this gateway checks; name it in gateway.yaml"
                        : "the use " + use + " is not known here; name it under `uses` in gateway.yaml");
    }

    private void keepLooking() {
        while (!closed) {
            try {
                boolean told = news.tryAcquire(rhythm.look().toMillis(), TimeUnit.MILLISECONDS);
                if (told) {
                    news.drainPermits();
                }
                look();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void look() {
        try {
            ledger.look();
            Instant now = clock.instant();
            Map<Key, Standing> found = new HashMap<>();
            for (ServedTier served : tiers) {
                uses.forEach(
                        (use, digest) -> found.put(new Key(served.tier(), use), standing(served, use, digest, now)));
            }
            publish(found);
            reading = Stream.concat(models.values().stream(), papers.values().stream())
                            .anyMatch(FileWatch::isUnread)
                    || endpoints.values().stream().anyMatch(EndpointWatch::isUnasked);
        } catch (RuntimeException e) {
            System.getLogger(LiveRoutes.class.getName())
                    .log(System.Logger.Level.ERROR, "what may be served cannot be checked", e);
            standings = Map.of();
            return;
        }
        lookedAt = System.nanoTime();
    }

    private void publish(Map<Key, Standing> found) {
        Map<Key, Standing> before = standings;
        standings = Map.copyOf(found);
        found.forEach((key, standing) -> {
            if (!standing.equals(before.get(key))) {
                listener.changed(key.tier(), key.use(), standing);
            }
        });
    }

    private Standing standing(ServedTier served, String use, Digest digest, Instant now) {
        Ruling ruling = ledger.trouble()
                .map(trouble -> (Ruling) new Ruling.Lapsed(trouble))
                .orElseGet(() -> ledger.book().rule(served.tier().candidate(), use, digest, now));
        return switch (served.source()) {
            case ModelSource.GgufFile(Path file) ->
                check.file(served, file, watch(models, file, true).look(), ruling);
            case ModelSource.Endpoint endpoint ->
                check.endpoint(
                        served,
                        endpoint,
                        endpoints
                                .computeIfAbsent(
                                        endpoint,
                                        _ -> new EndpointWatch(
                                                endpoint.target(),
                                                sources.environment(),
                                                client,
                                                rhythm,
                                                executor,
                                                news::release))
                                .look(),
                        ruling);
        };
    }

    private FileWatch.State paper(Path path) {
        return watch(papers, path, false).look();
    }

    private FileWatch watch(Map<Path, FileWatch> all, Path path, boolean model) {
        return all.computeIfAbsent(path, _ -> new FileWatch(path, model, rhythm.rehash(), executor, news::release));
    }

    /** All that is checked, and how it stands: for people. */
    public List<Report> report() {
        Map<Key, Standing> now = standings;
        return tiers.stream()
                .flatMap(served -> uses.keySet().stream()
                        .sorted()
                        .map(use -> new Report(
                                served.tier(),
                                use,
                                now.getOrDefault(new Key(served.tier(), use), unknown(served.tier(), use)))))
                .toList();
    }

    /** One line of a report. */
    public record Report(Tier tier, String use, Standing standing) {}

    /** The names of all uses that are known. */
    public Set<String> uses() {
        return uses.keySet();
    }

    /** Waits until every file and endpoint was read once, or the time is over; whether it was. */
    public boolean awaitRead(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        while (reading) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return true;
    }

    @Override
    public void close() {
        closed = true;
        executor.shutdownNow();
        client.shutdownNow();
        try {
            if (executor.awaitTermination(10, TimeUnit.SECONDS)) {
                ledger.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
