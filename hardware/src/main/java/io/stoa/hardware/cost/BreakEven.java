package io.stoa.hardware.cost;

import java.util.Locale;

/** When a machine of one's own has become cheaper than renting. */
public sealed interface BreakEven {
    /**
     * It has paid off.
     *
     * @param months from the purchase on
     * @param requests served until then
     * @param withinLife whether the machine still lives then; otherwise it must be bought again before it has paid off
     */
    record After(double months, double requests, boolean withinLife) implements BreakEven {}

    /** @param reason a clause that says why it never does */
    record Never(String reason) implements BreakEven {}

    /**
     * Sets the purchase and the running costs against the rent, month by month: months = purchase ÷ (rent − running).
     *
     * @param requestsPerMonth how much is asked; more machines are bought where one is not enough
     */
    static BreakEven of(OwnMachine own, Rent rent, double requestsPerMonth) {
        if (!(requestsPerMonth > 0 && requestsPerMonth < 1e15)) {
            throw new IllegalArgumentException("requests per month must be positive: " + requestsPerMonth);
        }
        Money running = own.running(requestsPerMonth);
        Money rented = rent.monthly(requestsPerMonth);
        Money saved = rented.minus(running);
        if (!saved.isPositive()) {
            return new Never(String.format(
                    Locale.ROOT, "running it costs %s a month, and renting %s", running, rented));
        }
        double months = own.purchase().times(own.machines(requestsPerMonth)).dividedBy(saved);
        return new After(months, months * requestsPerMonth, months <= own.lifetimeMonths());
    }

    /**
     * The fewest requests a month at which the machine, its loss of value included, costs no more than the rent; never,
     * where even its full load does not reach that. One machine is looked at: more of them repeat the same.
     */
    static BreakEven volume(OwnMachine own, Rent rent) {
        double full = own.requestsPerSecond() * 3600 * OwnMachine.HOURS_PER_MONTH;
        if (own.withDepreciation(full).compareTo(rent.monthly(full)) > 0) {
            return new Never(String.format(
                    Locale.ROOT,
                    "at full load (%.4g requests a month) it costs %s a month, and renting %s",
                    full,
                    own.withDepreciation(full),
                    rent.monthly(full)));
        }
        // The difference of the two is monotone in the volume but for whole rented machines; the least is bisected.
        double low = 0;
        double high = full;
        for (int i = 0; i < 80; i++) {
            double middle = (low + high) / 2;
            boolean cheaper = middle > 0 && own.withDepreciation(middle).compareTo(rent.monthly(middle)) <= 0;
            low = cheaper ? low : middle;
            high = cheaper ? middle : high;
        }
        return new After(own.lifetimeMonths(), high, true);
    }
}
