/**
 * What answers requests: endpoints that speak the OpenAI protocol, with deadlines, a retry budget, fallbacks before
 * the first byte, breakers that see failures inside streams, and hedging.
 */
@NullMarked
package io.stoa.gateway.upstream;

import org.jspecify.annotations.NullMarked;
