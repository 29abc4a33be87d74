package io.stoa.engine.llama;

import java.time.Duration;
import java.util.List;

/**
 * How long llama.cpp took for batches of meaningless tokens, without tokenizer, grammar or sampling: what llama-bench
 * calls {@code pp} and {@code tg}.
 *
 * @param prompts one time for each reading of a whole prompt into an empty cache
 * @param steps one time for each step, which gives every sequence its next token; all follow the same tokens
 */
public record DecodeTimes(Plan plan, List<Duration> prompts, List<Duration> steps) {
    public DecodeTimes {
        prompts = List.copyOf(prompts);
        steps = List.copyOf(steps);
    }

    /**
     * What is timed.
     *
     * @param promptTokens the tokens of a prompt, at least 1
     * @param readings how often it is read at least, 1 or more; what is fast is read more often
     * @param depth how many tokens each sequence holds when the steps begin; the time of filling them is not taken
     * @param sequences how many sequences go on side by side, at least 1
     * @param steps how many times each of them gets its next token at least, 1 or more
     * @param threads native threads
     */
    public record Plan(int promptTokens, int readings, int depth, int sequences, int steps, int threads) {
        public Plan {
            if (promptTokens < 1 || readings < 1 || depth < 0 || sequences < 1 || steps < 1 || threads < 1) {
                throw new IllegalArgumentException("nothing to time: prompt of " + promptTokens + ", " + readings
                        + " readings, depth " + depth + ", " + sequences + " sequences, " + steps + " steps, " + threads
                        + " threads");
            }
        }

        /** The cells that a cache needs for it: llama.cpp shares them out evenly. */
        int cells() {
            return Math.multiplyExact(Math.max(promptTokens, Math.addExact(depth, steps)), sequences);
        }
    }
}
