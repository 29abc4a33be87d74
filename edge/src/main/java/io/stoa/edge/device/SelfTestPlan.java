package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * What a bundle must do on a device before it is kept.
 *
 * @param references questions with the answers that the model gave where the bundle was made
 * @param leastAgreement the share of the references, in [0, 1], that must be answered alike: processors round
 *     differently, so that a long answer may take another turn
 * @param tokensPerSecond what was promised for this kind of device, where something was
 * @param leastShare the share of that, in [0, 1], that is still good enough
 * @param memory the most that the process may take, where that is said
 * @param contextTokens the context that the model is opened with; absent when the model's own is right
 */
public record SelfTestPlan(
        List<Reference> references,
        double leastAgreement,
        Optional<Double> tokensPerSecond,
        double leastShare,
        Optional<Bytes> memory,
        Optional<Integer> contextTokens) {
    /** Nothing is asked for: a bundle that says no more is only tested for answering at all. */
    public static final SelfTestPlan NONE =
            new SelfTestPlan(List.of(), 1, Optional.empty(), 0.5, Optional.empty(), Optional.empty());

    private static final int MOST_REFERENCES = 1000;

    public SelfTestPlan {
        references = List.copyOf(references);
        requireNonNull(memory, "memory");
        if (contextTokens.filter(tokens -> tokens < 1).isPresent()) {
            throw new IllegalArgumentException("a context is positive: " + contextTokens.get());
        }
        if (references.size() > MOST_REFERENCES) {
            throw new IllegalArgumentException(
                    "at most " + MOST_REFERENCES + " reference answers: " + references.size());
        }
        if (!(leastAgreement >= 0 && leastAgreement <= 1) || !(leastShare >= 0 && leastShare <= 1)) {
            throw new IllegalArgumentException("shares are in [0, 1]: " + leastAgreement + ", " + leastShare);
        }
        if (tokensPerSecond.filter(speed -> !(speed > 0 && speed < 1e9)).isPresent()) {
            throw new IllegalArgumentException("a speed is positive: " + tokensPerSecond.get());
        }
    }

    /**
     * A question with its answer.
     *
     * @param prompt a user's message
     * @param maxTokens where the answer was cut at the latest
     * @param answer what the model said, always taking the likeliest token
     */
    public record Reference(String prompt, int maxTokens, String answer) {
        private static final int MOST_LETTERS = 100_000;

        public Reference {
            requireNonNull(answer, "answer");
            if (prompt.isEmpty() || prompt.length() > MOST_LETTERS || answer.length() > MOST_LETTERS) {
                throw new IllegalArgumentException(
                        "a reference has a question, and at most " + MOST_LETTERS + " characters each");
            }
            if (maxTokens < 1 || maxTokens > 8192) {
                throw new IllegalArgumentException("an answer has 1 to 8192 tokens: " + maxTokens);
            }
        }
    }
}
