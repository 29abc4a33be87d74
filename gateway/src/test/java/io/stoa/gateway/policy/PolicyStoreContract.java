package io.stoa.gateway.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.gateway.policy.PolicyStore.Exchange;
import io.stoa.gateway.policy.PolicyStore.Holding;
import io.stoa.gateway.policy.PolicyStore.Presence;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store does. */
abstract class PolicyStoreContract {
    static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final Account ACCOUNT = Account.of(new Budget(BudgetOwner.ALL, Period.DAY, Micros.ZERO), NOW);

    /** Makes room for a new store. */
    void prepare() {}

    /** Opens the same store again and again; empty before the first time. */
    abstract PolicyStore open();

    /** Says in the store that its tables are of another version. */
    abstract void setVersion(int version) throws Exception;

    private PolicyStore store;

    @BeforeEach
    void begin() {
        prepare();
        store = open();
    }

    @AfterEach
    void end() {
        store.close();
    }

    private static ApiKey full(String id) {
        return new ApiKey(
                id,
                KeySecret.draw(new SecureRandom()).digest(),
                NOW,
                Optional.of(NOW.plusSeconds(60)),
                Optional.empty(),
                Optional.of("customer support"),
                Optional.of("support"),
                Optional.of(Set.of("chat", "embed ü")),
                Optional.of(Set.of()),
                new Limits(OptionalLong.of(60), OptionalLong.of(100_000), OptionalInt.of(4)),
                Map.of("chat", new Limits(OptionalLong.of(6), OptionalLong.empty(), OptionalInt.empty())));
    }

    @Test
    void keysAndBudgetsComeBackAsTheyWere() {
        long before = store.revision();
        ApiKey full = full("full");
        ApiKey plain = Keys.plain("plain", Digest.of("a key"), NOW.plusSeconds(1));
        store.create(full);
        store.create(plain);
        Budget month = new Budget(BudgetOwner.team("support"), Period.MONTH, new Micros(50_000_000));
        store.set(new Budget(BudgetOwner.team("support"), Period.MONTH, new Micros(1)));
        store.set(month);
        store.set(new Budget(BudgetOwner.ALL, Period.TOTAL, new Micros(7)));
        assertThat(store.remove(BudgetOwner.ALL, Period.TOTAL)).isTrue();
        assertThat(store.remove(BudgetOwner.ALL, Period.TOTAL)).isFalse();
        try (PolicyStore again = open()) {
            Policy policy = again.policy();
            assertThat(policy.keys()).containsExactly(full, plain);
            assertThat(policy.budgets()).containsExactly(month);
            assertThat(policy.budgetsOf(full)).containsExactly(month);
            assertThat(policy.budgetsOf(plain)).isEmpty();
            assertThat(policy.revision()).isEqualTo(again.revision()).isEqualTo(before + 6);
        }
    }

    @Test
    void aNameIsGivenOnceAndAKeyIsRevokedOnce() {
        store.create(full("one"));
        assertThatThrownBy(() -> store.create(full("one")))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                .hasMessageContaining("there is a key named one already");
        long before = store.revision();
        assertThat(store.revoke("one", NOW)).isTrue();
        assertThat(store.revoke("one", NOW.plusSeconds(5))).isFalse();
        assertThat(store.revoke("another", NOW)).isFalse();
        assertThat(store.revision()).isEqualTo(before + 1);
        assertThat(store.policy().key("one").orElseThrow().revoked()).contains(NOW);
    }

    private Exchange exchange(boolean open, long settled, long returned, long need, long extra, boolean last) {
        return new Exchange(ACCOUNT, 3, open, settled, returned, need, extra, last);
    }

    private Holding exchange(String gateway, Exchange exchange) {
        return store.exchange(gateway, NOW, List.of(exchange)).getFirst();
    }

    private void budget(long limit) {
        store.set(new Budget(BudgetOwner.ALL, Period.DAY, new Micros(limit)));
    }

    @Test
    void leasesNeverExceedTheBudget() {
        budget(100);
        assertThat(exchange("a", exchange(false, 0, 0, 40, 1_000, false)))
                .isEqualTo(new Holding(ACCOUNT, 55, 0, 0, 45, false));
        assertThat(exchange("b", exchange(false, 0, 0, 40, 0, false)))
                .isEqualTo(new Holding(ACCOUNT, 40, 0, 55, 5, false));
        assertThat(store.wanted("a", NOW)).isEmpty();
        assertThat(exchange("b", exchange(true, 10, 0, 20, 0, false)))
                .as("spending makes no room, and the rest is all there is")
                .isEqualTo(new Holding(ACCOUNT, 35, 10, 55, 0, false));
        assertThat(store.wanted("a", NOW)).as("now b lacks what a holds").containsExactly(ACCOUNT);
        assertThat(store.wanted("a", NOW.plusSeconds(2))).isEmpty();
        assertThat(store.wanted("b", NOW)).isEmpty();
        assertThat(exchange("a", exchange(true, 5, 30, 0, 50, false)))
                .as("no stock for a while b is short")
                .isEqualTo(new Holding(ACCOUNT, 20, 15, 35, 30, false));
        assertThat(store.spending()).containsExactly(new PolicyStore.Spending(ACCOUNT, new Micros(15), new Micros(55)));
    }

