package io.stoa.hardware.cost;

/**
 * What a machine draws.
 *
 * @param busyWatts under load
 * @param idleWatts without load; the same as under load where it is not known, which is the upper bound
 * @param overhead the building's power for each watt of the machine (power usage effectiveness, PUE), at least 1
 */
public record Energy(double busyWatts, double idleWatts, double overhead) {
    /** Watts of the largest racks, with room; beyond it a unit is wrong. */
    private static final double MOST_WATTS = 1e7;

    public Energy {
        if (!(busyWatts > 0 && busyWatts <= MOST_WATTS && idleWatts >= 0 && idleWatts <= busyWatts)) {
            throw new IllegalArgumentException(
                    "power must be positive, and idle power at most that under load: " + busyWatts + ", " + idleWatts);
        }
        if (!(overhead >= 1 && overhead <= 5)) {
            throw new IllegalArgumentException("power usage effectiveness lies between 1 and 5: " + overhead);
        }
    }

    /** Kilowatt-hours of an hour in which the machine is busy for a share of the time. */
    public double kilowattHours(double utilisation) {
        return (idleWatts + (busyWatts - idleWatts) * utilisation) * overhead / 1000;
    }

    /**
     * Kilowatt-hours per million tokens.
     *
     * @param tokensPerSecond while the machine is busy
     * @param utilisation the share of the time in which it is, in (0, 1]
     */
    public double kilowattHoursPerMillion(double tokensPerSecond, double utilisation) {
        return kilowattHours(utilisation) / (3600 * tokensPerSecond * utilisation) * 1e6;
    }
}
