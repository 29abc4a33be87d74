/**
 * YAML that people write for the planning commands: bounded, with the place of every mistake.
 *
 * <p>{@link io.stoa.hardware.input.YamlPart} is one mapping of a file with its lines. Whoever reads it asks for each
 * key by its type and bounds and ends with {@link io.stoa.hardware.input.YamlPart#only}, so that a misspelt key is
 * refused rather than passed over. Figures carry their units in the text, {@code 80 GiB} or {@code 3350 GB/s} ({@link
 * io.stoa.hardware.input.Dimension}): a bare number could mean anything, and megabytes have been taken for gigabytes
 * before.
 */
@NullMarked
package io.stoa.hardware.input;

import org.jspecify.annotations.NullMarked;
