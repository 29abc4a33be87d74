package io.stoa.assess;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Check;
import io.stoa.model.Digest;
import io.stoa.model.Subject;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Everything that will be asked, before any of it is.
 *
 * @param name what the assessment is called
 * @param digest the identity of the plan: a killed run with the same digest is gone on with
 * @param parts one per candidate
 */
public record Plan(String name, Digest digest, List<Part> parts) {
    public Plan {
        requireNonNull(name, "name");
        requireNonNull(digest, "digest");
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a plan needs a candidate");
        }
    }

    /**
     * What is asked about one candidate.
     *
     * @param subject the candidate and what it is held against
     * @param checks the questions, cheap ones first
     */
    public record Part(Subject subject, List<Check> checks) {
        public Part {
            requireNonNull(subject, "subject");
            checks = List.copyOf(checks);
            Set<String> ids = new HashSet<>();
            for (Check check : checks) {
                if (!ids.add(check.id())) {
                    throw new IllegalArgumentException("two checks are called " + check.id());
                }
            }
        }

        Set<String> asked() {
            return checks.stream().map(Check::id).collect(Collectors.toSet());
        }
    }

    public int checks() {
        return parts.stream().mapToInt(part -> part.checks().size()).sum();
    }

    /** A rough guess of the time it takes when nothing is known yet. */
    public Duration estimate() {
        return parts.stream()
                .flatMap(part -> part.checks().stream())
                .map(Check::estimate)
                .reduce(Duration.ZERO, Duration::plus);
    }
}
