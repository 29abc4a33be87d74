package io.stoa.license.pack;

import static java.util.Objects.requireNonNull;

import io.stoa.license.lineage.Lineage;
import io.stoa.license.use.Fact;
import io.stoa.license.use.Part;
import io.stoa.model.Role;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model that a pack is for.
 *
 * @param name what it is called in the pack
 * @param role what it does in the stack
 * @param identity what it is: {@code sha256:…} of its file or a pinned endpoint; absent when only licences were named
 * @param steps its lineage
 * @param multimodal whether it takes more than text, when that is known
 * @param facts facts that hold of it in place of the stack's, sorted
 */
record PackedModel(
        String name,
        Role role,
        Optional<String> identity,
        List<PackedStep> steps,
        Optional<Boolean> multimodal,
        Map<Fact, String> facts) {
    PackedModel {
        requireNonNull(name, "name");
        requireNonNull(role, "role");
        requireNonNull(identity, "identity");
        requireNonNull(multimodal, "multimodal");
        steps = List.copyOf(steps);
        Map<Fact, String> sorted = new EnumMap<>(Fact.class);
        sorted.putAll(facts);
        facts = Collections.unmodifiableMap(sorted);
    }

    static PackedModel of(Part part, Optional<String> identity) {
        return new PackedModel(
                part.name(),
                part.role(),
                identity,
                part.lineage().steps().stream().map(PackedStep::of).toList(),
                part.lineage().multimodal(),
                part.own());
    }

    /** The model as the examiners take it; throws {@link IllegalArgumentException} when it cannot be one. */
    Part part() {
        return new Part(
                name,
                role,
                new Lineage(steps.stream().map(PackedStep::step).toList(), Optional.empty(), multimodal),
                facts);
    }
}
