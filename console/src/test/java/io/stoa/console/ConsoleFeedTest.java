package io.stoa.console;

import static io.stoa.console.Requests.LARGE;
import static io.stoa.console.Requests.SMALL;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.console.ConsoleFeed.Figures;
import io.stoa.console.ConsoleFeed.Numbered;
import io.stoa.console.Requests.Made;
import io.stoa.console.Slot.TierKey;
import io.stoa.console.Window.Span;
import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.wire.TokenUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConsoleFeedTest {
    private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
    private static final Route TWO =
            Requests.route("two", Requests.tier("small", "s", SMALL), Requests.tier("large", "l", LARGE));
    private static final Route ONE = Requests.route("one", Requests.tier("only", "o", LARGE));
    private static final Map<String, Route> ROUTES = Map.of("two", TWO, "one", ONE);

    /** A small answer costs 20 + 60 micros by the small tier's prices, 1,000 + 3,000 by the large one's. */
    private static final TokenUsage USAGE = new TokenUsage(1_000, 1_000);

    private final SettableClock clock = new SettableClock(NOON);
    private final ConsoleFeed feed = new ConsoleFeed(clock, name -> Optional.ofNullable(ROUTES.get(name)));

    private static RequestRecord served(String route, String tier) {
        long cost = tier.equals("small") ? 80 : 4_000;
        return Requests.served("id", route, tier, USAGE, cost, 100_000, 500_000).ended();
    }

    private static RequestRecord answered(String tier, End end, int attempts, long cost) {
        Made made = Requests.served("id", "two", tier, USAGE, cost, 100_000, 500_000);
        return new Made(
                        "id",
                        made.time(),
                        "two",
                        Optional.of(tier),
                        end,
                        200,
                        "why",
                        attempts,
                        USAGE,
                        cost,
                        made.firstByteMicros(),
                        made.durationMicros())
                .ended();
    }

    private static Tally all(Figures figures) {
        Tally sum = new Tally();
        figures.today().values().forEach(sum::add);
        return sum;
    }

    private static Tally all(Figures figures, Span span) {
        Tally sum = new Tally();
        figures.slots().getOrDefault(span, List.of()).forEach(slot -> sum.add(slot.tally()));
        return sum;
    }

    @Test
    void theLocalShareCountsAnswersOfRoutesWithSeveralTiers() {
        IntStream.range(0, 8).forEach(_ -> feed.ended(served("two", "small")));
        feed.ended(served("two", "large"));
        feed.ended(answered("large", End.ESCALATED, 2, 4_040));
        feed.ended(served("one", "only"));
        feed.ended(Requests.unanswered("id", "two", End.REFUSED, 429, "budget").ended());
        feed.ended(Requests.unanswered("id", "two", End.ABANDONED, 499, "left").ended());
        Tally sum = all(feed.figures());
        assertThat(sum.lower()).isEqualTo(8);
        assertThat(sum.upper()).isEqualTo(2);
        assertThat(sum.answered()).isEqualTo(11);
        assertThat(sum.of(End.REFUSED)).isEqualTo(1);
        assertThat(sum.of(End.ABANDONED)).isEqualTo(1);
        assertThat(sum.promptTokens()).isEqualTo(11_000);
    }

    @Test
    void savedIsWhatTheHighestTierWouldHaveCostMore() {
        feed.ended(served("two", "small"));
        assertThat(all(feed.figures()).savedMicros()).isEqualTo(4_000 - 80);
        feed.ended(served("two", "large"));
        feed.ended(served("one", "only"));
        assertThat(all(feed.figures()).savedMicros()).isEqualTo(4_000 - 80);
    }

    @Test
    void answersThatWereThrownAwayAreTakenOffWhatIsSaved() {
        feed.ended(answered("large", End.ESCALATED, 2, 4_080));
        assertThat(all(feed.figures()).savedMicros()).isEqualTo(-80);
        feed.ended(answered("small", End.FELL_BACK, 2, 80));
        assertThat(all(feed.figures()).savedMicros()).isEqualTo(-80);
    }

    @Test
    void latencyIsThatOfAnswers() {
        feed.ended(served("two", "small"));
        feed.ended(Requests.unanswered("id", "two", End.FAILED, 502, "closed").ended());
        Slot slot = feed.figures().slots().getOrDefault(Span.HOUR, List.of()).getFirst();
        assertThat(slot.whole().total()).isEqualTo(1);
        assertThat(slot.firstByte().total()).isEqualTo(1);
    }

    @Test
    void windowsForgetWhatIsPast() {
        feed.ended(served("two", "small"));
        clock.advance(Duration.ofMinutes(30));
        feed.ended(served("two", "small"));
        assertThat(all(feed.figures(), Span.MINUTES).answered()).isEqualTo(1);
        assertThat(all(feed.figures(), Span.HOUR).answered()).isEqualTo(2);
        clock.advance(Duration.ofMinutes(45));
        feed.ended(served("two", "small"));
        assertThat(all(feed.figures(), Span.HOUR).answered()).isEqualTo(2);
        assertThat(all(feed.figures(), Span.DAY).answered()).isEqualTo(3);
        clock.advance(Duration.ofDays(2));
        feed.ended(served("two", "small"));
        assertThat(all(feed.figures(), Span.DAY).answered()).isEqualTo(1);
    }

    @Test
    void aNewDayBeginsAtZero() {
        feed.ended(served("two", "small"));
        assertThat(feed.figures().since()).isEqualTo(NOON);
        clock.advance(Duration.ofHours(13));
        assertThat(all(feed.figures()).answered())
                .as("before the first request of the day")
                .isZero();
        assertThat(feed.figures().since()).isEqualTo(Instant.parse("2026-11-27T00:00:00Z"));
        feed.ended(served("two", "small"));
        assertThat(all(feed.figures()).answered()).isEqualTo(1);
        assertThat(feed.figures().count()).isEqualTo(2);
    }

    @Test
    void aClockThatIsSetBackChangesNothingPast() {
        feed.ended(served("two", "small"));
        clock.advance(Duration.ofMinutes(-5));
        feed.ended(served("two", "small"));
        List<Slot> slots = feed.figures().slots().getOrDefault(Span.MINUTES, List.of());
        assertThat(slots).hasSize(1);
        assertThat(slots.getFirst().tally().answered()).isEqualTo(2);
    }

    @Test
    void theLastOnesAreNumberedAndTheNewestIsFirst() {
        for (int n = 1; n <= 250; n++) {
            feed.ended(
                    n % 3 == 0
                            ? Requests.unanswered("id" + n, "two", End.REFUSED, 429, "budget")
                                    .ended()
                            : served("two", "small"));
        }
        Figures figures = feed.figures();
        assertThat(figures.recent())
                .extracting(Numbered::number)
                .hasSize(100)
                .startsWith(250L, 249L)
                .endsWith(151L);
        assertThat(figures.unanswered())
                .extracting(Numbered::number)
                .hasSize(50)
                .startsWith(249L, 246L)
                .endsWith(102L);
    }

    @Test
    void everyRequestOfManyThreadsIsCountedOnceWhileOthersLook() throws Exception {
        int threads = 8;
        int each = 20_000;
        try (ExecutorService pool = Executors.newFixedThreadPool(threads + 1)) {
            Callable<Void> ask = () -> {
                for (int n = 0; n < each; n++) {
                    feed.ended(served("two", n % 5 == 0 ? "large" : "small"));
                    if (n % 1_000 == 0) {
                        clock.set(NOON.plusSeconds(n / 1_000));
                    }
                }
                return null;
            };
            List<Future<Void>> asked =
                    IntStream.range(0, threads).mapToObj(_ -> pool.submit(ask)).toList();
            Future<Long> looked = pool.submit(() -> {
                long last = 0;
                while (asked.stream().anyMatch(one -> !one.isDone())) {
                    Figures figures = feed.figures();
                    assertThat(all(figures).answered()).isEqualTo(figures.count());
                    assertThat(all(figures, Span.HOUR).answered()).isEqualTo(figures.count());
                    assertThat(figures.count()).isGreaterThanOrEqualTo(last);
                    last = figures.count();
                }
                return last;
            });
            for (Future<Void> one : asked) {
                one.get();
            }
            assertThat(looked.get()).isPositive();
        }
        Figures figures = feed.figures();
        Tally sum = all(figures);
        long total = (long) threads * each;
        assertThat(figures.count()).isEqualTo(total);
        assertThat(sum.lower()).isEqualTo(total * 4 / 5);
        assertThat(sum.upper()).isEqualTo(total / 5);
        assertThat(sum.costMicros()).isEqualTo(total * 4 / 5 * 80 + total / 5 * 4_000);
        assertThat(all(figures, Span.MINUTES).answered()).isEqualTo(total);
        assertThat(figures.slots().getOrDefault(Span.HOUR, List.of()).stream()
                        .mapToLong(slot -> slot.whole().total())
                        .sum())
                .isEqualTo(total);
    }

    /** Names of routes are callers' texts: a million of them, of any length, must not stay. */
    @Test
    void memoryIsBoundedWhateverCallersSend() {
        String tail = "x".repeat(10_000);
        for (int n = 0; n < 30_000; n++) {
            clock.advance(Duration.ofSeconds(17));
            feed.ended(Requests.unanswered("id", n + tail, End.REFUSED, 404, "there is no route " + n + tail)
                    .ended());
            feed.ended(served("two", "small"));
        }
        Figures figures = feed.figures();
        assertThat(figures.today().keySet())
                .containsExactlyInAnyOrder(new TierKey("", ""), new TierKey("two", "small"));
        figures.slots()
                .forEach((span, slots) -> assertThat(slots).as(span.key()).hasSizeLessThanOrEqualTo(span.slots()));
        assertThat(figures.slots().getOrDefault(Span.DAY, List.of()))
                .allSatisfy(slot -> assertThat(slot.tiers()).hasSizeLessThanOrEqualTo(2));
        assertThat(figures.recent()).allSatisfy(one -> {
            assertThat(one.request().route().length()).isLessThanOrEqualTo(80);
            assertThat(one.request().reason().length()).isLessThanOrEqualTo(400);
            assertThat(one.request().toString()).doesNotContain("SECRET");
        });
    }
}
