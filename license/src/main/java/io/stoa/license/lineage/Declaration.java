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
            claims.add(claim(id, licenses.find(id)));
        }
        name.ifPresent(said -> claims.add(claim(said, licenses.find(said))));
        linked.ifPresent(license -> claims.add(claim(link.orElseThrow(), linked)));
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

    private Claim claim(String said, Optional<License> license) {
        return license.map(known -> Claim.of(Claim.Kind.DECLARED, source, place, said, known.id()))
                .orElseGet(() -> Claim.doubtful(
                        Claim.Kind.DECLARED,
                        source,
                        place,
                        said,
                        "declares \"%s\", which is not among the licences that Stoa knows".formatted(said)));
    }
}
