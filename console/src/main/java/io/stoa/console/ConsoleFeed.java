package io.stoa.console;

import static java.util.Objects.requireNonNull;

import io.stoa.console.Slot.TierKey;
import io.stoa.console.Tally.Share;
import io.stoa.console.Window.Span;
import io.stoa.gateway.audit.RecordListener;
import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Tier;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * What the console knows of requests: sums of today, percentiles over time, and the last ones. Its memory is bounded: 216
 * stretches of time with two histograms of 2 kB each, sums for each tier of each known route, and 150 requests without
 * their content.
 *
 * <p>Called on event loops: a request costs well under a microsecond, under a lock that is held for that long, and for
 * copying a few kilobytes when a snapshot is taken, at most once a second.
 */
public final class ConsoleFeed implements RecordListener {
    static final int RECENT = 100;
    static final int UNANSWERED = 50;

    private final Clock clock;
    private final Function<String, Optional<Route>> routes;
    private final Instant started;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Span, Window> windows = new EnumMap<>(Span.class);
    private final Ring recent = new Ring(RECENT);
    private final Ring unanswered = new Ring(UNANSWERED);
    private final Map<TierKey, Tally> today = new HashMap<>();
    private LocalDate day;
    private long count;

    /**
     * Counts from now on.
     *
     * @param clock whose zone says when a day begins
     * @param routes what is served now, by name
     */
    public ConsoleFeed(Clock clock, Function<String, Optional<Route>> routes) {
        this.clock = requireNonNull(clock, "clock");
        this.routes = requireNonNull(routes, "routes");
        this.started = clock.instant();
        this.day = dayOf(started);
        for (Span span : Span.values()) {
            windows.put(span, new Window(span));
        }
    }

    @Override
    public void ended(RequestRecord ended) {
        Instant now = clock.instant();
        LocalDate date = dayOf(now);
        Optional<Route> route = routes.apply(ended.route());
        TierKey key =
                new TierKey(route.map(Route::name).orElse(""), ended.tier().orElse(""));
        Share share = route.map(known -> share(known, ended)).orElse(Share.NONE);
        long saved = route.map(known -> saved(known, share, ended)).orElse(0L);
        RecentRequest request = RecentRequest.of(ended);
        lock.lock();
        try {
            if (date.isAfter(day)) {
                day = date;
                today.clear();
            }
            count++;
            today.computeIfAbsent(key, _ -> new Tally()).add(ended, share, saved);
            windows.values().forEach(window -> window.add(now.toEpochMilli(), ended, key, share, saved));
            recent.add(count, request);
            switch (ended.end()) {
                case REFUSED, FAILED -> unanswered.add(count, request);
                case SERVED, ESCALATED, FELL_BACK, ABANDONED -> {}
            }
        } finally {
            lock.unlock();
        }
    }

    private LocalDate dayOf(Instant instant) {
        return instant.atZone(clock.getZone()).toLocalDate();
    }

    private static Share share(Route route, RequestRecord ended) {
        if (route.tiers().size() < 2) {
            return Share.NONE;
        }
        return switch (ended.end()) {
            case SERVED, ESCALATED, FELL_BACK ->
                ended.tier()
                        .map(tier -> tier.equals(route.tiers().getFirst().name()) ? Share.LOWER : Share.UPPER)
                        .orElse(Share.NONE);
            case REFUSED, FAILED, ABANDONED -> Share.NONE;
        };
    }

    /**
     * What a request cost less than it would have cost had the highest tier answered it at once. Never more than that: where
     * there were several attempts, only their sum is known, so nothing is counted as saved, and an answer of the lower tier
     * that was thrown away counts as if all tokens had been its.
     */
    private static long saved(Route route, Share share, RequestRecord ended) {
        return switch (share) {
            case LOWER -> ended.attempts() > 1 ? 0 : price(route.tiers().getLast(), ended) - ended.costMicros();
            case UPPER ->
                ended.attempts() > 1
                        ? -Math.min(ended.costMicros(), price(route.tiers().getFirst(), ended))
                        : 0;
            case NONE -> 0;
        };
    }

    private static long price(Tier tier, RequestRecord ended) {
        Micros price = tier.price().of(ended.usage());
        return price.value();
    }

    /** Everything at one moment. Takes the lock for copying only. */
    Figures figures() {
        Instant now = clock.instant();
        lock.lock();
        try {
            Map<Span, List<Slot>> slots = new EnumMap<>(Span.class);
            windows.forEach((span, window) -> slots.put(span, window.read()));
            Map<TierKey, Tally> sums = new HashMap<>();
            if (!dayOf(now).isAfter(day)) {
                today.forEach((key, tally) -> sums.put(key, tally.copy()));
            }
            return new Figures(now, started, since(now), count, sums, slots, recent.read(), unanswered.read());
        } finally {
            lock.unlock();
        }
    }

    private Instant since(Instant now) {
        Instant midnight = dayOf(now).atStartOfDay(clock.getZone()).toInstant();
        return midnight.isAfter(started) ? midnight : started;
    }

    /**
     * What a snapshot is made of.
     *
     * @param now when it was taken
     * @param started since when requests are counted
     * @param since since when today's are: midnight, or the start where that was later
     * @param count how many requests there were since the start
     * @param today sums of today
     * @param slots the stretches that had requests, the oldest first
     * @param recent the last requests, the newest first
     * @param unanswered the last that were refused or failed, the newest first
     */
    record Figures(
            Instant now,
            Instant started,
            Instant since,
            long count,
            Map<TierKey, Tally> today,
            Map<Span, List<Slot>> slots,
            List<Numbered> recent,
            List<Numbered> unanswered) {}

    /** @param number counts requests from 1 since the start */
    record Numbered(long number, RecentRequest request) {}

    /** The last so many. */
    private static final class Ring {
        private final Numbered[] places;
        private long next;

        Ring(int size) {
            places = new Numbered[size];
        }

        void add(long number, RecentRequest request) {
            places[(int) (next % places.length)] = new Numbered(number, request);
            next++;
        }

        List<Numbered> read() {
            int filled = (int) Math.min(next, places.length);
            Numbered[] newestFirst = new Numbered[filled];
            for (int back = 0; back < filled; back++) {
                newestFirst[back] = places[(int) ((next - 1 - back) % places.length)];
            }
            return List.of(newestFirst);
        }
    }
}
