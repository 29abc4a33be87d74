package io.stoa.model;

import static java.util.Objects.requireNonNull;

/**
 * What is to be judged: a candidate for a workload on a machine under an intended use.
 *
 * @param candidate the model
 * @param workload what it is wanted for
 * @param machine where it is to run
 * @param use how it is to be used
 * @param disclosure what its user knows about it beside its files
 */
public record Subject(Candidate candidate, Workload workload, Machine machine, IntendedUse use, Disclosure disclosure) {
    public Subject(Candidate candidate, Workload workload, Machine machine, IntendedUse use) {
        this(candidate, workload, machine, use, Disclosure.NONE);
    }

    public Subject {
        requireNonNull(candidate, "candidate");
        requireNonNull(workload, "workload");
        requireNonNull(machine, "machine");
        requireNonNull(use, "use");
        requireNonNull(disclosure, "disclosure");
    }
}
