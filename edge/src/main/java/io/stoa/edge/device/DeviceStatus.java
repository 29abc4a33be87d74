package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a device stands.
 *
 * @param current what runs
 * @param previous what can be gone back to
 * @param trial whether the current one has not passed its self-test: the next start goes back unless that is under way
 * @param busy whether an installation or a rollback is under way
 * @param highest the newest version that was ever confirmed
 * @param signedTime the latest moment that a signature vouches for
 * @param note what happened last
 * @param problems what is wrong; for a person
 */
public record DeviceStatus(
        Optional<Resident> current,
        Optional<Resident> previous,
        boolean trial,
        boolean busy,
        Optional<String> highest,
        Instant signedTime,
        String note,
        List<String> problems) {
    public DeviceStatus {
        requireNonNull(current, "current");
        requireNonNull(previous, "previous");
        requireNonNull(highest, "highest");
        requireNonNull(signedTime, "signedTime");
        requireNonNull(note, "note");
        problems = List.copyOf(problems);
    }
}
