package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * The ledger entry of a chat template's examination.
 *
 * @param template the digest of its source; empty where the file carries none
 * @param syntax why it cannot be parsed; empty where it can, or where there is none
 * @param renderings one per conversation, in the order of {@link Conversation}
 */
record TemplateReport(Optional<String> template, Optional<String> syntax, List<Rendering> renderings) {
    TemplateReport {
        requireNonNull(template, "template");
        requireNonNull(syntax, "syntax");
        renderings = List.copyOf(renderings);
    }

    /** What became of a conversation. */
    enum Outcome {
        /** It was rendered, and everything that was said is in the prompt. */
        RENDERED,
        /** It was rendered, but something that was said is not in the prompt. */
        DROPPED,
        /** The template refuses it on purpose, through {@code raise_exception}. */
        REFUSED,
        /** An expression failed, or a limit was reached. */
        BROKEN
    }

    /**
     * One conversation through the template.
     *
     * @param conversation which one
     * @param outcome what became of it
     * @param detail what is missing, or the reason with its line; empty where all is well
     */
    record Rendering(Conversation conversation, Outcome outcome, String detail) {
        Rendering {
            requireNonNull(conversation, "conversation");
            requireNonNull(outcome, "outcome");
            requireNonNull(detail, "detail");
        }
    }
}
