package io.stoa.license.lineage;

import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A declared licence, in the shape that model cards and GGUF metadata share: an id, and for licences without one {@code
 * other} with a name and a link.
 *
 * @param source the file
 * @param place where in it
 * @param id the declared id
 * @param name the declared name
 * @param link the declared address
 */
record Declaration(String source, String place, String id, Optional<String> name, Optional<String> link) {
    static final String OTHER = "other";

    /** What it means. An id, a name and a link that mean different licences make different claims. */
    List<Claim> claims(Licenses licenses) {
        List<Claim> claims = new ArrayList<>();
        boolean byId = !id.strip().toLowerCase(Locale.ROOT).equals(OTHER);
        Optional<License> linked = link.flatMap(licenses::findByLink);
        if (byId) {
            claims.add(claim(id, meant(id, licenses)));
        }
        name.ifPresent(said -> claims.add(claim(said, meant(said, licenses))));
        linked.ifPresent(license -> claims.add(claim(link.orElseThrow(), Optional.of(license.id()))));
        if (claims.isEmpty()) {
            claims.add(Claim.doubtful(
                    Claim.Kind.DECLARED,
                    source,
                    place,
                    link.map(address -> id + ", " + address).orElse(id),
                    "declares a licence of its own without saying which"));
        }
        return claims;
    }

    /** The id of a licence, or an expression of ids. */
    private static Optional<String> meant(String said, Licenses licenses) {
        Optional<String> single = licenses.find(said).map(License::id);
        if (single.isPresent()) {
            return single;
        }
        return SpdxExpression.parse(said)
                .filter(SpdxExpression::isCompound)
                .flatMap(expression ->
                        expression.known(name -> licenses.find(name).map(License::id)))
                .map(SpdxExpression::toString);
    }

    private Claim claim(String said, Optional<String> license) {
        return license.map(known -> Claim.of(Claim.Kind.DECLARED, source, place, said, known))
                .orElseGet(() -> Claim.doubtful(
                        Claim.Kind.DECLARED,
                        source,
                        place,
                        shown(said),
                        "declares \"%s\", which is not among the licences that Stoa knows".formatted(shown(said))));
    }

    /** What strangers wrote, short enough for a message. */
    private static String shown(String said) {
        return said.length() <= 200 ? said : said.substring(0, 200) + "…";
    }
}
