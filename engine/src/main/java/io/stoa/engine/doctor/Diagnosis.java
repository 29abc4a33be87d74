package io.stoa.engine.doctor;

import java.time.Duration;
import java.util.List;

/** All checks of one endpoint, in the order in which they were made. */
public record Diagnosis(String subject, List<Examined> checks, Duration took) {
    public Diagnosis {
        checks = List.copyOf(checks);
    }

    /** One check. */
    public record Examined(Check check, Outcome outcome) {}

    /** Whether nothing was found to be wrong. */
    public boolean isHealthy() {
        return failed().isEmpty();
    }

    public List<Examined> failed() {
        return checks.stream()
                .filter(examined -> examined.outcome() instanceof Outcome.Failed)
                .toList();
    }
}
