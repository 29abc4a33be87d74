/**
 * Exact scorers: what an answer is worth, as pure functions of texts, log-probabilities and ranks. They know no task, no
 * model and no file.
 *
 * <p>Each follows one published definition, named in its Javadoc, and gives that implementation's numbers; the metric
 * cases and the trec_eval tests hold them to it. Texts are counted in Unicode code points, as Python does, never in
 * UTF-16 units.
 */
@NullMarked
package io.stoa.benchmark.metric;

import org.jspecify.annotations.NullMarked;
