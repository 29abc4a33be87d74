package io.stoa.benchmark.toolcall;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads calls written as JSON. */
final class JsonCallReader {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(Bounds.DEEPEST)
                            .maxNumberLength(Bounds.MOST_DIGITS)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private JsonCallReader() {}

    static List<FunctionCall> read(String answer) throws AnswerSyntaxException {
        JsonNode json = parse(withoutSurroundings(answer));
        JsonNode written = json.isObject() && json.has("tool_calls") ? json.path("tool_calls") : json;
        if (written.isObject()) {
            return List.of(call(written));
        }
        if (!written.isArray()) {
            throw new AnswerSyntaxException("not a list of calls but " + written.getNodeType());
        }
        List<FunctionCall> calls = new ArrayList<>();
        for (JsonNode call : written) {
            calls.add(call(call));
        }
        return calls;
    }

    /** From the first bracket to the last one of its kind: models write sentences and fences around their JSON. */
    private static String withoutSurroundings(String answer) throws AnswerSyntaxException {
        int list = answer.indexOf('[');
        int object = answer.indexOf('{');
        boolean isList = list >= 0 && (object < 0 || list < object);
        int start = isList ? list : object;
        int end = answer.lastIndexOf(isList ? ']' : '}');
        if (start < 0 || end < start) {
            throw new AnswerSyntaxException("no JSON list and no object");
        }
        return answer.substring(start, end + 1);
    }

    private static FunctionCall call(JsonNode json) throws AnswerSyntaxException {
        JsonNode call = json.path("function").isObject() ? json.path("function") : json;
        JsonNode name = call.has("name") ? call.path("name") : call.path("function");
        JsonNode arguments = call.has("arguments") ? call.path("arguments") : call.path("parameters");
        if (!name.isString()) {
            throw new AnswerSyntaxException("a call without a name");
        }
        JsonNode values = arguments.isString() ? parse(arguments.stringValue()) : arguments;
        if (!values.isObject()) {
            throw new AnswerSyntaxException("the arguments of " + name.stringValue() + " are not an object");
        }
        return FunctionCall.of(name.stringValue(), values);
    }

    private static JsonNode parse(String text) throws AnswerSyntaxException {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new AnswerSyntaxException("not JSON: " + e.getOriginalMessage());
        }
    }
}
