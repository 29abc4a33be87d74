package io.stoa.license.clause;

import static java.util.Objects.requireNonNull;

import io.stoa.model.IntendedUse.Distribution;
import io.stoa.model.IntendedUse.Domain;
import io.stoa.model.IntendedUse.Entity;
import java.time.LocalDate;
import java.util.List;
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

    /** Outputs train or improve a model of a family other than these, which the licence names its own. */
    record OutputsTrainOthers(Set<String> own) implements Condition {
        public OutputsTrainOthers {
            own = Set.copyOf(own);
            if (own.isEmpty()) {
                throw new IllegalArgumentException("others than which family?");
            }
        }
    }

    /** Outputs train or improve a model of this family. */
    record OutputsTrainFamily(String family) implements Condition {
        public OutputsTrainFamily {
            requireNonNull(family, "family");
        }
    }

    /** The model takes more than text, or does not. */
    record Multimodal(boolean value) implements Condition {}

    /** The licensee is domiciled in the European Union. */
    record InEuropeanUnion() implements Condition {}

    /** The licensee is domiciled, or the model used, in one of these: ISO 3166 alpha-2 codes, or {@code EU}. */
    record InTerritory(Set<String> codes) implements Condition {
        public InTerritory {
            codes = Set.copyOf(codes);
        }
    }

    /** The licensee is one of these. */
    record EntityIs(Set<Entity> kinds) implements Condition {
        public EntityIs {
            kinds = Set.copyOf(kinds);
        }
    }

    /** The use touches one of these fields. */
    record InDomain(Set<Domain> domains) implements Condition {
        public InDomain {
            domains = Set.copyOf(domains);
        }
    }

    /** The model is used in production, or only to test or to do research. */
    record Production(boolean value) implements Condition {}

    /** The licensee is registered with the licensor, or is not. */
    record Registered(boolean value) implements Condition {}

    /** Safety measures are removed or weakened without a comparable replacement, or are not. */
    record GuardrailsWeakened(boolean value) implements Condition {}

    /** Another model is trained to perform alike, or none is. */
    record Distilled(boolean value) implements Condition {}

    /** All conditions of at least one of these lists hold. */
    record AnyOf(List<List<Condition>> alternatives) implements Condition {
        public AnyOf {
            alternatives = alternatives.stream().map(List::copyOf).toList();
            if (alternatives.size() < 2) {
                throw new IllegalArgumentException("a choice has at least two alternatives");
            }
        }
    }

    /**
     * A number about the licensee lies beyond a limit.
     *
     * @param metric what is counted
     * @param limit the limit
     * @param inclusive whether the limit itself already lies beyond it
     * @param test when it is tested
     * @param date the day of a one-off test, when the text says which
     * @param of whose number counts
     */
    record Beyond(Metric metric, long limit, boolean inclusive, Test test, Optional<LocalDate> date, Whose of)
            implements Condition {
        public Beyond {
            requireNonNull(metric, "metric");
            requireNonNull(test, "test");
            requireNonNull(date, "date");
            requireNonNull(of, "of");
            if (limit < 1) {
                throw new IllegalArgumentException("a limit must be positive: " + limit);
            }
        }

        /** Whether a number lies beyond the limit. */
        public boolean isBeyond(long number) {
            return inclusive ? number >= limit : number > limit;
        }
    }

    /** What a limit counts. */
    enum Metric {
        MONTHLY_ACTIVE_USERS("monthly active users"),
        DAILY_ACTIVE_USERS("daily active users"),
        /** In US dollars. */
        ANNUAL_REVENUE("US dollars of annual revenue"),
        /** In US dollars. */
        MONTHLY_REVENUE("US dollars of monthly revenue");

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

    /** Whose numbers a limit counts. */
    enum Whose {
        PRODUCT,
        LICENSEE,
        LICENSEE_AND_AFFILIATES
    }
}
