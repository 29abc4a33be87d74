package io.stoa.integration.tool;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON that somebody else wrote: from servers, description files and models. Its nesting and its numbers are bounded, no
 * key stands twice (two readers would read different values), and nothing follows it.
 */
public final class ForeignJson {
    private static final int DEEPEST = 100;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxNumberLength(100)
                            .maxNameLength(10_000)
                            .maxStringLength(64 << 20)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(tools.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ForeignJson() {}

    /**
     * Reads a text.
     *
     * @throws IllegalArgumentException that says in one line why it cannot be read
     */
    public static JsonNode read(String text) {
        try {
            JsonNode node = MAPPER.readTree(text);
            problem(node).ifPresent(problem -> {
                throw new IllegalArgumentException(problem);
            });
            return node;
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not JSON: " + firstLine(e.getOriginalMessage()), e);
        }
    }

    /** What of a value could neither be hashed nor passed on unchanged; empty when all can. */
    public static Optional<String> problem(JsonNode node) {
        return problem(node, 0);
    }

    private static Optional<String> problem(JsonNode node, int depth) {
        if (depth > DEEPEST) {
            return Optional.of("nested deeper than " + DEEPEST + " levels");
        }
        if (node.isMissingNode() || node.isPojo() || node.isBinary()) {
            return Optional.of("holds something that is no JSON");
        }
        if (node.isNumber() && !node.isIntegralNumber() && !Double.isFinite(node.doubleValue())) {
            return Optional.of("holds a number that is too large");
        }
        for (JsonNode child : node) {
            Optional<String> inside = problem(child, depth + 1);
            if (inside.isPresent()) {
                return inside;
            }
        }
        return Optional.empty();
    }

    /** Foreign words for a message: one line without control characters, and short. */
    public static String firstLine(String foreign) {
        String line = foreign.strip().replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ");
        return line.length() <= 300 ? line : line.substring(0, 300) + "…";
    }
}
