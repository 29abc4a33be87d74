/**
 * How scores move over many runs: {@link io.stoa.benchmark.trend.Trend} puts the results of a folder in time order, and
 * {@link io.stoa.benchmark.trend.ChangePoints} says where a series changed, with a stated rate of false alarms.
 */
@NullMarked
package io.stoa.benchmark.trend;

import org.jspecify.annotations.NullMarked;
