package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.benchmark.task.AnswerFilter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FilterPipelineTest {
    private static List<FilterPipeline> read(Map<?, ?>... steps) {
        return FilterPipeline.read("mine", Optional.of(List.of(Map.of("name", "f", "filter", Arrays.asList(steps)))));
    }

    @Test
    void knowsEveryFilterOfTheHarnessByName() {
        assertThat(read(
                                Map.of("function", "format_span"),
                                Map.of("function", "decontaminate", "path", "x"),
                                Map.of("function", "regex_pos"))
                        .getFirst()
                        .filters())
                .containsExactly(
                        new AnswerFilter.NamedEntities(),
                        new AnswerFilter.Unchanged(),
                        new AnswerFilter.PartOfSpeechTags(List.of("invalid")));
        assertThat(read(Map.of("function", "regex_pos", "fallback", List.of("X")))
                        .getFirst()
                        .filters())
                .containsExactly(new AnswerFilter.PartOfSpeechTags(List.of("X")));
    }

    @Test
    void saysWhyItRefuses() {
        assertThatThrownBy(() -> read(Map.of("function", "custom", "filter_fn", "f")))
                .hasMessageContaining("mine: the filter custom is a Python function")
                .hasMessageContaining("regex");
        assertThatThrownBy(() -> read(Map.of("function", "regex_pos"), Map.of("function", "take_first")))
                .hasMessageContaining("take_first follows regex_pos");
        assertThatThrownBy(() -> read(Map.of("function", "format_spam"))).hasMessageContaining("format_span");
    }
}
