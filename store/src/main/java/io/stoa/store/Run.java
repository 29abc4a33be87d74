package io.stoa.store;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;

/**
 * One run of a plan.
 *
 * @param name what the user calls it
 * @param plan the digest of everything that is to be asked
 * @param started the entry that began it
 * @param since for {@link Ledger#recorder}: evidence counts when it lies after this sequence
 * @param resumed whether it goes on where an earlier process stopped
 */
public record Run(String name, Digest plan, EvidenceRef started, long since, boolean resumed) {
    public Run {
        requireNonNull(name, "name");
        requireNonNull(plan, "plan");
        requireNonNull(started, "started");
        if (since != 0 && since != started.sequence()) {
            throw new IllegalArgumentException("evidence counts from 0 or from the run's own start: " + since);
        }
    }
}
