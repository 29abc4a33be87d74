package io.stoa.gateway.policy;

import io.stoa.gateway.policy.PolicyStore.Exchange;
import io.stoa.gateway.policy.PolicyStore.Holding;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The money that this gateway may spend, leased from the store in slices.
 *
 * <p>A reservation that its leases can bear costs nanoseconds. Any other waits: one thread gathers all that wait, asks the
 * store for what they need together, and serves them in the order in which they came. When the store has nothing left but
 * other gateways hold some, it notes that their money is wanted; they hand back what lies idle within their next {@link
 * LeaseTerms#writeBack}, and the request waits for that as long as {@link LeaseTerms#patience}.
 *
 * <p>So a request is refused only if its worst cost fits not into what is neither spent nor set aside for running requests,
 * with these exceptions: money that a gateway on another machine held when it was killed counts as spent until it starts
 * again there, or for good after {@link LeaseTerms#dead}; and for a fifth of a second after a refusal, requests of at least
 * the same worst cost are refused without asking again.
 */
final class Leases implements AutoCloseable {
    private static final int MOST_WAITING = 10_000;
    private static final long REMEMBERED = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long COMPLAINTS = TimeUnit.SECONDS.toNanos(30);
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final System.Logger LOG = System.getLogger(Leases.class.getName());

    private final PolicyStore store;
    private final Keys keys;
    private final String gateway;
    private final LeaseBook book;
    private final Clock clock;
    private final LeaseTerms terms;
    private final List<Chore> chores;
    private final Map<Account, Lease> leases = new ConcurrentHashMap<>();
    private final Map<String, Wallet> wallets = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Waiter> arriving = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingCount = new AtomicInteger();
    private final Semaphore wake = new Semaphore(0);
    private final AtomicBoolean awake = new AtomicBoolean();
    private final AtomicBoolean recall = new AtomicBoolean();
    private final Thread thread;
    private volatile boolean closing;

    // by the thread alone
    private final List<Waiter> waiting = new ArrayList<>();
    private long nextComplaint = System.nanoTime();
    private long nextTick;

    /**
     * Something else that asks the store now and then, done by the same thread. What it throws is logged, and it is done
     * again next time.
     */
    static final class Chore {
        private final Duration every;
        private final Runnable work;
        private long next = System.nanoTime();

        Chore(Duration every, Runnable work) {
            this.every = every;
            this.work = work;
        }
    }

    Leases(
            PolicyStore store,
            Keys keys,
            String gateway,
            LeaseBook book,
            Clock clock,
            LeaseTerms terms,
            List<Chore> chores) {
        this.store = store;
        this.keys = keys;
        this.gateway = gateway;
        this.book = book;
        this.clock = clock;
        this.terms = terms;
        this.chores = List.copyOf(chores);
        this.nextTick = System.nanoTime();
        this.thread = Thread.ofPlatform().name("policy-" + gateway).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** The leases of all budgets that a key's requests count against, the lowest level first. */
    private record Wallet(long revision, long until, List<Budget> budgets, List<Lease> leases) {
        /** Sets an amount aside in all of them, or in none. */
        boolean reserve(long amount) {
            for (int i = 0; i < leases.size(); i++) {
                if (!leases.get(i).reserve(amount)) {
                    for (int j = i - 1; j >= 0; j--) {
                        leases.get(j).release(amount);
                    }
                    return false;
                }
            }
            return true;
        }
    }

    /** An amount that is set aside at all levels. */
    static final class Hold {
        private final List<Lease> leases;
        private final long amount;

        Hold(List<Lease> leases, long amount) {
            this.leases = leases;
            this.amount = amount;
        }

        /** Charges a cost at all levels, the highest first. To be called once. */
        void settle(long cost) {
            for (int i = leases.size() - 1; i >= 0; i--) {
                leases.get(i).settle(amount, cost);
            }
        }

        long amount() {
            return amount;
        }
    }

    /** How waiting ended. */
    sealed interface Outcome {
        /** It is set aside. */
        record Held(Hold hold) implements Outcome {}

        /**
         * There is not so much.
         *
         * @param returning whether there may be when running requests have ended
         */
        record Empty(Account account, Micros limit, boolean returning) implements Outcome {}

        /** Nobody knows: the store cannot be asked. */
        record Unknown(String reason) implements Outcome {}
    }

    private static final class Waiter {
        private final ApiKey key;
        private final long amount;
        private final long deadline;
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

        Waiter(ApiKey key, long amount, long deadline) {
            this.key = key;
            this.amount = amount;
            this.deadline = deadline;
        }
    }

    private Wallet wallet(ApiKey key) {
        Wallet known = wallets.get(key.id());
        long millis = clock.millis();
        if (known != null && known.revision() == keys.policy().revision() && millis < known.until()) {
            return known;
        }
        return newWallet(key, Instant.ofEpochMilli(millis));
    }

    private Wallet newWallet(ApiKey key, Instant now) {
        long revision = keys.policy().revision();
        List<Budget> budgets = keys.budgets(key.id());
        List<Lease> needed = new ArrayList<>(budgets.size());
        long until = Long.MAX_VALUE;
        for (Budget budget : budgets) {
            needed.add(leases.computeIfAbsent(
                    Account.of(budget, now), account -> new Lease(account, book, System.nanoTime())));
            until = Math.min(
                    until, budget.period().end(now).map(Instant::toEpochMilli).orElse(Long.MAX_VALUE));
        }
        Wallet fresh = new Wallet(revision, until, budgets, List.copyOf(needed));
        wallets.put(key.id(), fresh);
        return fresh;
    }

    /** A wallet without leases that are no more. */
    private Wallet current(ApiKey key) {
        Wallet wallet = wallet(key);
        return wallet.leases().stream().anyMatch(Lease::isGone) ? newWallet(key, clock.instant()) : wallet;
    }

    /** Sets an amount aside if that can be done at once. */
    Optional<Hold> tryReserve(ApiKey key, long amount) {
        Wallet wallet = wallet(key);
        if (closing || !wallet.reserve(amount)) {
            return Optional.empty();
        }
        for (int i = 0; i < wallet.leases().size(); i++) {
            if (wallet.leases().get(i).isThirsty()) {
                wakeUp();
                break;
            }
        }
        return Optional.of(new Hold(wallet.leases(), amount));
    }

    /** Sets an amount aside as soon as the store has been asked. Completed by the thread that asks it. */
    CompletableFuture<Outcome> reserve(ApiKey key, long amount) {
        long nanos = System.nanoTime();
        Wallet wallet = current(key);
        for (int i = 0; i < wallet.leases().size(); i++) {
            Lease lease = wallet.leases().get(i);
            Optional<Lease.Refusal> refusal = lease.refused(amount, nanos);
            if (refusal.isPresent() && lease.available() < amount) {
                return CompletableFuture.completedFuture(refusal.get().outcome());
            }
        }
        if (closing || waitingCount.incrementAndGet() > MOST_WAITING) {
            return CompletableFuture.completedFuture(new Outcome.Unknown(
                    closing ? "this gateway is ending" : "too many requests wait for their budget"));
        }
        Waiter waiter = new Waiter(key, amount, nanos + terms.patience().toNanos());
        arriving.add(waiter);
        wakeUp();
        return waiter.outcome;
    }

    private void wakeUp() {
        if (awake.compareAndSet(false, true)) {
            wake.release();
        }
    }

    /** Hands back at the next occasion all that lies idle, because budgets have changed. */
    void recall() {
        recall.set(true);
    }

    private void run() {
        while (!closing) {
            try {
                long rest = waiting.isEmpty() ? nextTick - System.nanoTime() : RETRY;
                boolean _ = wake.tryAcquire(Math.max(0, rest), TimeUnit.NANOSECONDS);
            } catch (InterruptedException _) {
                // asked to end; closing says so
            }
            wake.drainPermits();
            // after the permits, so that who comes now leaves one
            awake.set(false);
            try {
                step();
            } catch (StoaException e) {
                failed(e);
            } catch (RuntimeException e) {
                failed(new StoaException(StoaException.Kind.BUG, "the policy's store failed: " + e, e));
            }
        }
    }

    private void failed(StoaException e) {
        long nanos = System.nanoTime();
        if (nextComplaint - nanos <= 0) {
            nextComplaint = nanos + COMPLAINTS;
            LOG.log(System.Logger.Level.WARNING, "spending cannot be written now: {0}", e.sentence());
        }
        for (Iterator<Waiter> each = waiting.iterator(); each.hasNext(); ) {
            Waiter waiter = each.next();
            if (waiter.deadline - nanos <= 0) {
                each.remove();
                end(waiter, new Outcome.Unknown("the store of budgets cannot be asked now"));
            }
        }
    }

    private void end(Waiter waiter, Outcome outcome) {
        waitingCount.decrementAndGet();
        waiter.outcome.complete(outcome);
    }

    private void step() {
        long nanos = System.nanoTime();
        boolean tick = nextTick - nanos <= 0;
        if (tick) {
            nextTick = nanos + terms.writeBack().toNanos();
        }
        for (Waiter waiter = arriving.poll(); waiter != null; waiter = arriving.poll()) {
            waiting.add(waiter);
        }
        serve();
        if (tick) {
            doChores(nanos);
        }
        exchange(nanos, tick);
        serve();
        refuseOrWait(nanos);
    }

    private void doChores(long nanos) {
        for (Chore chore : chores) {
            if (chore.next - nanos <= 0) {
                chore.next = nanos + chore.every.toNanos();
                chore.work.run();
            }
        }
    }

    private void serve() {
        for (Iterator<Waiter> each = waiting.iterator(); each.hasNext(); ) {
            Waiter waiter = each.next();
            Wallet wallet = current(waiter.key);
            if (wallet.reserve(waiter.amount)) {
                each.remove();
                end(waiter, new Outcome.Held(new Hold(wallet.leases(), waiter.amount)));
            }
        }
    }

    private void exchange(long nanos, boolean tick) {
        Instant now = clock.instant();
        Map<Lease, Long> needs = needs();
        Set<Account> giveBack = tick ? toGiveBack(now) : Set.of();
        List<Lease> concerned = new ArrayList<>();
        List<Exchange> exchanges = new ArrayList<>();
        for (Lease lease : leases.values().stream()
                .sorted(Comparator.comparing(Lease::account))
                .toList()) {
            long needed = needs.getOrDefault(lease, 0L);
            long need = Math.max(0, needed - lease.available());
            boolean over = tick && isOver(lease.account(), now);
            boolean idle = tick && lease.idle(nanos) >= terms.idle().toNanos();
            if (needed == 0 && (over || idle || giveBack.contains(lease.account()))) {
                lease.takeBack();
            }
            if (need > 0 || lease.isThirsty() || (tick && lease.isDirty()) || (over && lease.isOpen())) {
                concerned.add(lease);
                exchanges.add(
                        lease.exchange(need, !over && (need > 0 || lease.isThirsty()), over, nanos, terms.share()));
            } else if (over && lease.endIfEmpty()) {
                forget(lease);
            }
        }
        if (!exchanges.isEmpty()) {
            apply(concerned, exchanges, store.exchange(gateway, now, exchanges));
        }
    }

    private void apply(List<Lease> concerned, List<Exchange> exchanges, List<Holding> holdings) {
        for (int i = 0; i < holdings.size(); i++) {
            Lease lease = concerned.get(i);
            lease.apply(exchanges.get(i), holdings.get(i));
            if (lease.isGone()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "this gateway was taken for dead; what it held of {0} was counted as spent",
                        lease.account());
                leases.remove(lease.account(), lease);
                wallets.clear();
            } else if (exchanges.get(i).last() && lease.endIfEmpty()) {
                forget(lease);
            }
        }
    }

    private void forget(Lease lease) {
        leases.remove(lease.account(), lease);
        lease.freeSlot();
    }

    private Map<Lease, Long> needs() {
        Map<Lease, Long> needs = new HashMap<>();
        for (Waiter waiter : waiting) {
            for (Lease lease : current(waiter.key).leases()) {
                needs.merge(lease, waiter.amount, (a, b) -> Math.min(Budget.GREATEST, a + b));
            }
        }
        return needs;
    }

    /** Accounts whose idle money others want, or all of them when budgets have changed. */
    private Set<Account> toGiveBack(Instant now) {
        boolean any = leases.values().stream().anyMatch(lease -> lease.available() > 0);
        if (recall.getAndSet(false)) {
            return Set.copyOf(leases.keySet());
        }
        return any ? new HashSet<>(store.wanted(gateway, now)) : Set.of();
    }

    /** Whether a window has ended, some time ago: a request that was just reading the clock may still come. */
    private static boolean isOver(Account account, Instant now) {
        return !account.period().window(now.minus(GRACE)).equals(account.window())
                && !account.period().window(now).equals(account.window());
    }

    private void refuseOrWait(long nanos) {
        for (Iterator<Waiter> each = waiting.iterator(); each.hasNext(); ) {
            Waiter waiter = each.next();
            boolean late = waiter.deadline - nanos <= 0;
            Wallet wallet = current(waiter.key);
            for (int i = 0; i < wallet.leases().size(); i++) {
                Lease lease = wallet.leases().get(i);
                Optional<Holding> known = lease.holding();
                if (lease.available() < waiter.amount && known.isPresent()) {
                    Holding holding = known.get();
                    boolean mayCome = holding.others() > 0 || holding.free() + lease.available() >= waiter.amount;
                    if (late || !mayCome) {
                        each.remove();
                        end(
                                waiter,
                                refusal(
                                        waiter.amount,
                                        lease,
                                        holding,
                                        wallet.budgets().get(i)));
                        break;
                    }
                }
            }
        }
    }

    private static Outcome refusal(long amount, Lease lease, Holding holding, Budget budget) {
        boolean returning = holding.spent() + amount <= budget.limit().value();
        Outcome.Empty outcome = new Outcome.Empty(lease.account(), budget.limit(), returning);
        lease.refuse(new Lease.Refusal(amount, System.nanoTime() + REMEMBERED, outcome));
        return outcome;
    }

    /** Writes back and hands back everything. What is still set aside is charged: nobody will say what it cost. */
    @Override
    public void close() {
        closing = true;
        wakeUp();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        for (Waiter waiter = arriving.poll(); waiter != null; waiter = arriving.poll()) {
            waiting.add(waiter);
        }
        waiting.forEach(waiter -> end(waiter, new Outcome.Unknown("this gateway is ending")));
        waiting.clear();
        try {
            store.retire(gateway, book::taken);
            book.close();
        } catch (StoaException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "spending could not be written ({0}); it will be when a gateway starts here again",
                    e.sentence());
            book.leave();
        }
    }

    /** Settles what gateways that were killed on this machine have left. */
    static int recover(Path folder, PolicyStore store) {
        return LeaseBook.readLeft(
                folder,
                left -> store.retire(left.gateway(), slot -> left.reading().taken(slot)));
    }
}
