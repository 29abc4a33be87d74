package io.stoa.gateway.wire;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The tables of cases, and the words that they are written in. */
final class WireCases {
    private WireCases() {}

    static List<String[]> read(String file, int columns) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(WireCases.class.getResourceAsStream("/wire/" + file)),
                StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", columns))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ApiCall call(String word) {
        return switch (word) {
            case "chat" -> ApiCall.CHAT_COMPLETIONS;
            case "completion" -> ApiCall.COMPLETIONS;
            case "embedding" -> ApiCall.EMBEDDINGS;
            case "rerank" -> ApiCall.RERANK;
            case "response" -> ApiCall.RESPONSES;
            case "message" -> ApiCall.MESSAGES;
            case "count" -> ApiCall.COUNT_TOKENS;
            case "tokenize" -> ApiCall.TOKENIZE;
            case "detokenize" -> ApiCall.DETOKENIZE;
            default -> throw new IllegalArgumentException(word);
        };
    }

    /** The smallest request of a call, without its closing brace. */
    static String smallest(ApiCall call) {
        return switch (call) {
            case CHAT_COMPLETIONS, COUNT_TOKENS ->
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
            case MESSAGES -> "{\"model\":\"m\",\"max_tokens\":10,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
            case COMPLETIONS, TOKENIZE -> "{\"model\":\"m\",\"prompt\":\"hi\"";
            case EMBEDDINGS, RESPONSES -> "{\"model\":\"m\",\"input\":\"hi\"";
            case RERANK -> "{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"a\",\"b\"]";
            case DETOKENIZE -> "{\"model\":\"m\",\"tokens\":[1,2]";
        };
    }

    static byte[] body(ApiCall call, String column) {
        String text = column;
        if (column.startsWith("+")) {
            text = smallest(call) + (column.length() > 1 ? "," : "") + column.substring(1) + "}";
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What was found, in the words of the table. */
    static String words(RequestFacts facts, byte[] body) {
        StringBuilder words = new StringBuilder("ok");
        if (!facts.model().equals("m")) {
            words.append(" model=").append(facts.model());
        }
        facts.maxTokens().ifPresent(max -> words.append(" max=").append(max));
        if (facts.choices() != 1) {
            words.append(" n=").append(facts.choices());
        }
        if (facts.prompts() != 1) {
            words.append(" prompts=").append(facts.prompts());
        }
        if (!facts.tools().isEmpty()) {
            words.append(" tools=").append(String.join(",", facts.tools()));
        }
        int images = (facts.promptBytes() - body.length) / 16_384;
        if (images > 0) {
            words.append(" images=").append(images);
        }
        if (facts.stream()) {
            words.append(" stream");
        }
        if (facts.includeUsage()) {
            words.append(" usage");
        }
        return words.toString();
    }

    static String words(ApiError error) {
        return error.status() + " " + error.code().orElse("-") + " "
                + error.param().orElse("-");
    }
}
