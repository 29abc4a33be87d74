package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/** What became of an installation. Whatever it is, the device runs one whole and verified bundle, if it ever ran one. */
public sealed interface InstallOutcome {
    /** What runs now. */
    Optional<Resident> running();

    /**
     * The bundle runs, and has passed its self-test.
     *
     * @param before what ran before, which is kept to go back to
     */
    record Installed(Resident bundle, Optional<Resident> before, SelfTestReport test, List<String> notes)
            implements InstallOutcome {
        public Installed {
            requireNonNull(bundle, "bundle");
            requireNonNull(before, "before");
            requireNonNull(test, "test");
            notes = List.copyOf(notes);
        }

        @Override
        public Optional<Resident> running() {
            return Optional.of(bundle);
        }
    }

    /** The very bundle that runs already. */
    record Unchanged(Resident bundle) implements InstallOutcome {
        @Override
        public Optional<Resident> running() {
            return Optional.of(bundle);
        }
    }

    /** It was switched to, did not pass its self-test, and was gone back from. */
    record RolledBack(BundleFacts bundle, Optional<Resident> running, SelfTestReport test) implements InstallOutcome {
        public RolledBack {
            requireNonNull(bundle, "bundle");
            requireNonNull(running, "running");
            requireNonNull(test, "test");
        }
    }

    /**
     * It was not switched to.
     *
     * @param why as a sentence
     */
    record Refused(String why, Optional<Resident> running) implements InstallOutcome {
        public Refused {
            requireNonNull(why, "why");
            requireNonNull(running, "running");
        }
    }
}
