/**
 * What is measured of the gateway itself: {@link io.stoa.gateway.telemetry.Metrics} for Prometheus and {@link
 * io.stoa.gateway.telemetry.Spans} for OpenTelemetry, both by OpenTelemetry's conventions for generative AI, and a
 * Grafana dashboard ({@code grafana-dashboard.json} among the resources) that asks for these metrics.
 */
@NullMarked
package io.stoa.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
