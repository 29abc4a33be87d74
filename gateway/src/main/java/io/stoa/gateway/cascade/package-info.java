/**
 * Which tier answers: a router that decides before generation, signals that decide after it, certificates of what
 * that costs in quality, and a monitor that withdraws a certificate when the live traffic contradicts it.
 */
@NullMarked
package io.stoa.gateway.cascade;

import org.jspecify.annotations.NullMarked;
