/**
 * Models behind an OpenAI-compatible endpoint: {@link io.stoa.engine.remote.RemoteEngine}.
 *
 * <p>The network and the server are not to be trusted: everything that arrives is bounded, nothing is followed, the key
 * goes nowhere but into one header, and each failure becomes a sentence that says which endpoint and what to do.
 */
@NullMarked
package io.stoa.engine.remote;

import org.jspecify.annotations.NullMarked;
