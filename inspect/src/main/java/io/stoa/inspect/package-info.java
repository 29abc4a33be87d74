/**
 * May this file be trusted: a model file or folder of a stranger, examined before anything loads it.
 *
 * <p>{@link io.stoa.inspect.Inspector} looks at a file or a folder and gives {@link io.stoa.inspect.observation.Observation
 * observations}: what was checked, how it came out, where, and what to do. Nothing is executed, unpickled or handed to
 * native code; templates run in the sandbox of {@code engine.chat}. What was not examined is said and never counts as
 * clean. Each package rests on the ones before it: observation; structure, pickle, numeric, tokenizer, template,
 * parentage.
 */
@NullMarked
package io.stoa.inspect;

import org.jspecify.annotations.NullMarked;
