/**
 * Pillar three: which licence applies, and whether the intended use is allowed.
 *
 * <p>{@link io.stoa.license.LicensePillar} reads a candidate's claims ({@code lineage}), recognises licence texts ({@code
 * text}), looks up what the licences say ({@code clause}) and examines the use ({@code use}). Each package rests only on the
 * ones before it: text, clause, lineage, use. <em>Unknown</em> is an answer throughout, and is never read as permission: a
 * plausible wrong answer does more harm than none.
 */
@NullMarked
package io.stoa.license;

import org.jspecify.annotations.NullMarked;
