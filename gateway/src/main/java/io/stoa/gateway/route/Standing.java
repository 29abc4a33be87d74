package io.stoa.gateway.route;

import io.stoa.model.EvidenceRef;
import java.time.Instant;

/** Whether a tier may serve now. */
public sealed interface Standing {
    /**
     * It may.
     *
     * @param candidate the identity of the model
     * @param verdict where the ledger holds the signed approval, which names the verdict
     * @param expires when the verdict lapses
     */
    record Live(String candidate, EvidenceRef verdict, Instant expires) implements Standing {}

    /** It may not: nothing shows that it still is what was approved. Answered with 503. */
    record Lapsed(String reason) implements Standing {}

    /**
     * It may not be used so. Answered with 403.
     *
     * @param clause the licence and clause that refuses it
     */
    record Forbidden(String clause, String reason) implements Standing {}
}
