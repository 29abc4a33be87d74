/**
 * What both the benchmark and the judge of pipelines count by: paired comparisons, tests that are read together, rankings
 * held against judgements, and several answers to one item. Pure functions of what was seen.
 */
@NullMarked
package io.stoa.model.measure;

import org.jspecify.annotations.NullMarked;
