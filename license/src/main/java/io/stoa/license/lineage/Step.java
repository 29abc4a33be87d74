package io.stoa.license.lineage;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One step of a lineage.
 *
 * @param relation what it is to the candidate
 * @param name what it is called, such as {@code meta-llama/Llama-3.1-8B}
 * @param claims what its sources say
 */
public record Step(Relation relation, String name, List<Claim> claims) {
    /** What a step is to the candidate. */
    public enum Relation {
        /** The model that it was made from. */
        BASE,
        /** A model whose outputs it was trained on: of its licence holds what it asks of such models. */
        TEACHER,
        /** The model that it is. */
        MODEL,
        /** Stoa's own quantization of it, which adds no licence and keeps all of them. */
        QUANTIZED
    }

    public Step {
        requireNonNull(relation, "relation");
        claims = List.copyOf(claims);
        if (name.isBlank()) {
            throw new IllegalArgumentException("a step of a lineage has a name");
        }
    }

    /** Which licence a step stands under, all its claims together. */
    public sealed interface Standing {
        /** The ids of all licences that hold, may be chosen or are possible. */
        default List<String> possibilities() {
            return this instanceof Open open ? open.possible() : licenses();
        }

        /** The ids that it is under, each once; of a choice all, and none where it is not known. */
        default List<String> licenses() {
            return switch (this) {
                case Settled(String license) -> List.of(license);
                case Compound compound ->
                    compound.alternatives().stream()
                            .flatMap(List::stream)
                            .distinct()
                            .toList();
                case Inherited(), Open _ -> List.of();
            };
        }

        /** Whether all those licences hold for certain. */
        default boolean isCertain() {
            return switch (this) {
                case Settled _, Inherited _ -> true;
                case Compound compound -> compound.alternatives().size() == 1;
                case Open _ -> false;
            };
        }

        /** All claims mean this licence. */
        record Settled(String license) implements Standing {}

        /**
         * Any of these may be chosen, and all licences of it then hold.
         *
         * @param alternatives ids, one alternative of several licences or several alternatives
         */
        record Compound(List<List<String>> alternatives) implements Standing {
            public Compound {
                alternatives = alternatives.stream().map(List::copyOf).toList();
            }

            /** As an SPDX expression. */
            public String expression() {
                return new SpdxExpression(alternatives).toString();
            }
        }

        /** It has none of its own. */
        record Inherited() implements Standing {}

        /**
         * It is not known.
         *
         * @param why a sentence
         * @param remedy what to do about it
         * @param possible the licences that some claim means
         */
        record Open(String why, String remedy, List<String> possible) implements Standing {
            public Open {
                possible = List.copyOf(possible);
            }
        }
    }

    /** Reconciles the claims. Every claim counts, no source outranks another, and a bare name never settles anything. */
    public Standing standing() {
        if (relation == Relation.QUANTIZED) {
            return new Standing.Inherited();
        }
        List<String> possible = meant(claims.stream().filter(claim -> claim.kind() != Claim.Kind.NAME));
        List<String> ids = possible.stream()
                .flatMap(license -> licenses(license).stream())
                .distinct()
                .toList();
        List<Claim> doubtful =
                claims.stream().filter(claim -> claim.doubt().isPresent()).toList();
        if (!doubtful.isEmpty()) {
            return new Standing.Open(
                    "the licence of %s is not known: %s"
                            .formatted(
                                    name,
                                    doubtful.stream()
                                            .map(claim -> claim.where() + " "
                                                    + claim.doubt().orElseThrow())
                                            .collect(Collectors.joining("; "))),
                    remedy(doubtful),
                    ids);
        }
        Optional<SpdxExpression> agreed = agreed();
        if (agreed.isEmpty() && !claims.isEmpty()) {
            return new Standing.Open(
                    "claims about the licence of %s contradict each other: %s"
                            .formatted(
                                    name,
                                    claims.stream()
                                            .map(claim -> claim.where() + " says " + claim.said() + ", that is "
                                                    + claim.license().orElseThrow())
                                            .collect(Collectors.joining("; "))),
                    "ask the publisher of %s which licence holds, and correct or remove the source that is wrong"
                            .formatted(name),
                    ids);
        }
        if (possible.isEmpty()) {
            return new Standing.Open(
                    claims.isEmpty()
                            ? "nothing says which licence %s is under".formatted(name)
                            : "only its name suggests which licence %s is under (%s)"
                                    .formatted(name, claims.getFirst().license().orElseThrow()),
                    relation == Relation.BASE || relation == Relation.TEACHER
                            ? "add the model card or LICENSE file of %s to the papers, in a folder named %s"
                                    .formatted(name, shortName())
                            : "add the model card or the LICENSE file to `card` or `licenses` of the model in stoa.yaml",
                    ids);
        }
        SpdxExpression holds = agreed.orElseThrow();
        return holds.isCompound()
                ? new Standing.Compound(holds.alternatives())
                : new Standing.Settled(possible.getFirst());
    }

    private String remedy(List<Claim> doubtful) {
        boolean origin = doubtful.stream()
                .allMatch(claim -> claim.kind() == Claim.Kind.ORIGIN || claim.kind() == Claim.Kind.EVIDENCE);
        return origin
                ? "ask the publisher of %s what it was made from".formatted(name)
                : "have a lawyer read what is said in %s, or name a source that states the licence that holds"
                        .formatted(
                                doubtful.stream().map(Claim::source).distinct().collect(Collectors.joining(" and ")));
    }

    /**
     * What all claims agree on: one licence, or an expression of which files that hold licence texts name parts, as they do
     * beside a choice. Whatever else speaks must mean the whole.
     */
    private Optional<SpdxExpression> agreed() {
        List<String> meant = meant(claims.stream());
        if (meant.size() == 1) {
            return Optional.of(expression(meant.getFirst()));
        }
        List<String> said = meant(claims.stream().filter(claim -> claim.kind() != Claim.Kind.TEXT));
        if (said.size() != 1) {
            return Optional.empty();
        }
        SpdxExpression whole = expression(said.getFirst());
        boolean parts = whole.isCompound()
                && meant.stream().allMatch(license -> whole.licenses().containsAll(licenses(license)));
        return parts ? Optional.of(whole) : Optional.empty();
    }

    private static SpdxExpression expression(String meant) {
        return SpdxExpression.parse(meant).orElseGet(() -> new SpdxExpression(List.of(List.of(meant))));
    }

    private static List<String> licenses(String meant) {
        return expression(meant).licenses();
    }

    /** The name without its publisher. */
    String shortName() {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static List<String> meant(Stream<Claim> claims) {
        return claims.flatMap(claim -> claim.license().stream()).distinct().toList();
    }
}
