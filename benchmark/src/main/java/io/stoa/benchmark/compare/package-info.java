/**
 * Sets answers that were given elsewhere against each other: {@link io.stoa.benchmark.compare.ResponseReader} reads them,
 * {@link io.stoa.benchmark.compare.Standings} ranks the models, with ties where the items cannot tell.
 */
@NullMarked
package io.stoa.benchmark.compare;

import org.jspecify.annotations.NullMarked;
