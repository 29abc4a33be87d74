/**
 * Whether an intended use is allowed, with the clauses and facts that say so.
 *
 * <p>{@link io.stoa.license.use.UseExaminer} is a pure function from a lineage and an intended use to an {@link
 * io.stoa.license.use.Answer}. A fact that was not said is {@link io.stoa.license.use.Truth#UNKNOWN}; a clause that hangs on
 * it leaves the answer unknown. What no clause grants is unknown too, never allowed.
 */
@NullMarked
package io.stoa.license.use;

import org.jspecify.annotations.NullMarked;
