package io.stoa.engine.serve;

import io.stoa.engine.GenerateOptions;
import io.stoa.engine.grammar.JsonSchemaGrammar;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/** Reads how to generate from a request of the OpenAI protocol, with llama-server's and vLLM's additions. */
final class Sampling {
    /** What would change the answer and is not there: better refused than ignored. */
    private static final List<String> PENALTIES =
            List.of("presence_penalty", "frequency_penalty", "repetition_penalty", "repeat_penalty");

    private Sampling() {}

    /**
     * Reads the options.
     *
     * @param mostTokens the limit where the request names none
     * @param alternatives how many likeliest tokens to tell, where log-probabilities are asked for
     */
    static GenerateOptions read(Fields fields, int mostTokens, OptionalInt alternatives, RandomGenerator seeds) {
        refuseUnsupported(fields);
        int limit = fields.whole("max_completion_tokens", 1, Integer.MAX_VALUE)
                .orElseGet(
                        () -> fields.whole("max_tokens", 1, Integer.MAX_VALUE).orElse(mostTokens));
        double temperature = within(fields, "temperature", 1, 0, 100);
        double topP = within(fields, "top_p", 1, Double.MIN_VALUE, 1);
        double minP = within(fields, "min_p", 0, 0, Math.nextDown(1.0));
        int topK = Math.max(0, fields.whole("top_k", -1, Integer.MAX_VALUE).orElse(0));
        long seed = fields.seed("seed").orElseGet(seeds::nextLong);
        List<String> stop = fields.texts("stop");
        if (stop.contains("") || stop.size() > 64) {
            throw Refused.field("stop", "is at most 64 strings, none of them empty");
        }
        GenerateOptions options = new GenerateOptions(limit, temperature, topK, topP, minP, seed, stop);
        Optional<String> grammar = grammar(fields);
        if (grammar.isPresent()) {
            options = options.withGrammar(grammar.get());
        }
        return alternatives.isPresent() ? options.withAlternatives(alternatives.getAsInt()) : options;
    }

    /** {@code response_format} (OpenAI), {@code json_schema} (llama-server), {@code guided_json} (vLLM) or {@code grammar}. */
    private static Optional<String> grammar(Fields fields) {
        List<String> grammars = new ArrayList<>();
        fields.object("response_format").flatMap(Sampling::ofFormat).ifPresent(grammars::add);
        fields.text("grammar").ifPresent(grammars::add);
        for (String name : List.of("json_schema", "guided_json")) {
            fields.get(name).ifPresent(schema -> grammars.add(JsonSchemaGrammar.gbnf(schema)));
        }
        if (grammars.size() > 1) {
            throw Refused.field("response_format", "and a grammar cannot both be followed; send one");
        }
        return grammars.stream().findFirst();
    }

    private static Optional<String> ofFormat(Fields format) {
        String type = format.text("type").orElse("");
        return switch (type) {
            case "text" -> Optional.empty();
            case "json_object" ->
                Optional.of(format.get("schema").map(JsonSchemaGrammar::gbnf).orElseGet(JsonSchemaGrammar::anyObject));
            case "json_schema" ->
                Optional.of(format.object("json_schema")
                        .flatMap(given -> given.get("schema"))
                        .map(JsonSchemaGrammar::gbnf)
                        .orElseThrow(() -> Refused.field("response_format", "needs json_schema.schema")));
            default -> throw Refused.field("response_format", "has the type text, json_object or json_schema: " + type);
        };
    }

    private static double within(Fields fields, String name, double otherwise, double least, double most) {
        double value = fields.number(name, otherwise);
        if (!(value >= least && value <= most)) {
            String from = least == Double.MIN_VALUE ? "above 0" : "at least " + least;
            throw Refused.field(name, "must be " + from + " and at most " + most + ": " + value);
        }
        return value;
    }

    private static void refuseUnsupported(Fields fields) {
        for (String name : List.of("n", "best_of")) {
            if (fields.whole(name, 1, Integer.MAX_VALUE).orElse(1) != 1) {
                throw Refused.field(name, "above 1 is not supported; ask several times with different seeds");
            }
        }
        for (String name : PENALTIES) {
            double none = name.startsWith("repe") ? 1 : 0;
            if (fields.number(name, none) != none) {
                throw Refused.field(name, "is not supported");
            }
        }
        fields.get("logit_bias").filter(bias -> !bias.isEmpty()).ifPresent(bias -> {
            throw Refused.field("logit_bias", "is not supported");
        });
        fields.get("suffix").ifPresent(suffix -> {
            throw Refused.field("suffix", "is not supported");
        });
    }
}
