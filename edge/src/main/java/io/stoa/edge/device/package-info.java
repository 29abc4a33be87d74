/**
 * What happens on a device: two slots, verified before the switch, tested after it, rolled back when the test fails.
 */
@NullMarked
package io.stoa.edge.device;

import org.jspecify.annotations.NullMarked;
