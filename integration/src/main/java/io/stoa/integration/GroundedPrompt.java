package io.stoa.integration;

import io.stoa.engine.Prompt;
import io.stoa.integration.retrieve.Document;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The prompt of a grounded question, and how an answer declines it. This is the one place that knows the layout: a single
 * user message whose first line holds the passages, best first, joined by spaces, and whose second line holds the
 * question. The models of the quickstart were trained on it.
 */
final class GroundedPrompt {
    /** The answer to a question that the passages do not answer. */
    static final String ABSTENTION = "I do not know.";

    /** Passages, then question; part of every evidence key. */
    static final String LAYOUT = "Text: %s\nQuestion: %s";

    private static final Pattern DECLINES =
            Pattern.compile("I (do not|don['’]t) know\\.?", Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    private GroundedPrompt() {}

    static Prompt of(String question, List<Document> passages) {
        String text = passages.stream().map(Document::passage).collect(Collectors.joining(" "));
        return Prompt.user(LAYOUT.formatted(text, question));
    }

    /** Whether the whole answer says that it does not know. An answer that adds a guess does not decline. */
    static boolean declines(String answer) {
        return DECLINES.matcher(answer.strip()).matches();
    }
}
