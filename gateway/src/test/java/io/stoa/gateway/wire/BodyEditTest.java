package io.stoa.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class BodyEditTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    static List<String[]> rewrites() {
        return WireCases.read("rewrites.tsv", 4);
    }

    static List<String[]> requests() {
        return WireCases.read("requests.tsv", 3).stream()
                .filter(each -> each[1].startsWith("ok")
                        && List.of("chat", "completion").contains(each[0]))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("rewrites")
    void changesOnlyWhatItWasAskedTo(String word, String edits, String body, String expected) {
        ApiCall call = WireCases.call(word);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        BodyEdit edit = BodyEdit.of(RequestScan.scan(call, bytes), bytes);
        for (String each : edits.split(" ", -1)) {
            String value = each.substring(each.indexOf('=') + 1);
            switch (each.split("=", 2)[0]) {
                case "model" -> edit.model(value);
                case "max" -> edit.maxTokensIfAbsent(Integer.parseInt(value));
                case "usage" -> edit.includeUsage();
                case "logprobs" -> edit.logprobs(Integer.parseInt(value));
                case "whole" -> edit.wholeAnswer();
                default -> throw new IllegalArgumentException(each);
            }
        }

        assertThat(new String(edit.bytes(), StandardCharsets.UTF_8)).isEqualTo(expected);
    }

    /** Every accepted request of the table, changed in every way, against the same change of its tree. */
    @ParameterizedTest
    @MethodSource("requests")
    void saysTheSameAsAChangedTree(String word, String expected, String column) {
        ApiCall call = WireCases.call(word);
        byte[] body = WireCases.body(call, column);
        RequestFacts facts = RequestScan.scan(call, body);

        byte[] edited = BodyEdit.of(facts, body)
                .model("up/\"é")
                .maxTokensIfAbsent(77)
                .includeUsage()
                .bytes();

        ObjectNode wanted = (ObjectNode) JSON.readTree(body);
        wanted.put("model", "up/\"é");
        if (facts.maxTokens().isEmpty()) {
            wanted.put(wanted.has("max_completion_tokens") ? "max_completion_tokens" : "max_tokens", 77);
        }
        if (facts.stream()) {
            JsonNode options = wanted.path("stream_options");
            ObjectNode full = options.isObject() ? (ObjectNode) options : wanted.putObject("stream_options");
            full.put("include_usage", true);
        }
        assertThat(JSON.readTree(edited)).isEqualTo(wanted);
        assertThat(RequestScan.scan(call, edited).maxTokens()).isPresent();
    }

    @Test
    void nothingToChangeIsTheSameArray() {
        byte[] body = WireCases.body(ApiCall.CHAT_COMPLETIONS, "+\"max_tokens\":5");
        BodyEdit edit = BodyEdit.of(RequestScan.scan(ApiCall.CHAT_COMPLETIONS, body), body);

        assertThat(edit.maxTokensIfAbsent(9).includeUsage().bytes()).isSameAs(body);
    }
}
