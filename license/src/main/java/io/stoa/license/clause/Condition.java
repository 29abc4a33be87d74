package io.stoa.license.clause;

import static java.util.Objects.requireNonNull;

import io.stoa.model.IntendedUse.Distribution;
import java.time.LocalDate;
import java.util.Optional;
import java.util.Set;

/** Something about a use that is true, false or unknown. */
public sealed interface Condition {
    /** The use is commercial, or is not. */
    record Commercial(boolean value) implements Condition {}

    /** The model reaches its users in one of these ways. */
    record Distributed(Set<Distribution> ways) implements Condition {
        public Distributed {
            ways = Set.copyOf(ways);
        }
    }

    /** The weights are changed, quantization included, or are not. */
    record Modified(boolean value) implements Condition {}

    /** Outputs train or improve other models, or do not. */
    record OutputsTrainModels(boolean value) implements Condition {}

    /** The model takes more than text, or does not. */
    record Multimodal(boolean value) implements Condition {}

    /** The licensee is domiciled in the European Union. */
    record InEuropeanUnion() implements Condition {}

    /**
     * A number about the licensee lies beyond a limit.
     *
     * @param metric what is counted
     * @param limit the limit
     * @param inclusive whether the limit itself already lies beyond it
     * @param test when it is tested
     * @param date the day of a one-off test, when the text says which
     */
    record Beyond(Metric metric, long limit, boolean inclusive, Test test, Optional<LocalDate> date)
            implements Condition {
        public Beyond {
            requireNonNull(metric, "metric");
            requireNonNull(test, "test");
            requireNonNull(date, "date");
            if (limit < 1) {
                throw new IllegalArgumentException("a limit must be positive: " + limit);
            }
        }

        /** Whether a number lies beyond the limit. */
        public boolean isBeyond(long number) {
            return inclusive ? number >= limit : number > limit;
        }
    }

    /** What a limit counts, of licensee and affiliates together. */
    enum Metric {
        MONTHLY_ACTIVE_USERS("monthly active users"),
        /** In US dollars. */
        ANNUAL_REVENUE("US dollars of annual revenue");

        private final String words;

        Metric(String words) {
            this.words = words;
        }

        /** In words, for a person. */
        public String words() {
            return words;
        }
    }

    /** When a limit is tested. */
    enum Test {
        /** Once, for the time before a fixed day. */
        ONE_OFF,
        /** At all times. */
        CONTINUOUS
    }
}
