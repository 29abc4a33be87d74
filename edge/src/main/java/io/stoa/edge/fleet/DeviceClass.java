package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.cost.Price;
import io.stoa.hardware.machine.MachineType;
import io.stoa.model.Bytes;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Devices of one make, of which a fleet has some number. What nobody has said is empty, and whoever needs it answers
 * "unknown".
 *
 * @param name what people call it
 * @param memory what is soldered or plugged in
 * @param reserve what the operating system and everything else on the device keep of it
 * @param bandwidth bytes per second that its memory gives at most
 * @param cache its last cache, which may be read faster
 * @param power what it draws
 * @param accelerator what computes beside the processor
 * @param measured answers that were timed on it, by whom and where
 * @param count how many there are
 * @param price what one costs
 * @param known how each figure is known, by its key: {@code declared}, {@code measured} or {@code assumed}, and by what
 */
public record DeviceClass(
        String name,
        Bytes memory,
        Bytes reserve,
        OptionalDouble bandwidth,
        Optional<Bytes> cache,
        Optional<Power> power,
        Optional<Accelerator> accelerator,
        List<MeasuredSpeed> measured,
        int count,
        Optional<Price> price,
        Map<String, String> known) {
    /** The largest last cache of such devices, where a device's own is not given: a claim gets the benefit of the doubt. */
    private static final Bytes LARGEST_CACHE = Bytes.mebibytes(128);

    /**
     * Watts.
     *
     * @param busy while it generates
     * @param idle otherwise; empty where it is not known
     */
    public record Power(double busy, OptionalDouble idle) {
        public Power {
            requireNonNull(idle, "idle");
            if (!(busy > 0) || idle.orElse(0) < 0 || idle.orElse(0) > busy) {
                throw new IllegalArgumentException(
                        "power must be positive, and idle power at most that under load: " + busy + ", " + idle);
            }
        }
    }

    public DeviceClass {
        requireNonNull(bandwidth, "bandwidth");
        requireNonNull(cache, "cache");
        requireNonNull(power, "power");
        requireNonNull(accelerator, "accelerator");
        requireNonNull(price, "price");
        measured = List.copyOf(measured);
        known = Collections.unmodifiableMap(new TreeMap<>(known));
        if (name.isBlank() || count < 1) {
            throw new IllegalArgumentException("a class of devices has a name and at least one device: " + name);
        }
        if (memory.compareTo(reserve) <= 0) {
            throw new IllegalArgumentException(
                    name + " has " + memory + ", of which the operating system keeps " + reserve + ": nothing is left");
        }
    }

    /** What a model and its engine may take. */
    public Bytes room() {
        return new Bytes(memory.count() - reserve.count());
    }

    /** The same as the hardware pillar describes machines, for its bounds. */
    public MachineType machine() {
        return new MachineType(
                name,
                MachineType.Kind.UNIFIED,
                memory,
                bandwidth,
                Map.of(),
                power.map(each -> OptionalDouble.of(each.busy())).orElse(OptionalDouble.empty()),
                power.map(Power::idle).orElse(OptionalDouble.empty()),
                OptionalDouble.empty(),
                cache.or(() -> Optional.of(LARGEST_CACHE)),
                1,
                Optional.empty(),
                price,
                known.getOrDefault("memory", "not said"));
    }
}
