/**
 * Waiting: what happens to times when requests come as they like.
 *
 * <p>{@link io.stoa.hardware.queue.RequestTrace} is who comes when with how many tokens: a Poisson process, a regular
 * one, or a recorded trace. {@link io.stoa.hardware.queue.ServerQueue} serves them first come, first served by servers
 * that do one at a time, {@link io.stoa.hardware.queue.BatchingQueue} by an engine that makes several answers at the
 * same time. {@link io.stoa.hardware.queue.QueueFormulas} has the closed forms that the simulation is held against.
 */
@NullMarked
package io.stoa.hardware.queue;

import org.jspecify.annotations.NullMarked;
