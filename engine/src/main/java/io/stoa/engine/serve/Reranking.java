package io.stoa.engine.serve;

import io.stoa.engine.Engine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cohere's and Jina's call {@code /v1/rerank}, by the cosine between the embeddings of the query and of each document. No
 * cross-encoder: how well this ranks is how well the model embeds.
 */
final class Reranking {
    private static final int MOST_DOCUMENTS = 1000;

    private final Engine engine;
    private final ServerOptions options;

    Reranking(Engine engine, ServerOptions options) {
        this.engine = engine;
        this.options = options;
    }

    void call(Exchange exchange) {
        Fields fields = exchange.fields();
        Calls.requireModel(fields, options);
        String query = fields.text("query")
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> Refused.field("query", "is missing or empty"));
        List<String> documents = fields.texts("documents");
        if (documents.isEmpty() || documents.contains("") || documents.size() > MOST_DOCUMENTS) {
            throw Refused.field("documents", "must be 1 to " + MOST_DOCUMENTS + " texts, none of them empty");
        }
        int most = fields.whole("top_n", 1, Integer.MAX_VALUE).orElse(documents.size());
        List<String> texts = new ArrayList<>(documents);
        texts.add(query);
        List<List<float[]>> vectors = engine.embed(texts, Engine.Pooling.AS_MODEL_SAYS, true);
        float[] asked = vectors.getLast().getFirst();
        double[] scores = IntStream.range(0, documents.size())
                .mapToDouble(i -> cosine(asked, vectors.get(i).getFirst()))
                .toArray();
        ObjectNode answer = JsonMapper.shared().createObjectNode().put("object", "list");
        answer.put("model", options.model());
        ArrayNode results = answer.putArray("results");
        IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]).thenComparing(i -> i))
                .limit(most)
                .forEach(i -> results.addObject().put("index", i).put("relevance_score", scores[i]));
        int tokens = texts.stream()
                .mapToInt(text -> engine.tokenize(text, false).size())
                .sum();
        answer.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        exchange.answer(200, answer);
    }

    /** Of vectors of unit length. */
    private static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
