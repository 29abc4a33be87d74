package io.stoa.license.use;

import static java.util.Objects.requireNonNull;

import io.stoa.license.lineage.Lineage;
import io.stoa.model.IntendedUse;
import io.stoa.model.IntendedUse.Modification;
import io.stoa.model.Role;
import io.stoa.model.StoaException;
import java.util.Map;
import java.util.Optional;

/**
 * A model in a stack.
 *
 * @param name what it is called, unlike any other of the stack
 * @param role what it does there
 * @param lineage where it comes from
 * @param own facts that hold of it in place of the stack's, such as that this model stays in house
 */
public record Part(String name, Role role, Lineage lineage, Map<Fact, String> own) {
    public Part {
        requireNonNull(role, "role");
        requireNonNull(lineage, "lineage");
        own = Map.copyOf(own);
        if (name.isBlank()) {
            throw new IllegalArgumentException("a model of a stack has a name");
        }
    }

    /**
     * How this model is used where the stack is used so. A role can only add to what is done: outputs of a teacher train,
     * and an adapter changes weights, whatever was said.
     *
     * @throws StoaException of kind {@code USER} when its own facts contradict each other
     */
    public IntendedUse use(IntendedUse stack) {
        IntendedUse use = own.isEmpty() ? stack : Fact.replaced(stack, own);
        return switch (role) {
            case TEACHER ->
                use.toBuilder().outputsTrainModels(Optional.of(true)).build();
            case ADAPTER -> {
                // not said may be merged, which says most against it
                Modification least = use.modification().isPresent() ? Modification.FINE_TUNED : Modification.MERGED;
                yield use.modification().equals(Optional.of(Modification.MERGED))
                        ? use
                        : use.toBuilder().modification(Optional.of(least)).build();
            }
            case GENERATOR, EMBEDDER, RERANKER, JUDGE, GUARD, DRAFT, TRANSDUCER -> use;
        };
    }
}
