package io.stoa.benchmark.dataset;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * Where a row stands.
 *
 * @param number of the line where it starts, or of the row in its file; both from 1
 */
public record Place(Path file, Unit unit, long number) {
    /** What is counted. */
    public enum Unit {
        /** Lines, in text. */
        LINE,
        /** Rows, in formats without lines. */
        ROW
    }

    public Place {
        requireNonNull(file, "file");
        requireNonNull(unit, "unit");
        if (number < 1) {
            throw new IllegalArgumentException(file + ": numbers start at 1: " + number);
        }
    }

    static Place line(Path file, long number) {
        return new Place(file, Unit.LINE, number);
    }

    static Place row(Path file, long number) {
        return new Place(file, Unit.ROW, number);
    }

    /** As errors name it: {@code file:12}, or {@code file: row 12}. */
    @Override
    public String toString() {
        return switch (unit) {
            case LINE -> file + ":" + number;
            case ROW -> file + ": row " + number;
        };
    }
}
