package io.stoa.benchmark.harness;

import io.stoa.benchmark.metric.Words;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * What can be said of any chat's answer without a judge: faults that a person would not forgive, whatever was asked. They
 * show a broken template, a wrong end token or a quantization that went too far, not how good answers are.
 */
final class ChatHooks {
    /** Special tokens of common templates, and a turn that the model writes for its user. */
    private static final Pattern MARKER = Pattern.compile("<\\|[a-z_]{2,30}\\|>|<(?:start|end)_of_turn>|\\[/?INST\\]"
            + "|<</?SYS>>|(?m:^(?:###? ?)?(?:User|Human|Assistant):)");

    /** A run of so many words that comes again this often is a loop. */
    private static final int RUN = 8;

    private static final int LOOP = 4;

    private ChatHooks() {}

    /** {@code chat_ok} is all of {@code answered}, {@code no_markers} and {@code no_loop}. */
    static SequencedMap<String, Measured> results(ObjectNode document, List<Outcome> outcomes) {
        String answer = ((Outcome.Text) outcomes.getFirst()).first();
        boolean answered = !answer.isBlank();
        boolean unmarked = !MARKER.matcher(answer).find();
        boolean moving = !loops(answer);
        SequencedMap<String, Measured> scores = new LinkedHashMap<>();
        scores.put("chat_ok", value(answered && unmarked && moving));
        scores.put("answered", value(answered));
        scores.put("no_markers", value(unmarked));
        scores.put("no_loop", value(moving));
        return scores;
    }

    private static Measured value(boolean holds) {
        return new Measured.Value(holds ? 1 : 0);
    }

    private static boolean loops(String answer) {
        List<String> words = Words.of(answer);
        Map<List<String>, Integer> runs = new HashMap<>();
        for (int i = 0; i + RUN <= words.size(); i++) {
            if (runs.merge(words.subList(i, i + RUN), 1, Integer::sum) == LOOP) {
                return true;
            }
        }
        return false;
    }
}
