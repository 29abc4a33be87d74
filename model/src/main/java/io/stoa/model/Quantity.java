package io.stoa.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A number that a person is shown, together with how it is known.
 *
 * @param name what it is, in the field's terms, such as "generation throughput"
 * @param value the number, finite
 * @param unit its unit
 * @param interval its uncertainty, when there is one
 * @param n how many observations stand behind it, when it was measured
 * @param basis how it is known
 * @param by what produced it, such as "llama.cpp 0.5.0" or "Wilson interval, 95 %"
 * @param from what it was produced from, such as a file, its digest or an item set
 */
public record Quantity(
        String name,
        double value,
        Unit unit,
        Optional<Interval> interval,
        OptionalInt n,
        Basis basis,
        String by,
        String from) {

    /** The name of a file's size in bytes, as the report looks it up. */
    public static final String SIZE = "model size";

    /** The name of the memory that a candidate needs in total. */
    public static final String MEMORY = "memory needed";

    /** The name of the speed of generation, one stream. */
    public static final String GENERATION = "generation throughput";

    /** The name of the speed of reading a prompt, one stream. */
    public static final String PROMPT = "prompt throughput";

    /** The name of a task's score. */
    public static final String SCORE = "score";

    /** How a number is known. */
    public enum Basis {
        MEASURED,
        DERIVED,
        DECLARED
    }

    /** The units that are shown. */
    public enum Unit {
        /** A part of one, shown in percent. */
        SHARE,
        BYTES,
        TOKENS_PER_SECOND,
        SECONDS,
        NATS_PER_TOKEN,
        /** A probability such as a p-value. */
        PROBABILITY,
        COUNT
    }

    public Quantity {
        requireNonNull(name, "name");
        requireNonNull(unit, "unit");
        requireNonNull(interval, "interval");
        requireNonNull(n, "n");
        requireNonNull(basis, "basis");
        requireNonNull(by, "by");
        requireNonNull(from, "from");
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " must be finite: " + value);
        }
    }

    /** A measured score over an item set. */
    public static Quantity of(String name, Score score, String from) {
        return new Quantity(
                name,
                score.estimate(),
                Unit.SHARE,
                Optional.of(score.interval()),
                OptionalInt.of(score.n()),
                Basis.MEASURED,
                score.method() + " interval, confidence " + score.confidence(),
                from);
    }

    public static Quantity derived(String name, double value, Unit unit, String by, String from) {
        return new Quantity(name, value, unit, Optional.empty(), OptionalInt.empty(), Basis.DERIVED, by, from);
    }

    public static Quantity declared(String name, double value, Unit unit, String by, String from) {
        return new Quantity(name, value, unit, Optional.empty(), OptionalInt.empty(), Basis.DECLARED, by, from);
    }
}
