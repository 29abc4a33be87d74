package io.stoa.hardware.cost;

import static java.util.Objects.requireNonNull;

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
                .plus(monthly.times(machines));
    }

    /** What a month costs with the machines' loss of value. */
    public Money withDepreciation(double requestsPerMonth) {
        return running(requestsPerMonth)
                .plus(purchase.minus(residual).times((double) machines(requestsPerMonth) / lifetimeMonths));
    }
}
