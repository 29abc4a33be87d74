package io.stoa.benchmark.judge;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a judge is asked about an answer.
 *
 * @param text the rubric, with <code>{question}</code>, <code>{answer}</code> and, where answers are held against one,
 *     <code>{reference}</code>; it must ask for the verdict in the rule's form
 * @param scale what the verdict can be
 * @param rule where the verdict is read
 */
public record JudgePrompt(String text, Scale scale, VerdictRule rule) {
    public JudgePrompt {
        requireNonNull(scale, "scale");
        requireNonNull(rule, "rule");
        new Template(text).require(Set.of("question", "answer"));
    }

    /**
     * The prompt for one answer.
     *
     * @throws IllegalArgumentException where the text wants a reference and the item has none
     */
    String about(JudgedAnswer item) {
        Template template = new Template(text);
        Map<String, String> values = new HashMap<>();
        values.put("question", item.question());
        values.put("answer", item.answer());
        item.reference().ifPresent(reference -> values.put("reference", reference));
        if (template.has("reference") && item.reference().isEmpty()) {
            throw new IllegalArgumentException(
                    item.id() + ": the judge's prompt shows a {reference}, and the item has none; add it");
        }
        return template.fill(values);
    }
}
