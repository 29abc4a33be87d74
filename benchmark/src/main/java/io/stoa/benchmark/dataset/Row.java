package io.stoa.benchmark.dataset;

import static java.util.Objects.requireNonNull;

import tools.jackson.databind.node.ObjectNode;

/**
 * One row of a dataset.
 *
 * @param values column to value, in the file's order; belongs to the row and is not to be changed
 */
public record Row(Place place, ObjectNode values) {
    public Row {
        requireNonNull(place, "place");
        requireNonNull(values, "values");
    }
}
