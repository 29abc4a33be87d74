/**
 * What Stoa talks about, as values: candidates, workloads, machines, intended uses, evidence, findings and verdicts.
 *
 * <p>Everything here is a record, an enum or a sealed interface, checked when it is made, with the JDK as its only
 * dependency and no input or output. The pillars never import each other: they meet here. A {@link
 * io.stoa.model.Pillar} plans {@link io.stoa.model.Check}s for a {@link io.stoa.model.Subject}; a check records what it
 * saw through the {@link io.stoa.model.Recorder} (so that it survives a crash) and turns it into {@link
 * io.stoa.model.Finding}s, which are weighed into one {@link io.stoa.model.Verdict} per candidate.
 */
@NullMarked
package io.stoa.model;

import org.jspecify.annotations.NullMarked;
