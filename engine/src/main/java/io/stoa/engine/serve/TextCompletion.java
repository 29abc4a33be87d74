package io.stoa.engine.serve;

import io.stoa.engine.Engine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /v1/completions}. With {@code echo} and {@code logprobs} it tells the prompt's own log-probabilities, in
 * OpenAI's legacy shape: the first token has none, since nothing precedes it.
 */
final class TextCompletion {
    private final Engine engine;
    private final ServerOptions options;
    private final SecureRandom seeds = new SecureRandom();

    TextCompletion(Engine engine, ServerOptions options) {
        this.engine = engine;
        this.options = options;
    }

    void call(Exchange exchange) {
        Fields fields = exchange.fields();
        Calls.requireModel(fields, options);
        Prompt.Text prompt = prompt(fields);
        boolean echo = fields.truth("echo", false);
        OptionalInt alternatives = fields.whole("logprobs", 0, GenerateOptions.MOST_ALTERNATIVES);
        boolean nothing = fields.whole("max_tokens", 0, Integer.MAX_VALUE).orElse(1) == 0;
        boolean stream = fields.truth("stream", false);
        if (nothing) {
            if (!echo || stream) {
                throw Refused.field("max_tokens", "of 0 only makes sense with echo and without stream");
            }
            fields.json().put("max_tokens", 1);
        }
        GenerateOptions how =
                Sampling.read(fields, engine.facts().contextTokens().orElse(Integer.MAX_VALUE), alternatives, seeds);
        boolean includeUsage = fields.object("stream_options")
                .map(given -> given.truth("include_usage", false))
                .orElse(false);
        ObjectNode head = JsonMapper.shared()
                .createObjectNode()
                .put("id", "cmpl-" + UUID.randomUUID())
                .put("object", "text_completion")
                .put("created", System.currentTimeMillis() / 1000)
                .put("model", options.model());
        List<ScoredToken> read = List.of();
        if (echo) {
            List<Integer> tokens = engine.promptTokens(prompt);
            read = alternatives.isPresent()
                    ? Calls.fitting(engine, prompt, given -> engine.logProbabilities(tokens, alternatives.getAsInt()))
                    : List.of();
            if (nothing) {
                ObjectNode answer = head.deepCopy();
                choice(answer, prompt.text(), logprobs(read, alternatives), Optional.of("length"));
                Usage.put(answer, tokens.size(), 0);
                exchange.answer(200, answer);
                return;
            }
        }
        String before = echo ? prompt.text() : "";
        if (stream && !before.isEmpty()) {
            exchange.event(chunk(head, before, logprobs(read, alternatives), Optional.empty()));
        }
        Generation generation = Calls.fitting(
                engine,
                prompt,
                given -> engine.generate(
                        given,
                        how,
                        piece -> {
                            if (stream) {
                                exchange.event(chunk(head, piece, Optional.empty(), Optional.empty()));
                            }
                        },
                        exchange::isGone));
        String reason = Usage.finishReason(generation.finish());
        if (stream) {
            exchange.event(chunk(head, "", logprobs(generation.tokens(), alternatives), Optional.of(reason)));
            if (includeUsage) {
                ObjectNode last = head.deepCopy();
                last.putArray("choices");
                Usage.put(last, generation);
                exchange.event(JsonMapper.shared().writeValueAsString(last));
            }
            exchange.endEvents();
        } else {
            List<ScoredToken> all = new ArrayList<>(read);
            all.addAll(generation.tokens());
            ObjectNode answer = head.deepCopy();
            choice(answer, before + generation.text(), logprobs(all, alternatives), Optional.of(reason));
            Usage.put(answer, generation);
            exchange.answer(200, answer);
        }
    }

    /** A text; a list of one; or tokens, which must be those of their text. */
    private Prompt.Text prompt(Fields fields) {
        JsonNode given = fields.get("prompt").orElseThrow(() -> Refused.field("prompt", "is missing"));
        if (given.isArray() && !given.isEmpty() && given.get(0).isNumber()) {
            List<Integer> tokens = fields.wholes("prompt");
            String text = engine.detokenize(tokens, true);
            if (text.isEmpty() || !engine.promptTokens(new Prompt.Text(text)).equals(tokens)) {
                throw Refused.field("prompt", "are tokens that no text has; send the text");
            }
            return new Prompt.Text(text);
        }
        List<String> texts = fields.texts("prompt");
        if (texts.size() != 1) {
            throw Refused.field("prompt", "must be one text; send several requests, they are computed together");
        }
        if (texts.getFirst().isEmpty()) {
            throw Refused.field("prompt", "is empty");
        }
        return new Prompt.Text(texts.getFirst());
    }

    private static String chunk(
            ObjectNode head, String text, Optional<ObjectNode> logprobs, Optional<String> finishReason) {
        ObjectNode chunk = head.deepCopy();
        choice(chunk, text, logprobs, finishReason);
        return JsonMapper.shared().writeValueAsString(chunk);
    }

    private static void choice(
            ObjectNode answer, String text, Optional<ObjectNode> logprobs, Optional<String> finishReason) {
        ObjectNode choice =
                answer.putArray("choices").addObject().put("index", 0).put("text", text);
        logprobs.ifPresentOrElse(given -> choice.set("logprobs", given), () -> choice.putNull("logprobs"));
        finishReason.ifPresentOrElse(
                reason -> choice.put("finish_reason", reason), () -> choice.putNull("finish_reason"));
    }

    private Optional<ObjectNode> logprobs(List<ScoredToken> scored, OptionalInt alternatives) {
        if (alternatives.isEmpty() || scored.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode logprobs = JsonMapper.shared().createObjectNode();
        ArrayNode tokens = logprobs.putArray("tokens");
        ArrayNode values = logprobs.putArray("token_logprobs");
        ArrayNode tops = logprobs.putArray("top_logprobs");
        ArrayNode offsets = logprobs.putArray("text_offset");
        int offset = 0;
        for (ScoredToken token : scored) {
            String text = engine.detokenize(List.of(token.token()), true);
            tokens.add(text);
            offsets.add(offset);
            offset += text.length();
            if (token.logProbability().isEmpty()) {
                values.addNull();
                tops.addNull();
            } else {
                values.add(token.logProbability().getAsDouble());
                ObjectNode top = tops.addObject();
                token.top()
                        .forEach(other ->
                                top.put(engine.detokenize(List.of(other.token()), true), other.logProbability()));
            }
        }
        return Optional.of(logprobs);
    }
}
