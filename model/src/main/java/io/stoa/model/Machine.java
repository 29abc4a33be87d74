package io.stoa.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A machine that a model is to run on.
 *
 * @param name what people call it
 * @param memory the memory that a process may use: for a measured machine the smaller of RAM and cgroup limit
 * @param available the part of it that is free now, when measured
 * @param cores the processor cores that a process may use
 * @param processor the processor's name, for people
 * @param measured whether this is the machine at hand, so that speed can be measured on it
 * @param by how this is known, such as "/proc/meminfo, cgroup v2" or "stoa.yaml"
 * @param hourly what an hour of it costs, when somebody said so
 */
public record Machine(
        String name,
        Bytes memory,
        Optional<Bytes> available,
        int cores,
        String processor,
        boolean measured,
        String by,
        Optional<HourlyPrice> hourly) {
    public Machine {
        requireNonNull(name, "name");
        requireNonNull(memory, "memory");
        requireNonNull(available, "available");
        requireNonNull(processor, "processor");
        requireNonNull(by, "by");
        requireNonNull(hourly, "hourly");
        if (cores < 1) {
            throw new IllegalArgumentException("cores of " + name + " must be positive: " + cores);
        }
    }

    /** A machine without a price. */
    public Machine(
            String name,
            Bytes memory,
            Optional<Bytes> available,
            int cores,
            String processor,
            boolean measured,
            String by) {
        this(name, memory, available, cores, processor, measured, by, Optional.empty());
    }

    /** The same machine at a price. */
    public Machine at(Optional<HourlyPrice> price) {
        return new Machine(name, memory, available, cores, processor, measured, by, price);
    }
}
