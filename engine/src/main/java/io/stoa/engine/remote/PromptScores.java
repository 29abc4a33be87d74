package io.stoa.engine.remote;

import io.stoa.engine.LogLikelihood;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Log-probabilities of given text from {@code POST completions} with {@code echo} and {@code logprobs} (OpenAI's legacy
 * completions; vLLM has it, llama-server and Ollama take the fields and answer with something else). So it is tried out
 * before it is believed.
 */
final class PromptScores {
    private static final String COUNTING = "one two three four five";
    private static final double SAME = 0.3;

    private final Endpoint endpoint;
    private final ObjectMapper json;
    private final String model;

    PromptScores(Endpoint endpoint, ObjectMapper json, String model) {
        this.endpoint = endpoint;
        this.json = json;
        this.model = model;
    }

    /** A text's tokens, where each begins, and ln p of each after the first. */
    private record Echo(List<String> tokens, List<Integer> offsets, List<Double> values, List<Boolean> greedy) {
        double sumFrom(int offset) {
            double sum = 0;
            for (int i = 0; i < tokens.size(); i++) {
                sum += offsets.get(i) >= offset ? values.get(i) : 0;
            }
            return sum;
        }
    }

    /** Why the endpoint's log-probabilities cannot be used; nothing when they passed. */
    Optional<String> objection() {
        try {
            Echo likely = echo(COUNTING + " six");
            Echo unlikely = echo(COUNTING + " banana");
            for (int i = 1; i < likely.tokens.size() && likely.offsets.get(i) < COUNTING.length(); i++) {
                boolean same = i < unlikely.tokens.size()
                        && likely.tokens.get(i).equals(unlikely.tokens.get(i))
                        && Math.abs(likely.values.get(i) - unlikely.values.get(i)) < SAME;
                if (!same) {
                    return Optional.of("the same beginning of two prompts gets different log-probabilities");
                }
            }
            if (likely.values.stream().distinct().count() < 3) {
                return Optional.of("its log-probabilities are all alike");
            }
            return likely.sumFrom(COUNTING.length()) > unlikely.sumFrom(COUNTING.length())
                    ? Optional.empty()
                    : Optional.of("an unlikely text gets a higher log-probability than a likely one");
        } catch (StoaException e) {
            return Optional.of(e.sentence());
        }
    }

    LogLikelihood score(String prompt, String continuation) {
        Echo echo = echo(prompt + continuation);
        List<Double> values = new ArrayList<>();
        boolean greedy = true;
        for (int i = 1; i < echo.tokens.size(); i++) {
            // The first token that goes beyond the prompt, and all after it.
            if (echo.offsets.get(i) + echo.tokens.get(i).length() > prompt.length()) {
                values.add(echo.values.get(i));
                greedy &= echo.greedy.get(i);
            }
        }
        return new LogLikelihood(echo.tokens.size() - values.size(), values, greedy);
    }

    private Echo echo(String text) {
        ObjectNode request = json.createObjectNode()
                .put("model", model)
                .put("prompt", text)
                .put("max_tokens", 1)
                .put("temperature", 0)
                .put("echo", true)
                .put("logprobs", 1);
        JsonNode choice = endpoint.document(endpoint.post("completions", request))
                .path("choices")
                .path(0);
        if (!choice.path("text").asString("").startsWith(text)) {
            throw StoaException.engine(endpoint.address("completions")
                    + ": does not echo the prompt, so it tells the log-probabilities of generated tokens only");
        }
        JsonNode logprobs = choice.path("logprobs");
        List<String> tokens = new ArrayList<>();
        List<Integer> offsets = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        List<Boolean> greedy = new ArrayList<>();
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < logprobs.path("tokens").size() && joined.length() < text.length(); i++) {
            String token = logprobs.path("tokens").path(i).asString("");
            double value = logprobs.path("token_logprobs").path(i).asDouble(i == 0 ? 0 : Double.NaN);
            if (Double.isNaN(value) || value > 1e-6) {
                throw StoaException.engine(
                        endpoint.address("completions") + ": a prompt's token has no log-probability, or one above 0");
            }
            double best = logprobs.path("top_logprobs")
                    .path(i)
                    .valueStream()
                    .mapToDouble(top -> top.asDouble(Double.NEGATIVE_INFINITY))
                    .max()
                    .orElse(Double.POSITIVE_INFINITY);
            tokens.add(token);
            offsets.add(joined.length());
            values.add(value);
            greedy.add(value >= best - 1e-6);
            joined.append(token);
        }
        if (!joined.toString().equals(text)) {
            throw StoaException.engine(
                    endpoint.address("completions") + ": the tokens with log-probabilities do not spell the prompt");
        }
        return new Echo(tokens, offsets, values, greedy);
    }
}
