package io.stoa.model;

import static java.util.Objects.requireNonNull;

import java.time.LocalDate;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How the model is to be used, as far as licences ask. What is absent is unknown, and unknown is never read as allowed.
 *
 * <p>Counts of users are the highest of any month so far, so that they speak for a limit that is tested at all times and
 * for one that was tested once in the past; who was above a limit at another time than the tested one says so with {@link
 * #monthlyActiveUsersOn()}. The numbers of licensee and affiliates together are also the most that the product alone has.
 *
 * @param purpose what for, in a person's words
 * @param commercial whether the use is commercial
 * @param distribution how the model reaches its users
 * @param monthlyActiveUsers of licensee and affiliates together, in the highest month so far
 * @param annualRevenue of licensee and affiliates together, in US dollars
 * @param territories ISO 3166 codes (and {@code EU}) of where the licensee is domiciled and the model is used; empty when
 *     not said
 * @param modification what is done to the weights
 * @param outputsTrainModels whether outputs are used to train or improve other models
 * @param entity what kind of licensee it is
 * @param domains the fields of use that licences restrict and that this use touches; empty in the Optional when none
 * @param production whether it is used in production, and not only to test or to do research
 * @param domicile ISO 3166 code of where the licensee is domiciled, where that is only one of the territories
 * @param registered whether the licensee is registered with the licensor, where a licence asks for it
 * @param guardrailsWeakened whether safety measures are removed or weakened without a comparable replacement
 * @param distilled whether another model is trained to perform alike
 * @param outputsTrain the families that outputs train, such as {@code llama2}; empty when not said
 * @param productMonthlyActiveUsers of the product or service alone, in the highest month so far
 * @param monthlyActiveUsersOn by day: of licensee and affiliates together, in the calendar month before that day
 * @param dailyActiveUsers of licensee and affiliates together, on the highest day so far
 * @param monthlyRevenue of licensee and affiliates together, in US dollars, in the highest month of the last twelve
 */
public record IntendedUse(
        String purpose,
        Optional<Boolean> commercial,
        Optional<Distribution> distribution,
        OptionalLong monthlyActiveUsers,
        OptionalLong annualRevenue,
        Set<String> territories,
        Optional<Modification> modification,
        Optional<Boolean> outputsTrainModels,
        Optional<Entity> entity,
        Optional<Set<Domain>> domains,
        Optional<Boolean> production,
        Optional<String> domicile,
        Optional<Boolean> registered,
        Optional<Boolean> guardrailsWeakened,
        Optional<Boolean> distilled,
        Set<String> outputsTrain,
        OptionalLong productMonthlyActiveUsers,
        Map<LocalDate, Long> monthlyActiveUsersOn,
        OptionalLong dailyActiveUsers,
        OptionalLong monthlyRevenue) {

    /** How the model reaches its users. */
    public enum Distribution {
        /** Only inside the organization. */
        INTERNAL,
        /** Users reach it as a service; the weights stay in house. */
        HOSTED,
        /** The weights are shipped inside a product. */
        PRODUCT,
        /** The weights themselves are published or passed on. */
        WEIGHTS
    }

    /** What is done to the weights. */
    public enum Modification {
        NONE,
        QUANTIZED,
        FINE_TUNED,
        MERGED
    }

    /** What kind of licensee it is. */
    public enum Entity {
        INDIVIDUAL,
        COMPANY,
        NON_PROFIT,
        /** A university or another institution of research. */
        RESEARCH
    }

    /** Fields of use that licences restrict. */
    public enum Domain {
        MILITARY,
        WEAPONS,
        CRITICAL_INFRASTRUCTURE,
        /** Advice of a physician to a patient, or the reading of medical results. */
        MEDICAL_ADVICE,
        /** Law, medicine, finance and the like practised without the licence that it takes. */
        UNLICENSED_PRACTICE,
        LAW_ENFORCEMENT,
        /** The administration of justice. */
        JUSTICE,
        /** Immigration and asylum. */
        MIGRATION,
        /** Decisions about a person's rights that no person takes. */
        FULLY_AUTOMATED_DECISIONS,
        BIOMETRIC,
        SURVEILLANCE,
        /** Scoring of persons by their social behaviour or traits. */
        SOCIAL_SCORING,
        DISCRIMINATION,
        DISINFORMATION,
        /** Text passed off as written by a person. */
        UNDISCLOSED_MACHINE_TEXT,
        HARASSMENT,
        HARM_TO_MINORS,
        SEXUAL_CONTENT,
        MALWARE,
        PERSONAL_DATA_ABUSE,
        UNLAWFUL
    }

    /** A use of which only these facts are known. */
    public IntendedUse(
            String purpose,
            Optional<Boolean> commercial,
            Optional<Distribution> distribution,
            OptionalLong monthlyActiveUsers,
            OptionalLong annualRevenue,
            Set<String> territories,
            Optional<Modification> modification,
            Optional<Boolean> outputsTrainModels) {
        this(
                purpose,
                commercial,
                distribution,
                monthlyActiveUsers,
                annualRevenue,
                territories,
                modification,
                outputsTrainModels,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                OptionalLong.empty(),
                new TreeMap<>(),
                OptionalLong.empty(),
                OptionalLong.empty());
    }

    public IntendedUse {
        requireNonNull(purpose, "purpose");
        requireNonNull(commercial, "commercial");
        requireNonNull(distribution, "distribution");
        requireNonNull(modification, "modification");
        requireNonNull(outputsTrainModels, "outputsTrainModels");
        requireNonNull(entity, "entity");
        requireNonNull(production, "production");
        requireNonNull(domicile, "domicile");
        requireNonNull(registered, "registered");
        requireNonNull(guardrailsWeakened, "guardrailsWeakened");
        requireNonNull(distilled, "distilled");
        // Sorted, so that equal uses print and digest alike in every process.
        territories = Collections.unmodifiableSortedSet(new TreeSet<>(territories));
        domains = domains.map(all -> Collections.unmodifiableSortedSet(new TreeSet<>(all)));
        outputsTrain = Collections.unmodifiableSortedSet(new TreeSet<>(outputsTrain));
        monthlyActiveUsersOn = Collections.unmodifiableSortedMap(new TreeMap<>(monthlyActiveUsersOn));
        refuseNegative("monthly-active-users", monthlyActiveUsers);
        refuseNegative("annual-revenue", annualRevenue);
        refuseNegative("product-monthly-active-users", productMonthlyActiveUsers);
        refuseNegative("daily-active-users", dailyActiveUsers);
        refuseNegative("monthly-revenue", monthlyRevenue);
        refuseMore(
                "product-monthly-active-users", productMonthlyActiveUsers, "monthly-active-users", monthlyActiveUsers);
        refuseMore("daily-active-users", dailyActiveUsers, "monthly-active-users", monthlyActiveUsers);
        refuseMore("monthly-revenue", monthlyRevenue, "annual-revenue", annualRevenue);
        for (Map.Entry<LocalDate, Long> count : monthlyActiveUsersOn.entrySet()) {
            OptionalLong number = OptionalLong.of(count.getValue());
            refuseNegative("monthly-active-users-on", number);
            refuseMore(
                    "monthly-active-users-on " + count.getKey(),
                    number,
                    "monthly-active-users (of the highest month so far)",
                    monthlyActiveUsers);
        }
        boolean elsewhere = !territories.isEmpty() && !territories.contains("EU");
        if (elsewhere && domicile.isPresent() && !territories.contains(domicile.get())) {
            throw new IllegalArgumentException(
                    "domicile is %s, which is not among the territories %s".formatted(domicile.get(), territories));
        }
        if (distilled.equals(Optional.of(true)) && outputsTrainModels.equals(Optional.of(false))) {
            throw new IllegalArgumentException("distilled is true, but outputs-train-models is false");
        }
        if (!outputsTrain.isEmpty() && outputsTrainModels.equals(Optional.of(false))) {
            throw new IllegalArgumentException(
                    "outputs-train names " + outputsTrain + ", but outputs-train-models is false");
        }
    }

    private static void refuseNegative(String name, OptionalLong number) {
        if (number.isPresent() && number.getAsLong() < 0) {
            throw new IllegalArgumentException(name + " is negative: " + number.getAsLong());
        }
    }

    private static void refuseMore(String part, OptionalLong number, String whole, OptionalLong most) {
        if (number.isPresent() && most.isPresent() && number.getAsLong() > most.getAsLong()) {
            throw new IllegalArgumentException(
                    "%s is %d, more than %s, which is %d".formatted(part, number.getAsLong(), whole, most.getAsLong()));
        }
    }

    /** A use of which nothing is known yet but what for. */
    public static Builder of(String purpose) {
        return new Builder(purpose);
    }

    /** A builder that holds the facts of this use. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Facts put together one by one; checked when the use is built. Not safe to share. */
    public static final class Builder {
        private final String purpose;
        private Optional<Boolean> commercial = Optional.empty();
        private Optional<Distribution> distribution = Optional.empty();
        private OptionalLong monthlyActiveUsers = OptionalLong.empty();
        private OptionalLong annualRevenue = OptionalLong.empty();
        private Set<String> territories = Set.of();
        private Optional<Modification> modification = Optional.empty();
        private Optional<Boolean> outputsTrainModels = Optional.empty();
        private Optional<Entity> entity = Optional.empty();
        private Optional<Set<Domain>> domains = Optional.empty();
        private Optional<Boolean> production = Optional.empty();
        private Optional<String> domicile = Optional.empty();
        private Optional<Boolean> registered = Optional.empty();
        private Optional<Boolean> guardrailsWeakened = Optional.empty();
        private Optional<Boolean> distilled = Optional.empty();
        private Set<String> outputsTrain = Set.of();
        private OptionalLong productMonthlyActiveUsers = OptionalLong.empty();
        private Map<LocalDate, Long> monthlyActiveUsersOn = new TreeMap<>();
        private OptionalLong dailyActiveUsers = OptionalLong.empty();
        private OptionalLong monthlyRevenue = OptionalLong.empty();

        private Builder(String purpose) {
            this.purpose = purpose;
        }

        private Builder(IntendedUse use) {
            this.purpose = use.purpose;
            this.commercial = use.commercial;
            this.distribution = use.distribution;
            this.monthlyActiveUsers = use.monthlyActiveUsers;
            this.annualRevenue = use.annualRevenue;
            this.territories = use.territories;
            this.modification = use.modification;
            this.outputsTrainModels = use.outputsTrainModels;
            this.entity = use.entity;
            this.domains = use.domains;
            this.production = use.production;
            this.domicile = use.domicile;
            this.registered = use.registered;
            this.guardrailsWeakened = use.guardrailsWeakened;
            this.distilled = use.distilled;
            this.outputsTrain = use.outputsTrain;
            this.productMonthlyActiveUsers = use.productMonthlyActiveUsers;
            this.monthlyActiveUsersOn = use.monthlyActiveUsersOn;
            this.dailyActiveUsers = use.dailyActiveUsers;
            this.monthlyRevenue = use.monthlyRevenue;
        }

        public Builder commercial(Optional<Boolean> value) {
            this.commercial = value;
            return this;
        }

        public Builder distribution(Optional<Distribution> value) {
            this.distribution = value;
            return this;
        }

        public Builder monthlyActiveUsers(OptionalLong value) {
            this.monthlyActiveUsers = value;
            return this;
        }

        public Builder annualRevenue(OptionalLong value) {
            this.annualRevenue = value;
            return this;
        }

        public Builder territories(Set<String> value) {
            this.territories = value;
            return this;
        }

        public Builder modification(Optional<Modification> value) {
            this.modification = value;
            return this;
        }

        public Builder outputsTrainModels(Optional<Boolean> value) {
            this.outputsTrainModels = value;
            return this;
        }

        public Builder entity(Optional<Entity> value) {
            this.entity = value;
            return this;
        }

        public Builder domains(Optional<Set<Domain>> value) {
            this.domains = value;
            return this;
        }

        public Builder production(Optional<Boolean> value) {
            this.production = value;
            return this;
        }

        public Builder domicile(Optional<String> value) {
            this.domicile = value;
            return this;
        }

        public Builder registered(Optional<Boolean> value) {
            this.registered = value;
            return this;
        }

        public Builder guardrailsWeakened(Optional<Boolean> value) {
            this.guardrailsWeakened = value;
            return this;
        }

        public Builder distilled(Optional<Boolean> value) {
            this.distilled = value;
            return this;
        }

        public Builder outputsTrain(Set<String> value) {
            this.outputsTrain = value;
            return this;
        }

        public Builder productMonthlyActiveUsers(OptionalLong value) {
            this.productMonthlyActiveUsers = value;
            return this;
        }

        public Builder monthlyActiveUsersOn(Map<LocalDate, Long> value) {
            this.monthlyActiveUsersOn = value;
            return this;
        }

        public Builder dailyActiveUsers(OptionalLong value) {
            this.dailyActiveUsers = value;
            return this;
        }

        public Builder monthlyRevenue(OptionalLong value) {
            this.monthlyRevenue = value;
            return this;
        }

        /**
         * The use with these facts.
         *
         * @throws IllegalArgumentException when facts contradict each other
         */
        public IntendedUse build() {
            return new IntendedUse(
                    purpose,
                    commercial,
                    distribution,
                    monthlyActiveUsers,
                    annualRevenue,
                    territories,
                    modification,
                    outputsTrainModels,
                    entity,
                    domains,
                    production,
                    domicile,
                    registered,
                    guardrailsWeakened,
                    distilled,
                    outputsTrain,
                    productMonthlyActiveUsers,
                    monthlyActiveUsersOn,
                    dailyActiveUsers,
                    monthlyRevenue);
        }
    }
}
