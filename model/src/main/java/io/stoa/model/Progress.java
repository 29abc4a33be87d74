package io.stoa.model;

/** Hears how far a long piece of work has come. Called from the working thread; must be quick and must not throw. */
@FunctionalInterface
public interface Progress {
    /** A progress that nobody watches. */
    Progress NONE = (done, total) -> {};

    /** Says that {@code done} of {@code total} steps are done. */
    void at(long done, long total);
}
