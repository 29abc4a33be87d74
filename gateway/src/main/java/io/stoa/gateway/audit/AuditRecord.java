package io.stoa.gateway.audit;

import io.stoa.model.Digest;
import java.time.Instant;
import tools.jackson.databind.JsonNode;

/**
 * A record as it stands in a chain.
 *
 * @param chain whose
 * @param sequence its place, from 1
 * @param kind {@code request}, {@code opened}, {@code erasure}, {@code dropped}, {@code event} or {@code closed}
 * @param time when the request came, or when the record was appended
 * @param digest its digest
 * @param line the whole line, without its line feed
 * @param body the body
 */
public record AuditRecord(
        String chain, long sequence, String kind, Instant time, Digest digest, String line, JsonNode body) {
    public boolean isRequest() {
        return kind.equals(ChainWriter.Kind.REQUEST.word());
    }

    /** A member of the body as text; empty when it is absent. */
    public String text(String member) {
        return body.path(member).asString("");
    }
}
