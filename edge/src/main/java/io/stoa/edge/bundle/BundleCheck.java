package io.stoa.edge.bundle;

import static java.util.Objects.requireNonNull;

/** What came of verifying a bundle. */
public sealed interface BundleCheck {
    /** It is whole, and somebody who is trusted signed it. Whether it may be installed here is another question. */
    record Sound(VerifiedBundle bundle) implements BundleCheck {
        public Sound {
            requireNonNull(bundle, "bundle");
        }
    }

    /**
     * It must not be used.
     *
     * @param sentence why, for people, without naming the file
     */
    record Refused(Fault fault, String sentence) implements BundleCheck {
        public Refused {
            requireNonNull(fault, "fault");
            requireNonNull(sentence, "sentence");
        }
    }
}
