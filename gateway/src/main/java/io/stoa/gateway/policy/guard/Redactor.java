package io.stoa.gateway.policy.guard;

import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.wire.RequestFacts;
import java.util.Optional;

/** Takes something out of a request before it goes on. Called after the guards, on event loops. */
@FunctionalInterface
public interface Redactor {
    /** What is to be replaced; empty when nothing is. */
    Optional<Redaction> redaction(Caller caller, RequestFacts request, byte[] body);
}
