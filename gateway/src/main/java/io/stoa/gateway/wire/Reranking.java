package io.stoa.gateway.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reranking by embeddings, for upstreams without a reranker: the query and the documents are embedded in one call, and
 * documents are ordered by the cosine of their angle with the query.
 */
public final class Reranking {
    private final JsonNode model;
    private final String query;
    private final List<String> documents = new ArrayList<>();
    private final int most;
    private final boolean tellsDocuments;

    private Reranking(JsonNode request) {
        model = request.path("model");
        query = request.path("query").asString("");
        for (JsonNode document : request.path("documents")) {
            documents.add(
                    document.isString()
                            ? document.stringValue()
                            : document.path("text").asString(""));
        }
        most = request.path("top_n").asInt(documents.size());
        tellsDocuments = request.path("return_documents").asBoolean(false);
        if (documents.contains("")) {
            throw RefusedRequest.field(
                    "documents[" + documents.indexOf("") + "]",
                    "invalid_value",
                    "Invalid 'documents[" + documents.indexOf("") + "]': it is an empty string; send some text.");
        }
    }

    /**
     * Reads a request.
     *
     * @param body a body that {@link RequestScan} has accepted
     */
    public static Reranking of(byte[] body) {
        return new Reranking(Json.MAPPER.readTree(body));
    }

    /** The body for embeddings, with the model as its caller named it. */
    public byte[] embeddings() {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.set("model", model);
        ArrayNode input = body.putArray("input").add(query);
        documents.forEach(input::add);
        return Json.MAPPER.writeValueAsBytes(body);
    }

    /**
     * The documents in order, as Cohere, Jina and vLLM tell them.
     *
     * @param embeddings the upstream's answer
     * @throws IllegalArgumentException when it has not one vector of one length for each text
     */
    public byte[] answer(byte[] embeddings) {
        JsonNode answer;
        try {
            answer = Json.MAPPER.readTree(embeddings);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the upstream's answer is not JSON", e);
        }
        List<double[]> vectors = vectors(answer.path("data"));
        double[] asked = vectors.getFirst();
        record Scored(int index, double score) {}
        List<Scored> scored = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            scored.add(new Scored(i, cosine(asked, vectors.get(i + 1))));
        }
        scored.sort(Comparator.comparingDouble(Scored::score).reversed().thenComparing(Scored::index));
        ObjectNode told = Json.MAPPER.createObjectNode().put("id", "rerank-" + UUID.randomUUID());
        told.set("model", model);
        ArrayNode results = told.putArray("results");
        for (Scored each : scored.subList(0, Math.min(most, scored.size()))) {
            ObjectNode result = results.addObject().put("index", each.index).put("relevance_score", each.score);
            if (tellsDocuments) {
                result.putObject("document").put("text", documents.get(each.index));
            }
        }
        told.set("usage", answer.path("usage").isObject() ? answer.path("usage") : Json.MAPPER.createObjectNode());
        return Json.MAPPER.writeValueAsBytes(told);
    }

    private List<double[]> vectors(JsonNode data) {
        double[][] vectors = new double[documents.size() + 1][];
        for (JsonNode each : data) {
            int index = each.path("index").asInt(-1);
            if (index >= 0 && index < vectors.length) {
                vectors[index] = vector(each.path("embedding"));
            }
        }
        for (double[] vector : vectors) {
            if (vector == null || vector.length == 0 || vector.length != vectors[0].length) {
                throw new IllegalArgumentException("the upstream did not give one vector of one length for each text");
            }
        }
        return List.of(vectors);
    }

    private static double[] vector(JsonNode embedding) {
        if (embedding.isString()) {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(embedding.stringValue()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            double[] vector = new double[bytes.remaining() / Float.BYTES];
            for (int i = 0; i < vector.length; i++) {
                vector[i] = bytes.getFloat();
            }
            return vector;
        }
        double[] vector = new double[embedding.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = embedding.get(i).asDouble(Double.NaN);
        }
        return vector;
    }

    private static double cosine(double[] left, double[] right) {
        double dot = 0;
        double leftSquares = 0;
        double rightSquares = 0;
        for (int i = 0; i < left.length; i++) {
            dot += left[i] * right[i];
            leftSquares += left[i] * left[i];
            rightSquares += right[i] * right[i];
        }
        double cosine = dot / Math.sqrt(leftSquares * rightSquares);
        if (Double.isNaN(cosine)) {
            throw new IllegalArgumentException("the upstream gave a vector without a direction");
        }
        return cosine;
    }
}
