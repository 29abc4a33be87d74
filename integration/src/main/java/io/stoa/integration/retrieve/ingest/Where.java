package io.stoa.integration.retrieve.ingest;

import java.util.OptionalInt;

/**
 * Where something stands in a document, counted from 1: a page (also a slide), a line (also a row), or neither.
 */
public record Where(OptionalInt page, OptionalInt line) {
    public static final Where UNKNOWN = new Where(OptionalInt.empty(), OptionalInt.empty());

    public static Where page(int page) {
        return new Where(OptionalInt.of(page), OptionalInt.empty());
    }

    public static Where line(int line) {
        return new Where(OptionalInt.empty(), OptionalInt.of(line));
    }
}
