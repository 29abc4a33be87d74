/**
 * Bundles: an OCI layout with the media types of the CNCF ModelPack, the same bytes each time it is built, and deltas
 * between two of them.
 */
@NullMarked
package io.stoa.edge.bundle;

import org.jspecify.annotations.NullMarked;
