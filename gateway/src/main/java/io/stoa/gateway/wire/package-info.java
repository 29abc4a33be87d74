/**
 * The protocol: what a request asks for, found in one pass over its bytes; what an answer used, found while it
 * streams by; errors in the shape that clients know; other protocols (responses, messages) told in chat completions.
 */
@NullMarked
package io.stoa.gateway.wire;

import org.jspecify.annotations.NullMarked;
