/**
 * What is measured of the gateway itself: Prometheus metrics and OpenTelemetry spans by the conventions for
 * generative AI.
 */
@NullMarked
package io.stoa.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
