package io.stoa.gateway.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.TokenUsage;
import io.stoa.model.Digest;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyAdmissionTest {
    private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
    private static final TokenUsage NO_TOKENS = TokenUsage.NONE;

    /** Quick, so that tests are. */
    private static final LeaseTerms QUICK = new LeaseTerms(
            Duration.ofMillis(5), Duration.ofMillis(50), Duration.ofMillis(400), 20, Duration.ofMinutes(10));

    @TempDir
    Path folder;

    private PolicyStore store;

    @BeforeEach
    void begin() {
        store = SqlitePolicyStore.open(folder.resolve("gateway.db"));
    }

    @AfterEach
    void end() {
        store.close();
    }

    private PolicyAdmission open(Clock clock) {
        return PolicyAdmission.open(store, folder.resolve("books"), clock, QUICK);
    }

    private static ApiKey key(String id, Optional<String> team, Limits limits, Map<String, Limits> routes) {
        return new ApiKey(
                id,
                Digest.of(id),
                NOON,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                team,
                Optional.empty(),
                Optional.empty(),
                limits,
                routes);
    }

    private static ApiKey key(String id) {
        return key(id, Optional.empty(), Limits.NONE, Map.of());
    }

    private static Caller caller(String id) {
        return new Caller(id, Optional.empty());
    }

    private static Decision admit(PolicyAdmission admission, String id, long worst) {
        return admission
                .admit(caller(id), PolicyChild.facts("chat"), NO_TOKENS, new Micros(worst))
                .toCompletableFuture()
                .join();
    }

    private static Reservation admitted(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Admitted.class);
        return ((Decision.Admitted) decision).reservation();
    }

    private static Decision.Denied denied(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Denied.class);
        return (Decision.Denied) decision;
    }

    private Map<Account, Long> spent() {
        Map<Account, Long> spent = new HashMap<>();
        store.spending().forEach(each -> {
            assertThat(each.leased()).as("nothing stays leased: %s", each).isEqualTo(Micros.ZERO);
            spent.put(each.account(), each.spent().value());
        });
        return spent;
    }

    @Test
    void aThousandRequestsAtOnceGetWhatThereIsAndNotMore() throws Exception {
        store.create(key("one"));
        store.set(new Budget(BudgetOwner.key("one"), Period.MONTH, new Micros(40_000)));
        try (PolicyAdmission admission = open(Clock.systemUTC())) {
            assertThat(thousand(List.of(admission))).isEqualTo(400);
        }
        assertThat(spent().values()).containsExactly(40_000L);
    }

    @Test
    void aThousandRequestsAtTwoGatewaysGetWhatThereIsAndNotMore() throws Exception {
        store.create(key("one"));
        store.set(new Budget(BudgetOwner.key("one"), Period.MONTH, new Micros(40_000)));
        store.set(new Budget(BudgetOwner.ALL, Period.TOTAL, new Micros(50_000)));
        try (PolicyStore other = SqlitePolicyStore.open(folder.resolve("gateway.db"));
                PolicyAdmission one = open(Clock.systemUTC());
                PolicyAdmission two = PolicyAdmission.open(other, folder.resolve("other"), Clock.systemUTC(), QUICK)) {
            assertThat(thousand(List.of(one, two))).isLessThanOrEqualTo(400);
            // those that lay idle at the wrong gateway, which gives them back once it has not needed them for a while
            long more = 0;
            for (int refused = 0; refused < 20; ) {
                if (admit(one, "one", 100) instanceof Decision.Admitted(Reservation reservation)) {
                    reservation.settle(NO_TOKENS, new Micros(100));
                    more++;
                } else {
                    refused++;
                    pause(100);
                }
            }
            System.out.println("two gateways: " + (400 - more) + " of 1,000 at once, then " + more);
        }
        assertThat(spent().values()).as("all of it").containsOnly(40_000L);
    }

    /** A thousand requests that begin at once and cost all that they may. Returns how many were admitted. */
    private static int thousand(List<PolicyAdmission> admissions) throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1_000; i++) {
                PolicyAdmission admission = admissions.get(i % admissions.size());
                var _ = threads.submit(() -> {
                    if (admit(admission, "one", 100) instanceof Decision.Admitted(Reservation reservation)) {
                        count.incrementAndGet();
                        Thread.sleep(5);
                        reservation.settle(NO_TOKENS, new Micros(100));
                    }
                    return count;
                });
            }
        }
        return count.get();
    }

    @Test
    void aRefusalSaysWhichBudgetAndWhenItBeginsAnew() {
        store.create(key("one", Optional.of("support"), Limits.NONE, Map.of()));
        store.set(new Budget(BudgetOwner.key("one"), Period.TOTAL, new Micros(1_000_000)));
        store.set(new Budget(BudgetOwner.team("support"), Period.MONTH, new Micros(12_500)));
        TestClock clock = new TestClock(NOON);
        try (PolicyAdmission admission = open(clock)) {
            Reservation running = admitted(admit(admission, "one", 12_000));
            Decision.Denied soon = denied(admit(admission, "one", 501));
            assertThat(soon.error().status()).isEqualTo(429);
            assertThat(soon.error().code()).contains("insufficient_quota");
            assertThat(soon.error().message())
                    .isEqualTo("the budget of team/support, 0.0125 a month is set aside for requests that are running;"
                            + " try again shortly, or ask for fewer tokens");
            assertThat(soon.retryAfter()).contains(Duration.ofSeconds(1));
            running.settle(NO_TOKENS, new Micros(12_000));
            running.settle(NO_TOKENS, new Micros(9_999));
            pause(300);
            Decision.Denied late = denied(admit(admission, "one", 501));
            assertThat(late.error().message())
                    .isEqualTo("the budget of team/support, 0.0125 a month has not enough left for this request;"
                            + " it begins anew at 2026-12-01T00:00:00Z");
            assertThat(late.retryAfter()).contains(Duration.between(NOON, Instant.parse("2026-12-01T00:00:00Z")));
            admitted(admit(admission, "one", 500)).settle(NO_TOKENS, Micros.ZERO);
            clock.advance(Duration.ofDays(5));
            admitted(admit(admission, "one", 12_500)).settle(NO_TOKENS, new Micros(1));
        }
        assertThat(spent())
                .isEqualTo(Map.of(
                        new Account(BudgetOwner.key("one"), Period.TOTAL, "total"), 12_001L,
                        new Account(BudgetOwner.team("support"), Period.MONTH, "2026-11"), 12_000L,
                        new Account(BudgetOwner.team("support"), Period.MONTH, "2026-12"), 1L));
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A reservation of the model: what was set aside, and in which accounts. */
    private record Open(Reservation reservation, long amount, Set<Account> accounts) {}

    /**
     * Random keys, budgets, requests, settlements, restarts and midnights against sums in a map. With one gateway that is
     * asked by one thread, it must admit exactly what the sums have room for.
     */
    @Test
    void whatIsAdmittedIsWhatThereIsRoomFor() {
        long first = Long.getLong("stoa.seed", new Random().nextLong());
        int cases = Integer.getInteger("stoa.cases", 6);
        System.out.println("PolicyAdmissionTest seed " + first + ", " + cases + " cases");
        long refused = 0;
        for (int i = 0; i < cases; i++) {
            refused += oneCase(first + i, i);
        }
        assertThat(refused).as("some were refused").isPositive();
    }

    private long oneCase(long seed, int number) {
        Random random = new Random(seed);
        TestClock clock = new TestClock(NOON.plusSeconds(86_400L * 400 * number));
        List<ApiKey> keys = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String id = "key" + number + "." + i;
            keys.add(key(id, i == 0 ? Optional.empty() : Optional.of("team" + number), Limits.NONE, Map.of()));
            store.create(keys.get(i));
            if (random.nextBoolean()) {
                store.set(new Budget(BudgetOwner.key(id), Period.DAY, new Micros(random.nextLong(2_000))));
            }
        }
        store.set(new Budget(BudgetOwner.team("team" + number), Period.TOTAL, new Micros(random.nextLong(6_000))));
        store.set(new Budget(BudgetOwner.ALL, Period.DAY, new Micros(random.nextLong(3_000))));
        Policy policy = store.policy();
        Map<Account, Long> taken = new HashMap<>();
        List<Open> open = new ArrayList<>();
        long refused = 0;
        PolicyAdmission admission = open(clock);
        for (int step = 0; step < 300; step++) {
            int what = random.nextInt(100);
            if (what < 55) {
                ApiKey key = keys.get(random.nextInt(3));
                long worst = random.nextInt(4) == 0 ? random.nextLong(2_000) : random.nextLong(60);
                Map<Account, Long> limits = new HashMap<>();
                policy.budgetsOf(key)
                        .forEach(budget -> limits.put(
                                Account.of(budget, clock.instant()),
                                budget.limit().value()));
                boolean room = limits.entrySet().stream()
                        .allMatch(each -> taken.getOrDefault(each.getKey(), 0L) + worst <= each.getValue());
                Decision decision = admit(admission, key.id(), worst);
                assertThat(decision instanceof Decision.Admitted)
                        .as("seed %d, step %d: %d of %s with %s taken", seed, step, worst, limits, taken)
                        .isEqualTo(room);
                if (decision instanceof Decision.Admitted(Reservation reservation)) {
                    limits.keySet().forEach(account -> taken.merge(account, worst, Long::sum));
                    open.add(new Open(reservation, worst, limits.keySet()));
                } else {
                    refused++;
                }
            } else if (what < 95 && !open.isEmpty()) {
                Open settled = open.remove(random.nextInt(open.size()));
                long cost = random.nextLong(settled.amount() + 1);
                settled.reservation().settle(NO_TOKENS, new Micros(cost));
                settled.accounts().forEach(account -> taken.merge(account, cost - settled.amount(), Long::sum));
            } else if (what == 95) {
                clock.advance(Duration.ofHours(random.nextInt(20)));
            } else if (what == 96) {
                // whoever still ran is charged at the worst
                admission.close();
                open.clear();
                admission = open(clock);
            } else if (what == 97) {
                pause(random.nextInt(80));
            }
        }
        admission.close();
        Map<Account, Long> stored = new HashMap<>();
        spent().forEach((account, amount) -> {
            if (taken.containsKey(account)) {
                stored.put(account, amount);
            }
        });
        taken.values().removeIf(amount -> amount == 0);
        stored.values().removeIf(amount -> amount == 0);
        assertThat(stored).as("seed %d", seed).isEqualTo(taken);
        return refused;
    }

    @Test
    void budgetsThatAreChangedElsewhereHoldWithinASecond() {
        store.create(key("one"));
        Budget budget = new Budget(BudgetOwner.key("one"), Period.TOTAL, new Micros(1_000));
        store.set(budget);
        try (PolicyAdmission admission = open(Clock.systemUTC())) {
            admitted(admit(admission, "one", 100)).settle(NO_TOKENS, new Micros(100));
            assertThat(denied(admit(admission, "one", 1_000)).error().message()).contains("has not enough left");
            try (PolicyStore elsewhere = SqlitePolicyStore.open(folder.resolve("gateway.db"))) {
                elsewhere.set(new Budget(budget.owner(), budget.period(), new Micros(5_000)));
                pause(1_000);
                admitted(admit(admission, "one", 4_000)).settle(NO_TOKENS, new Micros(900));
                elsewhere.set(new Budget(budget.owner(), budget.period(), new Micros(1_001)));
                pause(1_000);
                denied(admit(admission, "one", 2));
                admitted(admit(admission, "one", 1)).settle(NO_TOKENS, Micros.ZERO);
            }
        }
    }

    @Test
    void aRevokedKeyIsNobodysAtOnceHereAndSoonElsewhere() {
        KeySecret secret = KeySecret.draw(new SecureRandom());
        store.create(Keys.plain("one", secret.digest(), NOON));
        try (PolicyStore other = SqlitePolicyStore.open(folder.resolve("gateway.db"));
                PolicyAdmission here = open(Clock.systemUTC());
                PolicyAdmission there =
                        PolicyAdmission.open(other, folder.resolve("other"), Clock.systemUTC(), QUICK)) {
            assertThat(here.caller(secret.reveal())).contains(caller("one"));
            assertThat(there.caller(secret.reveal())).contains(caller("one"));
            assertThat(here.keys().revoke("one")).isTrue();
            assertThat(here.caller(secret.reveal())).isEmpty();
            assertThat(denied(admit(here, "one", 0)).error().status()).isEqualTo(401);
            assertThat(here.refusal(secret.reveal()).message()).contains("the key one was revoked");
            long begun = System.nanoTime();
            while (there.caller(secret.reveal()).isPresent()) {
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
                pause(5);
            }
        }
    }

    @Test
    void routesAndToolsAreThoseOfTheKey() {
        store.create(new ApiKey(
                "one",
                Digest.of("one"),
                NOON,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(Set.of("chat")),
                Optional.of(Set.of("search")),
                Limits.NONE,
                Map.of()));
        try (PolicyAdmission admission = open(Clock.systemUTC())) {
            assertThat(tools(admission, "chat", List.of("search"))).isInstanceOf(Decision.Admitted.class);
            Decision.Denied route = denied(tools(admission, "big", List.of()));
            assertThat(route.error().status()).isEqualTo(403);
            assertThat(route.error().message()).isEqualTo("the key one may not ask big; it may ask chat");
            Decision.Denied tool = denied(tools(admission, "chat", List.of("search", "pay")));
            assertThat(tool.error().code()).contains("tool_not_allowed");
            assertThat(tool.error().message()).contains("the tool pay");
        }
    }

    private static Decision tools(PolicyAdmission admission, String route, List<String> tools) {
        RequestFacts facts = new RequestFacts(
                ApiCall.CHAT_COMPLETIONS, route, 0, 0, false, false, OptionalInt.empty(), 1, 1, tools, 10);
        return admission
                .admit(caller("one"), facts, NO_TOKENS, Micros.ZERO)
                .toCompletableFuture()
                .join();
    }

    @Test
    void limitsHoldAndARefusedRequestLeavesNothingBehind() {
        Limits limits = new Limits(OptionalLong.of(5), OptionalLong.of(1_000), OptionalInt.of(2));
        Limits route = new Limits(OptionalLong.of(3), OptionalLong.empty(), OptionalInt.empty());
        store.create(key("one", Optional.empty(), limits, Map.of("chat", route)));
        store.set(new Budget(BudgetOwner.key("one"), Period.TOTAL, new Micros(10)));
        try (PolicyAdmission admission = open(Clock.systemUTC())) {
            for (int i = 0; i < 50; i++) {
                denied(ask(admission, "chat", 10, 11));
                denied(ask(admission, "chat", 1_001, 0));
            }
            Decision.Denied large = denied(ask(admission, "chat", 1_001, 0));
            assertThat(large.error().type()).isEqualTo("tokens");
            assertThat(large.retryAfter()).isEmpty();
            Reservation first = admitted(ask(admission, "chat", 900, 0));
            Decision.Denied tokens = denied(ask(admission, "chat", 200, 0));
            assertThat(tokens.error().code()).contains("rate_limit_exceeded");
            assertThat(tokens.retryAfter().orElseThrow()).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
            first.settle(new TokenUsage(50, 50), Micros.ZERO);
            Reservation second = admitted(ask(admission, "chat", 800, 0));
            Reservation third = admitted(ask(admission, "other", 1, 0));
            assertThat(denied(ask(admission, "other", 1, 0)).error().message()).contains("2 requests at once");
            second.settle(NO_TOKENS, Micros.ZERO);
            third.settle(NO_TOKENS, Micros.ZERO);
            admitted(ask(admission, "chat", 1, 0)).settle(NO_TOKENS, Micros.ZERO);
            Decision.Denied requests = denied(ask(admission, "chat", 1, 0));
            assertThat(requests.error().message()).contains("3 requests a minute");
            assertThat(requests.retryAfter().orElseThrow()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(20));
            admitted(ask(admission, "other", 1, 0)).settle(NO_TOKENS, Micros.ZERO);
            assertThat(denied(ask(admission, "other", 1, 0)).error().message()).contains("5 requests a minute");
            assertThat(admission.rateHeaders(caller("one"), "other"))
                    .containsEntry("x-ratelimit-limit-requests", "5")
                    .containsEntry("x-ratelimit-remaining-requests", "0")
                    .containsKeys("x-ratelimit-reset-requests", "x-ratelimit-remaining-tokens");
            assertThat(admission.rateHeaders(caller("one"), "chat"))
                    .containsEntry("x-ratelimit-limit-requests", "3")
                    .doesNotContainKey("x-ratelimit-limit-tokens");
        }
        assertThat(spent().values()).containsExactly(0L);
    }

    private static Decision ask(PolicyAdmission admission, String route, long tokens, long worst) {
        return admission
                .admit(caller("one"), PolicyChild.facts(route), new TokenUsage(tokens, 0), new Micros(worst))
                .toCompletableFuture()
                .join();
    }

    @Test
    void twoGatewaysShareALimit() {
        store.create(key(
                "one",
                Optional.empty(),
                new Limits(OptionalLong.of(11), OptionalLong.empty(), OptionalInt.empty()),
                Map.of()));
        try (PolicyStore other = SqlitePolicyStore.open(folder.resolve("gateway.db"));
                PolicyAdmission one = open(Clock.systemUTC());
                PolicyAdmission two = PolicyAdmission.open(other, folder.resolve("other"), Clock.systemUTC(), QUICK)) {
            pause(5_200);
            List<Integer> admitted = new ArrayList<>();
            for (PolicyAdmission admission : List.of(one, two)) {
                int count = 0;
                while (ask(admission, "chat", 0, 0) instanceof Decision.Admitted(Reservation reservation)) {
                    reservation.settle(NO_TOKENS, Micros.ZERO);
                    count++;
                }
                admitted.add(count);
            }
            assertThat(admitted).containsExactlyInAnyOrder(5, 6);
        }
    }

    @Test
    void aStoreThatCannotBeAskedRefusesWithoutLosingMoney() {
        store.create(key("one"));
        store.set(new Budget(BudgetOwner.key("one"), Period.TOTAL, new Micros(1_000)));
        PolicyStore gone = SqlitePolicyStore.open(folder.resolve("gateway.db"));
        PolicyAdmission admission = PolicyAdmission.open(gone, folder.resolve("books"), Clock.systemUTC(), QUICK);
        admitted(admit(admission, "one", 10)).settle(NO_TOKENS, new Micros(7));
        Reservation running = admitted(admit(admission, "one", 20));
        gone.close();
        Decision.Denied unknown = denied(admit(admission, "one", 900));
        assertThat(unknown.error().status()).isEqualTo(503);
        assertThat(unknown.retryAfter()).isPresent();
        running.settle(NO_TOKENS, new Micros(20));
        admission.close();
        assertThat(folder.resolve("books").toFile().list())
                .as("the book stays for whoever starts next")
                .hasSize(1);
    }

    @Test
    void manySettlementsAreSpentToTheLastMicro() {
        store.create(key(
                "one",
                Optional.of("team"),
                new Limits(OptionalLong.of(1_000_000_000L), OptionalLong.of(1_000_000_000_000L), OptionalInt.of(9)),
                Map.of()));
        for (BudgetOwner owner : List.of(BudgetOwner.key("one"), BudgetOwner.team("team"), BudgetOwner.ALL)) {
            store.set(new Budget(owner, Period.MONTH, new Micros(1_000_000_000_000L)));
        }
        long sink = 0;
        try (PolicyAdmission admission =
                PolicyAdmission.open(store, folder.resolve("books"), Clock.systemUTC(), LeaseTerms.USUAL)) {
            Caller caller = caller("one");
            RequestFacts facts = PolicyChild.facts("chat");
            TokenUsage most = new TokenUsage(500, 500);
            TokenUsage used = new TokenUsage(400, 100);
            Micros worst = new Micros(1_000);
            Micros cost = new Micros(300);
            for (int i = 0; i < 100_000; i++) {
                var stage = admission.admit(caller, facts, most, worst).toCompletableFuture();
                if (stage.join() instanceof Decision.Admitted(Reservation reservation)) {
                    reservation.settle(used, cost);
                    sink++;
                }
            }
        }
        assertThat(sink).isEqualTo(100_000);
        assertThat(spent().values()).containsOnly(sink * 300);
    }
}
