package io.stoa.license.pack;

import static java.util.Objects.requireNonNull;

import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A step of a packed model's lineage: what was concluded, without the claims that it was concluded from.
 *
 * @param relation what it is to the model
 * @param name what it is called
 * @param license the id of its licence, when it is known
 * @param possible the ids of the licences that it may be under, when it is not
 */
record PackedStep(Step.Relation relation, String name, Optional<String> license, List<String> possible) {
    static final String SOURCE = "manifest";

    PackedStep {
        requireNonNull(relation, "relation");
        requireNonNull(license, "license");
        possible = List.copyOf(possible);
    }

    static PackedStep of(Step step) {
        return switch (step.standing()) {
            case Step.Standing.Settled(String license) ->
                new PackedStep(step.relation(), step.name(), Optional.of(license), List.of());
            case Step.Standing.Inherited() -> new PackedStep(step.relation(), step.name(), Optional.empty(), List.of());
            case Step.Standing.Open open ->
                new PackedStep(step.relation(), step.name(), Optional.empty(), open.possible());
        };
    }

    Step step() {
        if (relation == Step.Relation.QUANTIZED) {
            return new Step(relation, name, List.of());
        }
        List<Claim> claims = new ArrayList<>();
        license.ifPresent(id -> claims.add(claim(id, Optional.of(id), Optional.empty())));
        if (license.isEmpty()) {
            claims.add(claim(name, Optional.empty(), Optional.of("leaves open which licence holds")));
            possible.forEach(id -> claims.add(claim(id, Optional.of(id), Optional.empty())));
        }
        return new Step(relation, name, claims);
    }

    private static Claim claim(String said, Optional<String> license, Optional<String> doubt) {
        return new Claim(Claim.Kind.DECLARED, SOURCE, "license", said, license, doubt);
    }
}
