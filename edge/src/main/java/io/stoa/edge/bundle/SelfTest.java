package io.stoa.edge.bundle;

import static java.util.Objects.requireNonNull;

import io.stoa.edge.sign.StrictJson;
import io.stoa.store.CanonicalJson;
import io.stoa.store.RecordJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.core.JacksonException;

/**
 * What a device must find again after it has installed a bundle: the answers that the same model gave, greedily, when the
 * bundle was made, and the speed and the memory that were seen there.
 *
 * @param engine what ran the model, with its version
 * @param contextTokens the context that it was opened with
 * @param cases at least one
 * @param seen what was measured while the bundle was made, on the machine that made it
 */
public record SelfTest(String engine, int contextTokens, List<Case> cases, Seen seen) {
    /** The most cases that are borne. */
    public static final int MOST_CASES = 256;

    private static final int MOST_TOKENS = 8192;

    public SelfTest {
        requireNonNull(engine, "engine");
        requireNonNull(seen, "seen");
        cases = List.copyOf(cases);
        if (contextTokens < 1 || contextTokens > 1 << 24) {
            throw new IllegalArgumentException("the context of a self-test has 1 to 2^24 tokens, not " + contextTokens);
        }
        if (cases.isEmpty() || cases.size() > MOST_CASES) {
            throw new IllegalArgumentException("a self-test has 1 to " + MOST_CASES + " cases, not " + cases.size());
        }
    }

    /**
     * One question.
     *
     * @param prompt what the user says; the model's chat template renders it
     * @param maxTokens the most tokens that were asked for
     * @param answer the text
     * @param tokens the answer's tokens
     * @param logProbabilities ln p of each of them, in nats
     */
    public record Case(
            String prompt, int maxTokens, String answer, List<Integer> tokens, List<Double> logProbabilities) {
        public Case {
            tokens = List.copyOf(tokens);
            logProbabilities = List.copyOf(logProbabilities);
            if (prompt.isBlank()) {
                throw new IllegalArgumentException("a case of a self-test has a prompt");
            }
            requireNonNull(answer, "answer");
            if (maxTokens < 1 || maxTokens > MOST_TOKENS || tokens.size() > maxTokens) {
                throw new IllegalArgumentException(
                        "a case of a self-test has 1 to " + MOST_TOKENS + " tokens, not " + maxTokens);
            }
            if (tokens.size() != logProbabilities.size()) {
                throw new IllegalArgumentException("each token of a self-test has its log-probability");
            }
            for (double value : logProbabilities) {
                if (!(value <= 0) || Double.isInfinite(value)) {
                    throw new IllegalArgumentException("a log-probability is finite and not above 0: " + value);
                }
            }
        }
    }

    /**
     * What was measured.
     *
     * @param tokensPerSecond of generation, over all cases
     * @param memoryBytes of weights, context and work space, as the engine tells it
     * @param machine the machine, for people
     */
    public record Seen(double tokensPerSecond, long memoryBytes, String machine) {
        public Seen {
            requireNonNull(machine, "machine");
            if (!(tokensPerSecond > 0) || Double.isInfinite(tokensPerSecond) || memoryBytes < 1) {
                throw new IllegalArgumentException(
                        "speed and memory are positive: " + tokensPerSecond + ", " + memoryBytes);
            }
        }
    }

    /** As a bundle holds it. */
    public byte[] json() {
        return new RecordJson().write(this).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException with the reason why this is none
     */
    public static SelfTest read(byte[] json) {
        try {
            return new RecordJson().read(CanonicalJson.write(StrictJson.object(json)), SelfTest.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "is no self-test (" + BundleMetadata.printed(e.getOriginalMessage()) + ")", e);
        }
    }
}
