package io.stoa.hardware.cost;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/**
 * A machine of one's own.
 *
 * @param purchase what it costs to buy
 * @param residual what it is worth at the end of its life
 * @param lifetimeMonths over which it loses the difference, evenly
 * @param energy what it draws
 * @param perKilowattHour what a kilowatt-hour costs
 * @param monthly what it costs a month beside: staff, space, maintenance
 * @param requestsPerSecond what it can do
 */
public record OwnMachine(
        Money purchase,
        Money residual,
        int lifetimeMonths,
        Energy energy,
        Money perKilowattHour,
        Money monthly,
        double requestsPerSecond) {
    /** Hours of an average month, 365.25 · 24 ÷ 12. */
    public static final double HOURS_PER_MONTH = 730.5;

    public OwnMachine {
        requireNonNull(energy, "energy");
        if (purchase.compareTo(residual) < 0 || residual.amount().signum() < 0) {
            throw new IllegalArgumentException(
                    "what is left of a machine is worth between nothing and its price: " + residual);
        }
        if (lifetimeMonths < 1 || lifetimeMonths > 240) {
            throw new IllegalArgumentException("a machine lives between 1 and 240 months: " + lifetimeMonths);
        }
        if (perKilowattHour.amount().signum() < 0 || monthly.amount().signum() < 0) {
            throw new IllegalArgumentException("costs of a machine cannot be negative");
        }
        if (!(requestsPerSecond > 0)) {
            throw new IllegalArgumentException("a machine must do something: " + requestsPerSecond + " requests/s");
        }
    }

    /** How many of them a month's requests need. */
    public long machines(double requestsPerMonth) {
        return Math.max(1, (long) Math.ceil(requestsPerMonth / (requestsPerSecond * 3600 * HOURS_PER_MONTH) - 1e-9));
    }

    /** What a month costs without the purchase: energy, idle time included, and the monthly costs of each machine. */
    public Money running(double requestsPerMonth) {
        long machines = machines(requestsPerMonth);
        double utilisation = requestsPerMonth / (machines * requestsPerSecond * 3600 * HOURS_PER_MONTH);
        double hours = machines * HOURS_PER_MONTH;
        return perKilowattHour
                .times(hours * energy.kilowattHours(Math.min(1, utilisation)))
                .plus(monthly.times((double) machines));
    }

    /** What a month costs with the machines' loss of value. */
    public Money withDepreciation(double requestsPerMonth) {
        return running(requestsPerMonth)
                .plus(purchase.minus(residual).times((double) machines(requestsPerMonth) / lifetimeMonths));
    }

    /**
     * Sets the purchase and the running costs against the rent, month by month: months = purchase ÷ (rent − running).
     *
     * @param requestsPerMonth how much is asked; more machines are bought where one is not enough
     */
    public BreakEven breakEven(Rent rent, double requestsPerMonth) {
        if (!(requestsPerMonth > 0 && requestsPerMonth < 1e15)) {
            throw new IllegalArgumentException("requests per month must be positive: " + requestsPerMonth);
        }
        Money running = running(requestsPerMonth);
        Money rented = rent.monthly(requestsPerMonth);
        Money saved = rented.minus(running);
        if (!saved.isPositive()) {
            return new BreakEven.Never(
                    String.format(Locale.ROOT, "running it costs %s a month, and renting %s", running, rented));
        }
        double months = purchase.times((double) machines(requestsPerMonth)).dividedBy(saved);
        return new BreakEven.After(months, months * requestsPerMonth, months <= lifetimeMonths);
    }

    /**
     * The fewest requests a month at which the machine, its loss of value included, costs no more than the rent; never,
     * where even its full load does not reach that. One machine is looked at: more of them repeat the same.
     */
    public BreakEven breakEvenVolume(Rent rent) {
        double full = requestsPerSecond * 3600 * OwnMachine.HOURS_PER_MONTH;
        if (withDepreciation(full).compareTo(rent.monthly(full)) > 0) {
            return new BreakEven.Never(String.format(
                    Locale.ROOT,
                    "at full load (%.4g requests a month) it costs %s a month, and renting %s",
                    full,
                    withDepreciation(full),
                    rent.monthly(full)));
        }
        // The difference of the two is monotone in the volume but for whole rented machines; the least is bisected.
        double low = 0;
        double high = full;
        for (int i = 0; i < 80; i++) {
            double middle = (low + high) / 2;
            boolean cheaper = middle > 0 && withDepreciation(middle).compareTo(rent.monthly(middle)) <= 0;
            low = cheaper ? low : middle;
            high = cheaper ? middle : high;
        }
        return new BreakEven.From(high);
    }
}
