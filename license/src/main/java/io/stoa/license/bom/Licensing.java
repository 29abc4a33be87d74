package io.stoa.license.bom;

import static java.util.Objects.requireNonNull;

import io.stoa.license.clause.Licenses;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.SpdxExpression;
import io.stoa.license.lineage.Step;
import io.stoa.model.StoaException;
import java.util.List;
import java.util.Optional;

/** Which licence a bill of materials may state for a step of a lineage. */
sealed interface Licensing {
    /**
     * A licence, or an expression of licences, that every source agrees on.
     *
     * @param named what it is
     * @param concluded whether Stoa reconciled sources it understands; otherwise it is repeated as the sources declare it
     */
    record Stated(Named named, boolean concluded) implements Licensing {}

    /**
     * Not known: nothing is stated.
     *
     * @param why a sentence
     */
    record NotKnown(String why) implements Licensing {}

    /** It has none of its own. */
    record Inherited() implements Licensing {}

    /** How a licence is written down. */
    sealed interface Named {
        /** A licence of SPDX's list. */
        record Listed(String id) implements Named {}

        /**
         * A licence that the list does not have.
         *
         * @param reference its LicenseRef
         * @param name its full name
         * @param source where its text is published
         * @param link an address of the text, when one is known
         */
        record Own(String reference, String name, String source, Optional<String> link) implements Named {
            public Own {
                requireNonNull(link, "link");
            }
        }

        /** An expression of several ids. */
        record Expression(SpdxExpression expression) implements Named {}
    }

    /** Decides from a step's claims. */
    static Licensing of(Step step, Licenses licenses, SpdxList list) {
        return switch (step.standing()) {
            case Step.Standing.Settled(String license) ->
                known(license, licenses, list)
                        .<Licensing>map(named -> new Stated(named, true))
                        .orElseThrow(() -> StoaException.bug("a licence that nobody knows: " + license));
            case Step.Standing.Compound compound ->
                list.expression(compound.expression())
                        .<Licensing>map(expression -> new Stated(named(expression, list), true))
                        .orElseGet(() -> new NotKnown(compound.expression() + " is no expression of known ids"));
            case Step.Standing.Inherited() -> new Inherited();
            case Step.Standing.Open open ->
                declared(step, licenses, list)
                        .<Licensing>map(named -> new Stated(named, false))
                        .orElseGet(() -> new NotKnown(open.why()));
        };
    }

    /** What a claim means as a licence that may be written down, if anything. */
    static Optional<Named> of(Claim claim, Licenses licenses, SpdxList list) {
        return claim.license()
                .flatMap(license -> known(license, licenses, list))
                .or(() -> claim.kind() == Claim.Kind.DECLARED
                        ? list.expression(claim.said()).map(expression -> named(expression, list))
                        : Optional.empty());
    }

    /** A licence whose terms Stoa does not know, where SPDX does and all sources say the same. */
    private static Optional<Named> declared(Step step, Licenses licenses, SpdxList list) {
        List<Optional<Named>> meant = step.claims().stream()
                .map(claim -> of(claim, licenses, list))
                .distinct()
                .toList();
        boolean said = step.claims().stream().anyMatch(claim -> claim.kind() == Claim.Kind.DECLARED);
        return said && meant.size() == 1 ? meant.getFirst() : Optional.empty();
    }

    private static Named named(SpdxExpression expression, SpdxList list) {
        return list.license(expression.toString())
                .<Named>map(Named.Listed::new)
                .orElseGet(() -> new Named.Expression(expression));
    }

    /** A listed id, one of ours, or an expression of listed ones. */
    private static Optional<Named> known(String id, Licenses licenses, SpdxList list) {
        return list.license(id)
                .<Named>map(Named.Listed::new)
                .or(() -> licenses.find(id)
                        .map(license -> new Named.Own(
                                license.id(),
                                license.name(),
                                license.source(),
                                license.links().stream().findFirst().map(link -> "https://" + link))))
                .or(() -> list.expression(id).map(expression -> named(expression, list)));
    }
}
