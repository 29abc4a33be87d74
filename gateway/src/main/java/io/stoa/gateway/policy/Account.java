package io.stoa.gateway.policy;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Comparator;

/**
 * One window of a budget: what spending is counted in.
 *
 * @param owner whose budget it is
 * @param period its period
 * @param window the window's name, see {@link Period#window}
 */
public record Account(BudgetOwner owner, Period period, String window) implements Comparable<Account> {
    private static final Comparator<Account> ORDER =
            Comparator.comparing(Account::owner).thenComparing(Account::period).thenComparing(Account::window);

    public Account {
        requireNonNull(owner, "owner");
        requireNonNull(period, "period");
        requireNonNull(window, "window");
    }

    static Account of(Budget budget, Instant now) {
        return new Account(budget.owner(), budget.period(), budget.period().window(now));
    }

    /** The one order in which all gateways lock accounts, so that none waits for another in a circle. */
    @Override
    public int compareTo(Account other) {
        return ORDER.compare(this, other);
    }
}
