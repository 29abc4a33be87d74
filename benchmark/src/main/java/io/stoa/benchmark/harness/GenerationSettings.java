package io.stoa.benchmark.harness;

import io.stoa.model.StoaException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A task's {@code generation_kwargs}.
 *
 * @param until strings that end the answer, none where only the model ends it
 * @param maxTokens the longest answer; absent where the engine may decide
 * @param temperature 0 is greedy
 * @param topP keep the smallest set with this much probability
 * @param topK keep the k most likely tokens; 0 keeps all
 */
public record GenerationSettings(
        List<String> until, Optional<Integer> maxTokens, double temperature, double topP, int topK) {
    /** The harness' longest answer where a task names none. */
    public static final int DEFAULT_TOKENS = 256;

    private static final Set<String> LENGTHS =
            Set.of("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens", "max_length");

    public GenerationSettings {
        until = until.stream().filter(stop -> !stop.isEmpty()).toList();
        if (!(temperature >= 0) || !(topP > 0 && topP <= 1) || topK < 0) {
            throw new IllegalArgumentException("temperature " + temperature + ", top_p " + topP + ", top_k " + topK);
        }
    }

    static GenerationSettings of(String task, Optional<Object> value, String fewshotDelimiter) {
        if (value.isEmpty()) {
            return new GenerationSettings(List.of(fewshotDelimiter), Optional.of(DEFAULT_TOKENS), 0, 1, 0);
        }
        if (!(value.get() instanceof Map<?, ?> keys)) {
            throw StoaException.user("task " + task + ": generation_kwargs is not keys and values but " + value.get()
                    + "; write until, temperature and the like");
        }
        List<String> until = keys.containsKey("until")
                ? TaskYaml.asList(Optional.ofNullable(keys.get("until"))).stream()
                        .map(String::valueOf)
                        .toList()
                : List.of(fewshotDelimiter);
        Optional<Integer> tokens = Optional.empty();
        for (String length : LENGTHS) {
            if (keys.get(length) instanceof Integer given) {
                tokens = Optional.of(given);
            }
        }
        // Without a draw a temperature has no effect.
        boolean draws = Boolean.TRUE.equals(keys.get("do_sample"));
        try {
            return new GenerationSettings(
                    until,
                    tokens,
                    draws ? number(keys, "temperature", 1) : 0,
                    draws ? number(keys, "top_p", 1) : 1,
                    draws ? (int) number(keys, "top_k", 0) : 0);
        } catch (IllegalArgumentException e) {
            throw StoaException.user("task " + task + ": generation_kwargs: " + e.getMessage() + "; mend it");
        }
    }

    private static double number(Map<?, ?> keys, String key, double otherwise) {
        Object value = keys.get(key);
        return value == null ? otherwise : Double.parseDouble(String.valueOf(value));
    }
}
