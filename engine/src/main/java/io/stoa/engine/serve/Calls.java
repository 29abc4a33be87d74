package io.stoa.engine.serve;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.model.StoaException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Every call that a server answers, by method and path. */
final class Calls {
    private final Engine engine;
    private final ServerOptions options;
    private final JsonMapper json = JsonMapper.shared();

    Calls(Engine engine, ServerOptions options) {
        this.engine = engine;
        this.options = options;
    }

    Map<String, Consumer<Exchange>> byRoute() {
        Map<String, Consumer<Exchange>> calls = new LinkedHashMap<>();
        calls.put(
                "GET /health",
                exchange -> exchange.answer(200, json.createObjectNode().put("status", "ok")));
        calls.put("GET /v1/models", this::models);
        calls.put("POST /v1/chat/completions", new ChatCompletion(engine, options)::call);
        calls.put("POST /v1/completions", new TextCompletion(engine, options)::call);
        calls.put("POST /v1/embeddings", new Embeddings(engine, options)::call);
        calls.put("POST /v1/rerank", new Reranking(engine, options)::call);
        calls.put("POST /tokenize", this::tokenize);
        calls.put("POST /detokenize", this::detokenize);
        calls.put(
                "GET " + EngineWire.FACTS,
                exchange -> exchange.answer(
                        200, json.valueToTree(new EngineWire.Facts(engine.facts(), engine.capabilities()))));
        calls.put("POST " + EngineWire.GENERATE, this::generate);
        exact(calls, EngineWire.SCORE, EngineWire.Score.class, score -> engine.scoreAll(score.asked()));
        exact(
                calls,
                EngineWire.LOG_PROBABILITIES,
                EngineWire.LogProbabilities.class,
                asked -> engine.logProbabilities(asked.tokens(), asked.alternatives()));
        exact(calls, EngineWire.PROMPT_TOKENS, EngineWire.Asked.class, asked -> engine.promptTokens(asked.prompt()));
        exact(
                calls,
                EngineWire.TOKENIZE,
                EngineWire.Tokenize.class,
                asked -> engine.tokenize(asked.text(), asked.special()));
        exact(
                calls,
                EngineWire.DETOKENIZE,
                EngineWire.Detokenize.class,
                asked -> engine.detokenize(asked.tokens(), asked.special()));
        exact(
                calls,
                EngineWire.EMBED,
                EngineWire.Embed.class,
                asked -> engine.embed(asked.texts(), asked.pooling(), asked.unitLength()));
        return Map.copyOf(calls);
    }

    private <T> void exact(Map<String, Consumer<Exchange>> calls, String path, Class<T> type, Function<T, ?> call) {
        calls.put("POST " + path, exchange -> exchange.answer(200, json.valueToTree(call.apply(read(exchange, type)))));
    }

    private <T> T read(Exchange exchange, Class<T> type) {
        try {
            return json.treeToValue(exchange.fields().json(), type);
        } catch (JacksonException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw Refused.because(400, "invalid_request_error", e.getOriginalMessage());
        }
    }

    private void generate(Exchange exchange) {
        EngineWire.Generate asked = read(exchange, EngineWire.Generate.class);
        Generation generation = engine.generate(
                asked.prompt().prompt(),
                asked.options(),
                piece -> exchange.event(
                        json.writeValueAsString(new EngineWire.Generated(Optional.of(piece), Optional.empty()))),
                exchange::isGone);
        exchange.event(json.writeValueAsString(new EngineWire.Generated(Optional.empty(), Optional.of(generation))));
        exchange.endEvents();
    }

    private void models(Exchange exchange) {
        EngineFacts facts = engine.facts();
        ObjectNode list = json.createObjectNode().put("object", "list");
        ObjectNode model = list.putArray("data")
                .addObject()
                .put("id", options.model())
                .put("object", "model")
                .put("created", 0)
                .put("owned_by", "stoa");
        facts.contextTokens().ifPresent(context -> model.put("max_model_len", context));
        ObjectNode meta = model.putObject("meta").put("name", facts.name()).put("engine", facts.engine());
        facts.architecture().ifPresent(architecture -> meta.put("architecture", architecture));
        options.meta().entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
                .forEach(entry -> meta.put(entry.getKey(), entry.getValue()));
        exchange.answer(200, list);
    }

    /** llama-server's call of this name, and vLLM's: with messages, the tokens that the model would read of them. */
    private void tokenize(Exchange exchange) {
        Fields fields = exchange.fields();
        if (fields.get("messages").isPresent()) {
            tokens(
                    exchange,
                    engine.promptTokens(
                            new Prompt.Chat(ChatCompletion.messages(fields), ChatCompletion.tools(fields))));
            return;
        }
        String content = fields.text("content").orElseThrow(() -> Refused.field("content", "is missing"));
        boolean whole = fields.truth("add_special", false);
        boolean special = fields.truth("parse_special", true);
        if (whole && !special) {
            throw Refused.field("add_special", "needs parse_special");
        }
        tokens(
                exchange,
                whole && !content.isEmpty()
                        ? engine.promptTokens(new Prompt.Text(content))
                        : engine.tokenize(content, special));
    }

    private void tokens(Exchange exchange, List<Integer> tokens) {
        ObjectNode answer = json.createObjectNode().put("count", tokens.size());
        ArrayNode list = answer.putArray("tokens");
        tokens.forEach(list::add);
        exchange.answer(200, answer);
    }

    private void detokenize(Exchange exchange) {
        List<Integer> tokens = exchange.fields().wholes("tokens");
        exchange.answer(200, json.createObjectNode().put("content", engine.detokenize(tokens, true)));
    }

    /** Runs a call on the engine; a prompt that does not fit gets the code by which OpenAI's clients know it. */
    static <T> T fitting(Engine engine, Prompt prompt, Function<Prompt, T> call) {
        try {
            return call.apply(prompt);
        } catch (StoaException e) {
            int context = engine.facts().contextTokens().orElse(Integer.MAX_VALUE);
            if (e.kind() == StoaException.Kind.USER
                    && engine.promptTokens(prompt).size() >= context) {
                throw Refused.because(400, "invalid_request_error", e.sentence())
                        .withCode("context_length_exceeded");
            }
            throw e;
        }
    }

    /** Refuses a request for another model than the one that is served. */
    static void requireModel(Fields fields, ServerOptions options) {
        fields.text("model").filter(name -> !name.equals(options.model())).ifPresent(name -> {
            throw Refused.because(
                            404,
                            "invalid_request_error",
                            "the model " + name + " is not served here, but " + options.model() + " is")
                    .withCode("model_not_found");
        });
    }
}
