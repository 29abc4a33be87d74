package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Bytes;
import java.time.Clock;

/**
 * What a device is.
 *
 * @param platform such as {@code linux-x64}
 * @param memory how much it has for everything
 * @param clock what it takes for the time
 */
public record Surroundings(String platform, Bytes memory, Clock clock) {
    public Surroundings {
        requireNonNull(platform, "platform");
        requireNonNull(memory, "memory");
        requireNonNull(clock, "clock");
    }
}