    @Test
    void aReportThatIsSentTwiceCountsOnce() {
        budget(100);
        exchange("a", exchange(false, 0, 0, 50, 0, false));
        Exchange report = exchange(true, 20, 10, 0, 0, false);
        Holding first = exchange("a", report);
        assertThat(first).isEqualTo(new Holding(ACCOUNT, 20, 20, 0, 60, false));
        assertThat(exchange("a", report)).isEqualTo(first);
        assertThat(exchange("a", exchange(true, 20, 10, 0, 0, false))).isEqualTo(first);
    }

    @Test
    void aLeaseThatEndsIsForgottenAndOneThatWasForfeitedIsTold() {
        budget(100);
        exchange("a", exchange(false, 0, 0, 50, 0, false));
        assertThat(exchange("a", exchange(true, 20, 30, 0, 0, true)).held()).isZero();
        assertThat(exchange("a", exchange(true, 20, 30, 0, 0, false)).forfeited())
                .isTrue();
        assertThat(exchange("a", exchange(false, 0, 0, 100, 0, false)).held()).isEqualTo(80);
    }

    @Test
    void whatADeadGatewayHadTakenIsChargedAndTheRestIsFree() {
        budget(100);
        exchange("dead", exchange(false, 0, 0, 50, 0, false));
        exchange("dead", exchange(true, 10, 5, 0, 0, false));
        store.retire("dead", slot -> slot == 3 ? OptionalLong.of(22) : OptionalLong.empty());
        store.retire("dead", slot -> OptionalLong.of(1_000));
        assertThat(store.spending()).containsExactly(new PolicyStore.Spending(ACCOUNT, new Micros(22), Micros.ZERO));
    }

    @Test
    void whoIsNotSeenForLongIsChargedInFull() {
        budget(100);
        store.present("dead", NOW, Duration.ofSeconds(10));
        exchange("dead", exchange(false, 0, 0, 50, 0, false));
        exchange("dead", exchange(true, 10, 5, 0, 0, false));
        assertThat(store.present("live", NOW.plusSeconds(5), Duration.ofSeconds(10))
                        .count())
                .isEqualTo(2);
        assertThat(store.present("live", NOW.plusSeconds(15), Duration.ofSeconds(10)))
                .isEqualTo(Presence.ALONE);
        assertThat(store.forfeit(NOW)).isZero();
        assertThat(store.forfeit(NOW.plusSeconds(1))).isEqualTo(1);
        assertThat(store.spending()).containsExactly(new PolicyStore.Spending(ACCOUNT, new Micros(45), Micros.ZERO));
        assertThat(exchange("dead", exchange(true, 30, 5, 10, 0, false)))
                .as("it was paid for")
                .isEqualTo(new Holding(ACCOUNT, 0, 45, 0, 55, true));
    }

    @Test
    void loweringABudgetLeavesNothingToLease() {
        budget(100);
        exchange("a", exchange(false, 0, 0, 50, 0, false));
        budget(30);
        assertThat(exchange("a", exchange(true, 0, 0, 10, 10, false)))
                .isEqualTo(new Holding(ACCOUNT, 50, 0, 0, 0, false));
        store.remove(BudgetOwner.ALL, Period.DAY);
        assertThat(exchange("a", exchange(true, 0, 0, 10, 0, false)).held())
                .as("no budget, no bound")
                .isEqualTo(60);
    }

    @Test
    void manyConnectionsAtOnceNeverLeaseMoreThanThereIs() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("PolicyStoreContract seed " + seed);
        budget(10_000);
        List<Future<Long>> held = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                String gateway = "g" + i;
                Random random = new Random(seed + i);
                held.add(threads.submit(() -> {
                    try (PolicyStore own = open()) {
                        long settled = 0;
                        long has = 0;
                        for (int j = 0; j < 50; j++) {
                            long spent = has == 0 ? 0 : random.nextLong(has + 1);
                            settled += spent;
                            has = own.exchange(
                                            gateway,
                                            NOW,
                                            List.of(exchange(j > 0, settled, 0, random.nextLong(100), 50, false)))
                                    .getFirst()
                                    .held();
                        }
                        return settled + has;
                    }
                }));
            }
        }
        long total = 0;
        for (Future<Long> each : held) {
            total += each.get();
        }
        assertThat(total).as("seed %d", seed).isLessThanOrEqualTo(10_000).isGreaterThan(1_000);
        PolicyStore.Spending all = store.spending().getFirst();
        assertThat(all.spent().value() + all.leased().value()).isEqualTo(total);
    }

    @Test
    void tablesOfAnotherVersionAreRefused() throws Exception {
        setVersion(2);
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                .hasMessageContaining("version 2, and this Stoa reads version 1; use a newer Stoa");
        setVersion(1);
    }
}
