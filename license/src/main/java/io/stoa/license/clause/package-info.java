/**
 * What the known licences say, as data.
 *
 * <p>Each file {@code clauses/<name>.yaml} among the resources describes one licence: its id, the names and links it goes
 * by, and its clauses in our own words, each with the section it rests on and how it is known. A {@link
 * io.stoa.license.clause.Clause} takes effect under {@link io.stoa.license.clause.Condition}s about the use, thresholds
 * included; nothing about a licence is written in code. {@link io.stoa.license.clause.Licenses} reads them all and
 * recognises licence texts. These are readings, not legal advice: a lawyer signs off before they decide anything.
 */
@NullMarked
package io.stoa.license.clause;

import org.jspecify.annotations.NullMarked;
