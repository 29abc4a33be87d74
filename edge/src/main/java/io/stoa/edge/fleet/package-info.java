/**
 * Which model for which class of devices, how fast by the bound of its memory's bandwidth, what it draws, and what the
 * fleet costs beside a server.
 *
 * <p>{@link io.stoa.edge.fleet.FleetYaml} reads a fleet, whose devices may begin with a class of the {@link
 * io.stoa.edge.fleet.DeviceCatalogue}; {@link io.stoa.edge.fleet.FleetPlan} looks at each model on each class. Memory is
 * the hardware pillar's plan of llama.cpp's buffers ({@link io.stoa.edge.fleet.Fit}). Speed is the bound, bandwidth ÷
 * bytes read by a token, times the share of it that was measured on the class ({@link
 * io.stoa.edge.fleet.BandwidthShare}); what nobody measured is a wide interval, and what nobody declared is unknown.
 */
@NullMarked
package io.stoa.edge.fleet;

import org.jspecify.annotations.NullMarked;
