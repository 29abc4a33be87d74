package io.stoa.gateway.policy;

import static java.util.Objects.requireNonNull;

import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.IntFunction;

/**
 * Where keys, budgets and spending are kept. Safe for several threads, processes and gateways.
 *
 * <p>Money moves in three steps, and at every moment {@code spent + leased <= limit} for each account:
 *
 * <ol>
 *   <li>a gateway leases a slice of an account, in one transaction;
 *   <li>it spends from the slice in its memory;
 *   <li>it writes back what was spent, which moves from leased to spent, and hands back what is left.
 * </ol>
 *
 * What a gateway reports are running totals, never differences. So a report whose answer was lost can be sent again, and
 * a lease together with the {@link LeaseBook} of a killed gateway says exactly what it had spent.
 *
 * <p>Every method throws {@link StoaException}: {@code RESOURCES} when the store cannot be reached, is full or may not be
 * written, {@code USER} when it is of another making.
 */
public interface PolicyStore extends AutoCloseable {
    /** Adds a key. Refuses one whose name is taken. */
    void create(ApiKey key);

    /** Takes a key back. Returns false when there is none of that name, or it has been taken back before. */
    boolean revoke(String id, Instant now);

    /** All keys and budgets. */
    Policy policy();

    /** The revision of {@link #policy()}. */
    long revision();

    /** Sets or changes a budget. What is leased from it at that moment may still be spent. */
    void set(Budget budget);

    /** Removes a budget. Returns false when there was none. */
    boolean remove(BudgetOwner owner, Period period);

    /** What was spent, for all accounts that anything was ever leased from. */
    List<Spending> spending();

    /** Says that a gateway is alive, and counts those that have said so lately. */
    Presence present(String gateway, Instant now, Duration lately);

    /**
     * Reports spending, hands money back and leases more, for several accounts in one transaction.
     *
     * @return one holding for each, in the order given
     */
    List<Holding> exchange(String gateway, Instant now, List<Exchange> exchanges);

    /** The accounts that a gateway holds leases of and that another one found empty. */
    List<Account> wanted(String gateway, Instant now);

    /**
     * Ends all leases of a gateway that is dead or about to end.
     *
     * @param taken by slot of its book, the total that was set aside or settled from a lease; where it is not known, all
     *     of the lease counts as spent
     */
    void retire(String gateway, IntFunction<OptionalLong> taken);

    /**
     * Ends the leases of all gateways that have not been seen for long and left no book: all of them counts as spent. Should
     * such a gateway still live, it can go on spending what it has leased, which is paid for.
     *
     * @return how many gateways
     */
    int forfeit(Instant unseenSince);

    @Override
    void close();

    /**
     * What happened to an account.
     *
     * @param spent what was spent and written back
     * @param leased what gateways hold: set aside, spent but not yet written back, or free
     */
    record Spending(Account account, Micros spent, Micros leased) {}

    /**
     * A gateway among others.
     *
     * @param rank its place, from 0
     * @param count how many there are, with itself
     */
    record Presence(int rank, int count) {
        public static final Presence ALONE = new Presence(0, 1);

        public Presence {
            if (rank < 0 || rank >= count) {
                throw new IllegalArgumentException("not a place among " + count + ": " + rank);
            }
        }
    }

    /**
     * What a gateway reports of its lease of an account and wants.
     *
     * @param slot the lease's slot in the gateway's book; -1 for none
     * @param open whether the gateway has this lease already
     * @param settled total that was settled from this lease, in micros
     * @param returned total that was handed back from it, in micros
     * @param need what is needed now, in micros
     * @param extra what would be good to have beyond that; granted less and less of as the money runs out
     * @param last whether the lease is to end, if nothing is left of it
     */
    record Exchange(
            Account account, int slot, boolean open, long settled, long returned, long need, long extra, boolean last) {
        public Exchange {
            requireNonNull(account, "account");
            if (settled < 0 || returned < 0 || need < 0 || extra < 0) {
                throw new IllegalArgumentException("amounts are not negative");
            }
        }
    }

    /**
     * What a gateway has of an account now.
     *
     * @param held what is left of its lease, in micros
     * @param spent of the account, by all gateways, written back
     * @param others what other gateways hold
     * @param free what nobody holds
     * @param forfeited the gateway was taken for dead: what it held was counted as spent, and the lease is no more
     */
    record Holding(Account account, long held, long spent, long others, long free, boolean forfeited) {}

    /**
     * Opens a store, and creates it when there is none.
     *
     * @param address {@code sqlite:PATH} or {@code postgresql://USER@HOST:PORT/DATABASE}
     * @param environment where a password may be, see {@link PostgresPolicyStore}
     */
    static PolicyStore open(String address, Map<String, String> environment) {
        if (address.startsWith("sqlite:")) {
            return SqlitePolicyStore.open(Path.of(address.substring("sqlite:".length())));
        }
        if (address.startsWith("postgresql://") || address.startsWith("postgres://")) {
            return PostgresPolicyStore.open(address, environment);
        }
        throw StoaException.user(
                "a store is sqlite:PATH or postgresql://USER@HOST:PORT/DATABASE; this begins with neither");
    }
}
