package io.stoa.model;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * How the model is to be used, as far as licences ask. What is absent is unknown, and unknown is never read as allowed.
 *
 * @param purpose what for, in a person's words
 * @param commercial whether the use is commercial
 * @param distribution how the model reaches its users
 * @param monthlyActiveUsers of licensee and affiliates together
 * @param annualRevenue of licensee and affiliates together, in US dollars
 * @param territories ISO 3166 codes (and {@code EU}) of where the licensee is domiciled; empty when not said
 * @param modification what is done to the weights
 * @param outputsTrainModels whether outputs are used to train or improve other models
 */
public record IntendedUse(
        String purpose,
        Optional<Boolean> commercial,
        Optional<Distribution> distribution,
        OptionalLong monthlyActiveUsers,
        OptionalLong annualRevenue,
        Set<String> territories,
        Optional<Modification> modification,
        Optional<Boolean> outputsTrainModels) {

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

    public IntendedUse {
        requireNonNull(purpose, "purpose");
        requireNonNull(commercial, "commercial");
        requireNonNull(distribution, "distribution");
        requireNonNull(modification, "modification");
        requireNonNull(outputsTrainModels, "outputsTrainModels");
        // Sorted, so that equal uses print and digest alike in every process.
        territories = Collections.unmodifiableSortedSet(new TreeSet<>(territories));
        if (monthlyActiveUsers.isPresent() && monthlyActiveUsers.getAsLong() < 0) {
            throw new IllegalArgumentException("monthly-active-users is negative: " + monthlyActiveUsers.getAsLong());
        }
        if (annualRevenue.isPresent() && annualRevenue.getAsLong() < 0) {
            throw new IllegalArgumentException("annual-revenue is negative: " + annualRevenue.getAsLong());
        }
    }
}
