package io.stoa.license.pack;

import static java.util.Objects.requireNonNull;

import io.stoa.license.use.StackAnswer;
import java.util.List;

/** What became of a request for a pack. */
public sealed interface Packing {
    /** A pack. */
    record Made(Pack pack) implements Packing {
        public Made {
            requireNonNull(pack, "pack");
        }
    }

    /** The licences forbid the use, so that there is nothing to ship. */
    record Forbidden(StackAnswer answer) implements Packing {}

    /** Whether the use is allowed is not known, and no partial pack was asked for. */
    record Unknown(StackAnswer answer) implements Packing {}

    /**
     * Something is lacking, and no partial pack was asked for.
     *
     * @param missing what, and where to get it, one sentence each
     */
    record Incomplete(List<String> missing) implements Packing {
        public Incomplete {
            missing = List.copyOf(missing);
        }
    }
}
