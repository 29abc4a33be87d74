package io.stoa.inspect.tokenizer;

import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import io.stoa.inspect.observation.Shown;
import java.util.Map;

/** Two vocabularies: a token that has another id is read as another word. */
final class TokenDifference {
    private TokenDifference() {}

    static void examine(Map<String, Integer> own, Map<String, Integer> base, Notes notes) {
        int moved = 0;
        String first = "";
        for (Map.Entry<String, Integer> entry : base.entrySet()) {
            Integer id = own.get(entry.getKey());
            if (id == null || !id.equals(entry.getValue())) {
                moved++;
                first = first.isEmpty() ? entry.getKey() : first;
            }
        }
        if (moved > 0) {
            notes.fail(
                    Check.TOKENIZER_BASE,
                    Shown.quoted(first),
                    moved + " of " + base.size() + " tokens of the base have another id here, or none.",
                    "Use the base model's tokenizer.");
        } else if (own.size() > base.size()) {
            notes.lead(
                    Check.TOKENIZER_BASE,
                    "",
                    (own.size() - base.size()) + " tokens are new; the base's are unchanged.",
                    "Look at the new ones.");
        }
    }
}
