package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import java.time.Instant;
import java.util.Optional;

/**
 * What a device remembers.
 *
 * @param current the bundle that runs
 * @param previous the one before it, which is gone back to
 * @param trial whether the current one was switched to and has not passed its self-test yet
 * @param highest the newest bundle that was ever confirmed here: none below it is installed
 * @param signedTime the latest moment that a good signature vouches for: no clock may say less
 * @param clockTime the latest that this device's clock has said
 * @param note what happened last, as a sentence
 */
record DeviceState(
        Optional<Resident> current,
        Optional<Resident> previous,
        boolean trial,
        Optional<Highest> highest,
        Instant signedTime,
        Instant clockTime,
        String note) {
    static final DeviceState EMPTY = new DeviceState(
            Optional.empty(), Optional.empty(), false, Optional.empty(), Instant.EPOCH, Instant.EPOCH, "");

    DeviceState {
        requireNonNull(current, "current");
        requireNonNull(previous, "previous");
        requireNonNull(highest, "highest");
        requireNonNull(signedTime, "signedTime");
        requireNonNull(clockTime, "clockTime");
        requireNonNull(note, "note");
        if (current.isPresent()
                && previous.isPresent()
                && current.get().slot() == previous.get().slot()) {
            throw new IllegalArgumentException("two bundles in one slot");
        }
        if (trial && current.isEmpty()) {
            throw new IllegalArgumentException("a trial of nothing");
        }
    }

    /** A version with the bundle that had it. */
    record Highest(String version, Digest digest) {
        Highest {
            requireNonNull(digest, "digest");
        }

        BundleVersion number() {
            return new BundleVersion(version);
        }
    }

    /** The bundle that questions go to: while one is on trial, the one before it. */
    Optional<Resident> trusted() {
        return trial ? previous : current;
    }

    boolean refersTo(Slot slot) {
        return current.filter(each -> each.slot() == slot).isPresent()
                || previous.filter(each -> each.slot() == slot).isPresent();
    }

    DeviceState withoutPrevious() {
        return new DeviceState(current, Optional.empty(), trial, highest, signedTime, clockTime, note);
    }

    DeviceState trying(Resident next, String what) {
        return new DeviceState(
                Optional.of(next), current, true, highest, later(signedTime, next.created()), clockTime, what);
    }

    DeviceState confirmed(String what) {
        Resident kept = current.orElseThrow();
        Highest now = new Highest(kept.version(), kept.digest());
        boolean higher = highest.isEmpty() || highest.get().number().compareTo(now.number()) < 0;
        return new DeviceState(
                current, previous, false, higher ? Optional.of(now) : highest, signedTime, clockTime, what);
    }

    /** The previous bundle runs, and the one that ran is forgotten. */
    DeviceState goneBack(String what) {
        return new DeviceState(previous, Optional.empty(), false, highest, signedTime, clockTime, what);
    }

    /** The two change places: the one that ran may be gone back to in turn. */
    DeviceState swapped(String what) {
        return new DeviceState(previous, current, false, highest, signedTime, clockTime, what);
    }

    DeviceState atClock(Instant now) {
        return new DeviceState(current, previous, trial, highest, signedTime, later(clockTime, now), note);
    }

    static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
