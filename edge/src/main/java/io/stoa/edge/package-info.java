/**
 * What leaves the house: bundles that are {@linkplain io.stoa.edge.sign signed}, {@linkplain io.stoa.edge.bundle made and
 * read}, {@linkplain io.stoa.edge.device installed and rolled back on a device}, and {@linkplain io.stoa.edge.fleet
 * planned for a fleet}.
 */
@NullMarked
package io.stoa.edge;

import org.jspecify.annotations.NullMarked;
