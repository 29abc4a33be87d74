/**
 * The roof: an OpenAI-compatible gateway that serves approved routes only. Vert.x passes bytes on event loops;
 * whatever blocks (the store, checks of files, the console) runs on virtual threads. A request goes key, policy,
 * route, tier, stream, record; every refusal and fallback is a record too.
 */
@NullMarked
package io.stoa.gateway;

import org.jspecify.annotations.NullMarked;
