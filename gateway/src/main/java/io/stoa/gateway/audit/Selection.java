package io.stoa.gateway.audit;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * Which requests.
 *
 * @param from the earliest
 * @param before all before this
 * @param key the id of the caller's key
 * @param route what was asked for
 * @param record a request id, or {@code CHAIN:SEQUENCE}
 */
public record Selection(
        Optional<Instant> from,
        Optional<Instant> before,
        Optional<String> key,
        Optional<String> route,
        Optional<String> record) {
    public static final Selection ALL =
            new Selection(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public Selection {
        requireNonNull(from, "from");
        requireNonNull(before, "before");
        requireNonNull(key, "key");
        requireNonNull(route, "route");
        requireNonNull(record, "record");
    }

    /** Everything before a time. */
    public static Selection before(Instant time) {
        return new Selection(Optional.empty(), Optional.of(time), Optional.empty(), Optional.empty(), Optional.empty());
    }

    public boolean includes(AuditRecord request) {
        return request.isRequest()
                && from.filter(request.time()::isBefore).isEmpty()
                && before.filter(time -> !request.time().isBefore(time)).isEmpty()
                && key.filter(id -> !id.equals(request.text("key"))).isEmpty()
                && route.filter(name -> !name.equals(request.text("route"))).isEmpty()
                && record.filter(id -> !id.equals(request.text("id"))
                                && !id.equals(request.chain() + ":" + request.sequence()))
                        .isEmpty();
    }
}
