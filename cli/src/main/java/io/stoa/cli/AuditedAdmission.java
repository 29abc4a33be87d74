package io.stoa.cli;

import io.stoa.gateway.audit.AuditLog;
import io.stoa.gateway.policy.Admission;
import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.policy.Decision;
import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.TokenUsage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Admits nobody while the audit cannot take records: what cannot be recorded is not done. */
record AuditedAdmission(Admission admission, AuditLog audit) implements Admission {
    private static final Duration AGAIN = Duration.ofSeconds(2);

    @Override
    public Optional<Caller> caller(String key) {
        return admission.caller(key);
    }

    @Override
    public ApiError refusal(String key) {
        return admission.refusal(key);
    }

    @Override
    public Map<String, String> rateHeaders(Caller caller, String route) {
        return admission.rateHeaders(caller, route);
    }

    @Override
    public CompletionStage<Decision> admit(Caller caller, RequestFacts request, TokenUsage most, Micros worst) {
        if (audit.accepting()) {
            return admission.admit(caller, request, most, worst);
        }
        String why = audit.failure().orElse("it is behind with its records");
        return CompletableFuture.completedFuture(new Decision.Denied(
                ApiError.of(503, "server_error", "not_audited", "the audit takes no records now: " + why),
                Optional.of(AGAIN)));
    }
}
