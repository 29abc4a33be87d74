package io.stoa.gateway.policy.guard;

import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.policy.Guard;
import io.stoa.gateway.policy.Redaction;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import java.util.List;
import java.util.Optional;

/**
 * Several guards, asked in turn: the first refusal counts, and the first redaction.
 *
 * @param guards in the order in which they are asked
 */
public record AllGuards(List<Guard> guards) implements Guard {
    public AllGuards {
        guards = List.copyOf(guards);
    }

    @Override
    public Optional<ApiError> refusal(Caller caller, RequestFacts request, byte[] body) {
        for (Guard guard : guards) {
            Optional<ApiError> refusal = guard.refusal(caller, request, body);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<Redaction> redaction(byte[] body) {
        for (Guard guard : guards) {
            Optional<Redaction> redaction = guard.redaction(body);
            if (redaction.isPresent()) {
                return redaction;
            }
        }
        return Optional.empty();
    }
}
