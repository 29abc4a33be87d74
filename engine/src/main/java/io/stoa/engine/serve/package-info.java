/**
 * One engine behind HTTP: the OpenAI protocol for everybody, and under {@code /stoa/} the engine's own calls without
 * loss, for {@link io.stoa.engine.supervised}.
 *
 * <p>Vert.x does the HTTP on one event loop; each call runs on a virtual thread, because engines block. Bodies, headers,
 * waiting writes and silence are bounded, since a caller may be slow, broken or hostile. What callers send is not logged.
 */
@NullMarked
package io.stoa.engine.serve;

import org.jspecify.annotations.NullMarked;
