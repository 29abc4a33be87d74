/**
 * Finds out whether an endpoint does what it says: a battery of short questions over the OpenAI protocol, judged by the
 * protocol itself and, where the same model is at hand as a GGUF file, by what that answers.
 *
 * <p>A check that cannot be judged says so; a false alarm is as bad as a fault that is missed. Tolerances are those of
 * batch shapes: the same model on the same code moves a token's log-probability by up to 0.09 nats (Q4), so answers are
 * compared token by token only where the reference is surer than that.
 */
@NullMarked
package io.stoa.engine.doctor;

import org.jspecify.annotations.NullMarked;
