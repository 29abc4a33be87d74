package io.stoa.benchmark.task;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class AnswerFilterTest {
    /** Results of lm-evaluation-harness 0.4.13 for random answers. */
    @Test
    void filtersAsTheHarnessDoes() throws IOException {
        int compared = 0;
        try (InputStream in = requireNonNull(AnswerFilterTest.class.getResourceAsStream("filters.json"))) {
            for (JsonNode published : JsonMapper.shared().readTree(in)) {
                assertThat(filter(published)
                                .apply(texts(published.path("responses")), texts(published.path("choices"))))
                        .as(published.toString())
                        .isEqualTo(texts(published.path("result")));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(550);
    }

    private static AnswerFilter filter(JsonNode json) {
        return switch (json.path("filter").stringValue()) {
            case "regex" ->
                new AnswerFilter.Regex(
                        json.path("regex_pattern").stringValue(),
                        json.path("group_select").intValue(),
                        AnswerFilter.INVALID);
            case "multi_choice_regex" ->
                new AnswerFilter.MultipleChoiceRegex(
                        json.path("regex_pattern").stringValue(),
                        json.path("group_select").intValue(),
                        AnswerFilter.INVALID,
                        json.path("ignore_case").booleanValue(),
                        json.path("ignore_punctuation").booleanValue(),
                        texts(json.path("regexes_to_ignore")));
            case "regex_pos" -> new AnswerFilter.PartOfSpeechTags(texts(json.path("fallback")));
            case "format_span" -> new AnswerFilter.NamedEntities();
            case "remove_whitespace" -> new AnswerFilter.RemoveWhitespace();
            case "lowercase" -> new AnswerFilter.Lowercase();
            case "uppercase" -> new AnswerFilter.Uppercase();
            case "majority_vote" -> new AnswerFilter.MajorityVote();
            case "take_first_k" -> new AnswerFilter.TakeFirst(json.path("k").intValue());
            case "take_first" -> new AnswerFilter.TakeFirst(1);
            default -> throw new AssertionError(json.toString());
        };
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::stringValue).toList();
    }

    @Test
    void mapsWhatItKnows() {
        AnswerFilter filter = new AnswerFilter.Mapped(Map.of("yes", "1"), "0");

        assertThat(filter.apply(List.of("yes", "no"), List.of())).containsExactly("1", "0");
    }

    @Test
    void decontaminationChangesNothing() {
        assertThat(new AnswerFilter.Unchanged().apply(List.of("b", "a", "b"), List.of()))
                .containsExactly("b", "a", "b");
    }

    /** Quadratic at worst, on a text that tempts every label. */
    @Test
    void longAnswersAreReadInTime() {
        String answer = "person  ".repeat(20_000) + "('".repeat(20_000);

        assertThat(new AnswerFilter.NamedEntities().apply(List.of(answer), List.of()))
                .containsExactly("");
        assertThat(new AnswerFilter.PartOfSpeechTags(List.of("invalid")).apply(List.of(answer), List.of()))
                .containsExactly("invalid");
    }

    @Test
    void refusesWhatCannotWork() {
        assertThatThrownBy(() -> new AnswerFilter.Regex("(", 0, ""))
                .hasMessageContaining("not a regular expression: (");
        assertThatThrownBy(() -> new AnswerFilter.TakeFirst(0)).hasMessageContaining("at least one");
        assertThatThrownBy(() -> new AnswerFilter.TakeFirst(3).apply(List.of("a"), List.of()))
                .hasMessageContaining("first 3 of 1");
    }
}
