/**
 * One step of a run, and where its result is kept: what agents and pipelines are carried out through, so that a process
 * that dies loses nothing and repeats no effect.
 */
@NullMarked
package io.stoa.integration.step;

import org.jspecify.annotations.NullMarked;
