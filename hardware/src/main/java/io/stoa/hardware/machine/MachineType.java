package io.stoa.hardware.machine;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.cost.Price;
import io.stoa.model.Bytes;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A machine that one may buy or rent, by its makers' figures. What nobody has said is empty, and whoever needs it
 * answers "unknown".
 *
 * @param name what people call it
 * @param kind what sort of device the figures are of
 * @param memory the memory of one device
 * @param bandwidth bytes per second that its memory gives at most
 * @param compute operations per second at most, dense, by precision
 * @param power watts under load (the maker's limit)
 * @param idlePower watts without load
 * @param link bytes per second to the next device of its kind, each way
 * @param cache the bytes of its largest cache, which may be read faster than memory
 * @param devices how many of them there are in one machine at most
 * @param hourly what an hour of one device costs
 * @param purchase what one device costs
 * @param source where the figures were read
 */
public record MachineType(
        String name,
        Kind kind,
        Bytes memory,
        OptionalDouble bandwidth,
        Map<Precision, Double> compute,
        OptionalDouble power,
        OptionalDouble idlePower,
        OptionalDouble link,
        Optional<Bytes> cache,
        int devices,
        Optional<Price> hourly,
        Optional<Price> purchase,
        String source) {

    /** What sort of device it is. */
    public enum Kind {
        /** An accelerator with memory of its own. */
        GPU,
        /** A processor socket with its memory. */
        CPU,
        /** One memory for processor and graphics. */
        UNIFIED
    }

    public MachineType {
        requireNonNull(kind, "kind");
        requireNonNull(memory, "memory");
        requireNonNull(bandwidth, "bandwidth");
        requireNonNull(power, "power");
        requireNonNull(idlePower, "idlePower");
        requireNonNull(link, "link");
        requireNonNull(cache, "cache");
        requireNonNull(hourly, "hourly");
        requireNonNull(purchase, "purchase");
        if (name.isBlank() || source.isBlank()) {
            throw new IllegalArgumentException("a machine needs a name and a source: '" + name + "', '" + source + "'");
        }
        if (memory.count() == 0 || devices < 1) {
            throw new IllegalArgumentException("a machine needs memory and at least one device: " + name);
        }
        compute = compute.isEmpty() ? Map.of() : Map.copyOf(new EnumMap<>(compute));
    }

    /** The peak in a precision, operations per second. */
    public OptionalDouble peak(Precision... precisions) {
        return Arrays.stream(precisions)
                .filter(compute::containsKey)
                .mapToDouble(precision -> compute.getOrDefault(precision, 0.0))
                .max();
    }

    /** The peak in whichever precision is fastest: no kernel computes faster. */
    public OptionalDouble fastestPeak() {
        return peak(Precision.values());
    }

    /** The peak that kernels for 16-bit activations use; that of 32 bits where there is no other. */
    public OptionalDouble usualPeak() {
        OptionalDouble half = peak(Precision.FP16);
        return half.isPresent() ? half : peak(Precision.FP32);
    }
}
