/**
 * {@code stoa.yaml}: from text to checked values, or to a refusal that names file, line and column.
 *
 * <p>{@link io.stoa.assess.yaml.StoaYaml} holds the one description of the file's {@link io.stoa.assess.yaml.Shape}. The
 * {@link io.stoa.assess.yaml.ShapeChecker} holds a file against it, and the {@link io.stoa.assess.yaml.JsonSchema} that
 * editors use is written from it, so the two cannot disagree.
 */
@NullMarked
package io.stoa.assess.yaml;

import org.jspecify.annotations.NullMarked;
