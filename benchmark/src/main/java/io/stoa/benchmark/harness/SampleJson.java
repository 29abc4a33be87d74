package io.stoa.benchmark.harness;

import io.stoa.model.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Documents, requests and scores as lm-evaluation-harness logs them, one JSON object a document. */
final class SampleJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private SampleJson() {}

    /** What is asked about a document. */
    static ObjectNode asked(int index, Prompts prompts) {
        return document(index, prompts.documents().get(index), prompts.target(index), prompts.requests(index));
    }

    /** What was asked, answered and scored. */
    static ObjectNode scored(Sample sample) {
        ObjectNode line =
                document(sample.index(), sample.document(), sample.target().get(), sample.requests());
        ArrayNode resps = line.putArray("resps");
        sample.raw().forEach(raw -> resps.add(answers(raw)));
        ArrayNode filtered = line.putArray("filtered_resps");
        sample.outcomes().forEach(outcome -> {
            switch (outcome) {
                case Outcome.Likelihood one -> filtered.add(pair(one.logLikelihood(), one.greedy()));
                case Outcome.Text text -> {
                    if (text.single()) {
                        filtered.add(text.first());
                    } else {
                        text.answers().forEach(filtered.addArray()::add);
                    }
                }
            }
        });
        line.put("filter", sample.filter());
        ArrayNode metrics = line.putArray("metrics");
        sample.scores().keySet().forEach(metrics::add);
        // The hashes tell whether two runs asked the same.
        line.put("doc_hash", sha256(PythonJson.indented(sample.document())));
        line.put(
                "prompt_hash",
                sha256(
                        sample.requests().isEmpty()
                                ? ""
                                : prompt(sample.requests().getFirst())));
        line.put(
                "target_hash",
                sha256(line.path("target").asString(line.path("target").toString())));
        sample.scores().forEach((metric, measured) -> put(line, metric, measured));
        return line;
    }

    private static ObjectNode document(int index, ObjectNode document, JsonNode target, List<Request> requests) {
        ObjectNode line = JSON.objectNode();
        line.put("doc_id", index);
        line.set("doc", document);
        line.set("target", target);
        ObjectNode arguments = line.putObject("arguments");
        int number = 0;
        for (Request request : requests) {
            ObjectNode one = arguments.putObject("gen_args_" + number++);
            switch (request) {
                case Request.Likelihood likelihood -> {
                    one.put("arg_0", text(likelihood.context()));
                    one.put("arg_1", likelihood.continuation());
                }
                case Request.Rolling rolling -> one.put("arg_0", rolling.text());
                case Request.Generate generate -> {
                    one.put("arg_0", text(generate.context()));
                    ObjectNode settings = one.putObject("arg_1");
                    ArrayNode until = settings.putArray("until");
                    generate.settings().until().forEach(until::add);
                    settings.put("temperature", generate.settings().temperature());
                    generate.settings().maxTokens().ifPresent(tokens -> settings.put("max_gen_toks", tokens));
                }
            }
        }
        return line;
    }

    private static ArrayNode answers(RawAnswer raw) {
        ArrayNode answers = JSON.arrayNode();
        switch (raw) {
            case RawAnswer.Texts texts -> texts.texts().forEach(answers::add);
            case RawAnswer.Likelihood one -> answers.add(pair(one.logLikelihood(), one.greedy()));
        }
        return answers;
    }

    /** The harness writes numbers and flags of answers as texts; what is not known is Python's None. */
    private static ArrayNode pair(double logLikelihood, Optional<Boolean> greedy) {
        return JSON.arrayNode()
                .add(Double.toString(logLikelihood))
                .add(greedy.map(flag -> flag ? "True" : "False").orElse("None"));
    }

    private static void put(ObjectNode line, String metric, Measured measured) {
        switch (measured) {
            case Measured.Value value -> line.put(metric, value.value());
            case Measured.Weighted weighted ->
                line.putArray(metric).add(weighted.logLikelihood()).add(weighted.weight());
            case Measured.Label label -> line.putArray(metric).add(label.gold()).add(label.predicted());
            case Measured.Distribution distribution -> {
                ArrayNode array = line.putArray(metric).add(distribution.gold());
                distribution.probabilities().forEach(array.addArray()::add);
            }
            case Measured.Texts texts -> {
                ArrayNode array = line.putArray(metric);
                texts.references().forEach(array.addArray()::add);
                array.add(texts.prediction());
            }
            case Measured.Flags flags -> flags.flags().forEach(line.putArray(metric)::add);
        }
    }

    private static String prompt(Request request) {
        return switch (request) {
            case Request.Likelihood likelihood -> text(likelihood.context());
            case Request.Rolling rolling -> rolling.text();
            case Request.Generate generate -> text(generate.context());
        };
    }

    private static String text(Request.Context context) {
        return switch (context) {
            case Request.Context.Text text -> text.text();
            case Request.Context.Chat chat -> {
                ArrayNode messages = JSON.arrayNode();
                chat.messages()
                        .forEach(message ->
                                messages.addObject().put("role", message.role()).put("content", message.content()));
                yield messages.toString();
            }
        };
    }

    private static String sha256(String text) {
        MessageDigest digest = Digest.sha256();
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return Digest.of(digest).hex();
    }
}
