/**
 * Which candidate for which class of device, how fast by the bound of its memory's bandwidth, and what the fleet costs.
 */
@NullMarked
package io.stoa.edge.fleet;

import org.jspecify.annotations.NullMarked;
