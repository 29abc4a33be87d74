package io.stoa.engine.serve;

import io.stoa.engine.Engine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/embeddings}. */
final class Embeddings {
    private final Engine engine;
    private final ServerOptions options;

    Embeddings(Engine engine, ServerOptions options) {
        this.engine = engine;
        this.options = options;
    }

    void call(Exchange exchange) {
        Fields fields = exchange.fields();
        Calls.requireModel(fields, options);
        List<String> texts = fields.texts("input");
        if (texts.isEmpty() || texts.contains("")) {
            throw Refused.field("input", "must be a text or a list of texts, none of them empty");
        }
        String format = fields.text("encoding_format").orElse("float");
        if (!format.equals("float") && !format.equals("base64")) {
            throw Refused.field("encoding_format", "is float or base64: " + format);
        }
        fields.get("dimensions").ifPresent(given -> {
            throw Refused.field("dimensions", "is not supported: this model has the dimensions it has");
        });
        List<List<float[]>> vectors = engine.embed(texts, Engine.Pooling.AS_MODEL_SAYS, true);
        ObjectNode answer = JsonMapper.shared().createObjectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        int tokens = 0;
        for (int i = 0; i < texts.size(); i++) {
            float[] vector = vectors.get(i).getFirst();
            ObjectNode entry = data.addObject().put("object", "embedding").put("index", i);
            if (format.equals("base64")) {
                ByteBuffer bytes =
                        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(vector);
                entry.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
            } else {
                ArrayNode numbers = entry.putArray("embedding");
                for (float number : vector) {
                    numbers.add(number);
                }
            }
            tokens += engine.tokenize(texts.get(i), false).size();
        }
        answer.put("model", options.model());
        answer.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        exchange.answer(200, answer);
    }
}
