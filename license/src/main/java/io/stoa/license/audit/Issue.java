package io.stoa.license.audit;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Something that an audit found about a model.
 *
 * @param rule what kind of thing
 * @param message one sentence, for a person
 * @param file where it was found, relative to the audited folder
 * @param line the line in it, from 1, when it is known
 * @param excepted the reason of the policy's exception that covers it, when one does
 */
public record Issue(Rule rule, String message, String file, OptionalInt line, Optional<String> excepted) {
    public Issue {
        requireNonNull(rule, "rule");
        requireNonNull(file, "file");
        requireNonNull(line, "line");
        requireNonNull(excepted, "excepted");
        if (message.isBlank()) {
            throw new IllegalArgumentException("an issue says something");
        }
    }

    Issue except(String reason) {
        return new Issue(rule, message, file, line, Optional.of(reason));
    }

    /** Whether it stops the model: an error that no exception covers. */
    public boolean isViolation() {
        return rule.level() == Rule.Level.ERROR && excepted.isEmpty();
    }

    /** Whether it leaves something unknown that no exception covers. */
    public boolean isDoubt() {
        return rule.level() == Rule.Level.WARNING && excepted.isEmpty();
    }
}
