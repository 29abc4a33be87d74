package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

/**
 * One entry of a task's {@code metric_list}.
 *
 * @param name as written, such as {@code acc_norm}
 * @param aggregation from documents to one number
 * @param higherIsBetter which way is up
 * @param exactMatch what {@code exact_match} leaves out of account
 */
record Metric(String name, Aggregation aggregation, boolean higherIsBetter, ExactMatch exactMatch) {
    Metric {
        requireNonNull(name, "name");
        requireNonNull(aggregation, "aggregation");
        requireNonNull(exactMatch, "exactMatch");
    }
}
