package io.stoa.license.use;

import static java.util.Objects.requireNonNull;

import io.stoa.license.clause.Clause;
import io.stoa.license.clause.Effect;
import io.stoa.license.clause.License;
import java.util.List;

/**
 * A duty that a use has.
 *
 * @param license whose duty it is
 * @param clause the clause that asks for it
 * @param steps the names of the steps of the lineage that stand under the licence
 * @param certain whether it is known to hold; otherwise a fact or the licence is not known, and it may hold
 */
public record Due(License license, Clause clause, List<String> steps, boolean certain) {
    public Due {
        requireNonNull(license, "license");
        steps = List.copyOf(steps);
        if (clause.effect() != Effect.DUTY) {
            throw new IllegalArgumentException("a clause that is " + clause.effect() + " is no duty: " + clause.says());
        }
    }
}
