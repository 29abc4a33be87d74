package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.cost.Energy;
import io.stoa.model.Interval;
import java.util.Optional;

/**
 * What one device draws.
 *
 * @param joulesPerToken of generation: watts under load ÷ tokens per second
 * @param kilowattHoursPerDay with the day's requests, idle hours included; empty where it is not known how many there are
 */
public record EnergyUse(Interval joulesPerToken, Optional<Interval> kilowattHoursPerDay) {
    static final double SECONDS_PER_DAY = 86_400;
    private static final double HOURS_PER_DAY = 24;

    public EnergyUse {
        requireNonNull(joulesPerToken, "joulesPerToken");
        requireNonNull(kilowattHoursPerDay, "kilowattHoursPerDay");
    }

    /** Empty where the device's power or the speed is not known. */
    static Optional<EnergyUse> of(DeviceClass device, DecodeSpeed speed, Workload workload) {
        return speed instanceof DecodeSpeed.Estimated known
                ? device.power().map(power -> of(power, known, workload))
                : Optional.empty();
    }

    private static EnergyUse of(DeviceClass.Power power, DecodeSpeed.Estimated speed, Workload workload) {
        Interval joules = new Interval(
                power.busy() / speed.tokensPerSecond().high(),
                power.busy() / speed.tokensPerSecond().low());
        Optional<Interval> day = busyShare(speed, workload)
                .map(share -> new Interval(
                        HOURS_PER_DAY * least(power).kilowattHours(Math.min(1, share.low())),
                        HOURS_PER_DAY * most(power).kilowattHours(Math.min(1, share.high()))));
        return new EnergyUse(joules, day);
    }

    /** Where idle power is not known it is nothing at best. */
    static Energy least(DeviceClass.Power power) {
        return new Energy(power.busy(), power.idle().orElse(0), 1);
    }

    /** And that under load at worst. */
    static Energy most(DeviceClass.Power power) {
        return new Energy(power.busy(), power.idle().orElse(power.busy()), 1);
    }

    /** The share of a day in which a device works; above 1 it cannot. */
    static Optional<Interval> busyShare(DecodeSpeed.Estimated speed, Workload workload) {
        if (workload.requestsPerDay().isEmpty()) {
            return Optional.empty();
        }
        Interval seconds = speed.requestSeconds(workload);
        double perDay = workload.requestsPerDay().getAsDouble() / SECONDS_PER_DAY;
        return Optional.of(new Interval(perDay * seconds.low(), perDay * seconds.high()));
    }
}
