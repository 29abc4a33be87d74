/**
 * How small a model may get before the work suffers.
 *
 * <p>{@link io.stoa.hardware.quant.Ladder} makes the rungs of a model (Q8_0, Q6_K, … Q2_K) one file at a time, reads a
 * text on the base and on the rung, and stops as soon as the rung's distance from its base is known to be within the
 * {@link io.stoa.hardware.quant.Margins margins} or beyond them. The independent unit is a window of text, not a token:
 * neighbouring tokens share what they follow. Windows are read in a seeded random order and looked at after each one,
 * which {@link io.stoa.hardware.quant.MeanSequence} allows. The cheapest rung that is not inferior is named.
 *
 * <p>{@link io.stoa.hardware.quant.TensorMix} does the same inside one file: it measures what each layer's attention and
 * feed-forward lose by themselves, gives each the smallest type that the margin has room for, and measures the whole.
 *
 * <p>What others published ({@link io.stoa.hardware.quant.Priors}) is shown where nothing is measured, as declared.
 */
@NullMarked
package io.stoa.hardware.quant;

import org.jspecify.annotations.NullMarked;
