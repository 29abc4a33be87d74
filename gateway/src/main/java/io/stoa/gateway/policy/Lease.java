package io.stoa.gateway.policy;

import io.stoa.gateway.policy.PolicyStore.Exchange;
import io.stoa.gateway.policy.PolicyStore.Holding;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A gateway's lease of one account. Reserving and settling are lock-free and may be done by any thread; what concerns the
 * store is done by one thread, see {@link Leases}.
 *
 * <p>With {@code held} as the store knows it, at rest {@code available = held - reserved - (settled - written)}. Whatever
 * a killed process leaves behind, the book's amount is at least what was reserved or settled: it is raised before a
 * reservation is told, and lowered only after it was settled.
 */
final class Lease {
    /** What is available of a lease that is no more: so little that nothing can be reserved. */
    private static final long GONE = Long.MIN_VALUE / 2;

    private static final int FIRST_EXTRA = 8;
    private static final long SOON = TimeUnit.SECONDS.toNanos(1);

    private final Account account;
    private final LeaseBook book;
    private final int slot;
    private final AtomicLong available = new AtomicLong();
    private final AtomicLong settled = new AtomicLong();
    private volatile boolean used;
    private volatile boolean thirsty;
    private volatile boolean gone;
    private volatile long low;
    private volatile Optional<Refusal> refusal = Optional.empty();

    // by the thread that talks to the store
    private boolean open;
    private long held;
    private long written;
    private long returned;
    private long returnedWritten;
    private long extra;
    private long asked;
    private long refilled;
    private long usedLast;
    private Optional<Holding> holding = Optional.empty();

    Lease(Account account, LeaseBook book, long nanos) {
        this.account = account;
        this.book = book;
        this.slot = book.open();
        this.usedLast = nanos;
        this.refilled = nanos - SOON;
    }

    /**
     * That the account was found empty a moment ago.
     *
     * @param amount what could not be reserved
     * @param until until when that is taken for still true
     * @param outcome what was answered then
     */
    record Refusal(long amount, long until, Leases.Outcome outcome) {}

    Account account() {
        return account;
    }

    boolean isGone() {
        return gone;
    }

    long available() {
        return Math.max(0, available.get());
    }

    /** Sets an amount aside. Returns false, and does nothing, when there is not so much. */
    boolean reserve(long amount) {
        if (amount == 0) {
            return true;
        }
        long now;
        do {
            now = available.get();
            if (now < amount) {
                return false;
            }
        } while (!available.compareAndSet(now, now - amount));
        book.add(slot, amount);
        if (!used) {
            used = true;
        }
        if (now - amount < low) {
            thirsty = true;
        }
        return true;
    }

    /** Gives a reservation back as if it had not been. */
    void release(long amount) {
        settle(amount, 0);
    }

    /** Charges a cost to a reservation, and makes the rest available. */
    void settle(long reserved, long cost) {
        if (gone && reserved == 0) {
            return;
        }
        settled.addAndGet(cost);
        book.add(slot, cost - reserved);
        available.addAndGet(reserved - cost);
    }

    /** Whether more should be leased before it is needed. */
    boolean isThirsty() {
        return thirsty;
    }

    /** Whether an amount was refused so lately that asking again is pointless. */
    Optional<Refusal> refused(long amount, long nanos) {
        return refusal.filter(last -> amount >= last.amount() && last.until() - nanos > 0);
    }

    void refuse(Refusal reason) {
        refusal = Optional.of(reason);
    }

    /** Looks whether it was used since it was last asked so. Returns since when it was not, in nanoseconds. */
    long idle(long nanos) {
        if (used) {
            used = false;
            usedLast = nanos;
        }
        return nanos - usedLast;
    }

    /** Whether the store does not know yet what was spent or handed back. */
    boolean isDirty() {
        return settled.get() != written || returned != returnedWritten;
    }

    /** Whether the store has it. */
    boolean isOpen() {
        return open;
    }

    /** Takes all that is available out, to hand it back. */
    void takeBack() {
        long now = available.get();
        while (now > 0 && !available.compareAndSet(now, 0)) {
            now = available.get();
        }
        if (now > 0) {
            returned += now;
            // the store will have what was lacking here
            refusal = Optional.empty();
        }
        low = 0;
    }

    /**
     * What the store is to be told and asked.
     *
     * @param need what is needed beyond what is available
     * @param refill whether a stock is wanted as well
     * @param last whether the lease is to end when it is empty
     */
    Exchange exchange(long need, boolean refill, boolean last, long nanos, int share) {
        asked = 0;
        if (refill) {
            long start = Math.min(Budget.GREATEST, Math.max(need, 1) * FIRST_EXTRA);
            extra = nanos - refilled < SOON ? Math.min(Budget.GREATEST / 2, extra) * 2 : Math.max(extra / 2, start);
            extra = Math.min(extra, holding.map(answer -> limit(answer) / share).orElse(extra));
            refilled = nanos;
            asked = extra;
        }
        return new Exchange(account, slot, open, settled.get(), returned, need, asked, last);
    }

    private static long limit(Holding holding) {
        return holding.held() + holding.spent() + holding.others() + holding.free();
    }

    /** Takes in what the store answered. */
    void apply(Exchange sent, Holding answer) {
        thirsty = false;
        holding = Optional.of(answer);
        if (answer.forfeited()) {
            end();
            return;
        }
        long expected = held - (sent.settled() - written) - (sent.returned() - returnedWritten);
        long granted = answer.held() - expected;
        open = true;
        held = answer.held();
        written = sent.settled();
        returnedWritten = sent.returned();
        available.addAndGet(granted);
        // near the end of the money stocks are refused, and asking for them at each request would only cost
        low = asked > 0 && granted >= sent.need() + asked ? asked / 4 : 0;
    }

    /** Ends a lease that holds nothing. Returns false when it does, or is being used. */
    boolean endIfEmpty() {
        boolean empty = held == 0 && !isDirty() && available.compareAndSet(0, GONE);
        if (empty) {
            end();
        }
        return empty;
    }

    private void end() {
        available.getAndSet(GONE);
        gone = true;
    }

    /** Gives its slot back; only when the store has forgotten it and nothing is reserved. */
    void freeSlot() {
        book.free(slot);
    }

    Optional<Holding> holding() {
        return holding;
    }
}
