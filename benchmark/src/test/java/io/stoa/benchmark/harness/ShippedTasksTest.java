package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ShippedTasksTest {
    private static final TaskLibrary LIBRARY = new TaskLibrary(List.of(ShippedTasks.folder()));

    @ParameterizedTest
    @CsvSource({
        "profile-agent,13",
        "profile-chat,2",
        "profile-code,2",
        "profile-extraction,2",
        "profile-instructions,1",
        "profile-knowledge,58",
        "profile-rag,2",
        "profile-reasoning,28",
        "profile-summarization,2"
    })
    void profilesHoldTasksThatAreShipped(String profile, int tasks) {
        assertThat(LIBRARY.find(profile, Map.of()).tasks()).hasSize(tasks);
    }

    @ParameterizedTest
    @CsvSource({
        "truthfulqa_mc1,truthfulqa",
        "truthfulqa_mc2,truthfulqa",
        "open-llm-leaderboard-v1,truthfulqa",
        "leaderboard_math_hard,leaderboard/math",
        "leaderboard_math_num_theory_hard,leaderboard/math",
        "open-llm-leaderboard-v2,leaderboard/math"
    })
    void whatIsNotShippedIsSaidToBeElsewhere(String name, String folder) {
        assertThatThrownBy(() -> LIBRARY.find(name, Map.of()))
                .hasMessageContaining("is not shipped")
                .hasMessageEndingWith("--tasks lm-evaluation-harness/lm_eval/tasks/" + folder);
    }

    /** The boards' groups need task files of the harness besides. */
    @Test
    void everythingElseIsWhole() {
        List<String> names = LIBRARY.names().stream()
                .filter(name -> !name.startsWith("open-llm-leaderboard-"))
                .toList();
        assertThat(names)
                .contains("bfcl", "gsm8k", "mmlu")
                .allSatisfy(
                        name -> assertThat(LIBRARY.find(name, Map.of()).tasks()).isNotEmpty());
    }
}
