package io.stoa.license.lineage;

import static java.util.Objects.requireNonNull;

import java.util.List;
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
        /** All claims mean this licence. */
        record Settled(String license) implements Standing {}

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
                    "have a lawyer read that source, or replace it with one that states the licence that holds",
                    possible);
        }
        if (meant(claims.stream()).size() > 1) {
            return new Standing.Open(
                    "claims about the licence of %s contradict each other: %s"
                            .formatted(
                                    name,
                                    claims.stream()
                                            .map(claim -> claim.where() + " says " + claim.said() + ", that is "
                                                    + claim.license().orElseThrow())
                                            .collect(Collectors.joining("; "))),
                    "ask the publisher which licence holds, and correct or remove the source that is wrong",
                    possible);
        }
        if (possible.isEmpty()) {
            return new Standing.Open(
                    claims.isEmpty()
                            ? "nothing says which licence %s is under".formatted(name)
                            : "only its name suggests which licence %s is under (%s)"
                                    .formatted(name, claims.getFirst().license().orElseThrow()),
                    relation == Relation.BASE
                            ? "add the model card or LICENSE file of %s to the papers, in a folder named %s"
                                    .formatted(name, shortName())
                            : "add the model card or the LICENSE file to `card` or `licenses` of the model in stoa.yaml",
                    possible);
        }
        return new Standing.Settled(possible.getFirst());
    }

    /** The name without its publisher. */
    String shortName() {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static List<String> meant(Stream<Claim> claims) {
        return claims.flatMap(claim -> claim.license().stream()).distinct().toList();
    }
}
