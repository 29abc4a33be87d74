package io.stoa.inspect;

import static java.util.Objects.requireNonNull;

import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Observation;
import io.stoa.inspect.observation.Outcome;
import io.stoa.inspect.parentage.Parentage;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What an examination came to.
 *
 * @param observations each check of each file
 * @param parentage whether the weights are derived from the base, where one was given and both have weights
 */
public record Inspection(List<Observation> observations, Optional<Parentage> parentage) {
    public Inspection {
        observations = List.copyOf(observations);
        requireNonNull(parentage, "parentage");
        if (observations.isEmpty()) {
            throw new IllegalArgumentException("an inspection observes something");
        }
    }

    /** The worst outcome: whoever reads only this reads nothing as clean that is not. */
    public Outcome outcome() {
        return observations.stream()
                .map(Observation::outcome)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** Those of one outcome. */
    public List<Observation> of(Outcome outcome) {
        return observations.stream()
                .filter(observation -> observation.outcome() == outcome)
                .toList();
    }

    /** The worst outcome of one check; empty where it was not asked. */
    public Optional<Outcome> of(Check check) {
        return observations.stream()
                .filter(observation -> observation.check() == check)
                .map(Observation::outcome)
                .max(Comparator.naturalOrder());
    }
}
