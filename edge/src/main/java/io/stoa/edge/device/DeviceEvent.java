package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;

/**
 * Something that happened to a device's bundles.
 *
 * @param kind what
 * @param bundle which it is about
 * @param running what runs since
 * @param why as a sentence
 * @param test what the self-test found
 */
public record DeviceEvent(
        Kind kind, Optional<String> bundle, Optional<String> running, String why, Optional<SelfTestReport> test) {
    public DeviceEvent {
        requireNonNull(kind, "kind");
        requireNonNull(bundle, "bundle");
        requireNonNull(running, "running");
        requireNonNull(why, "why");
        requireNonNull(test, "test");
    }

    /** What sorts of events there are. */
    public enum Kind {
        INSTALLED,
        REFUSED,
        ROLLED_BACK,
        /** A start found something that a crash or damage had left. */
        RECOVERED,
        STARTED;

        /** As it is written. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Hears of them. */
    @FunctionalInterface
    public interface Listener {
        void happened(DeviceEvent event);
    }
}
