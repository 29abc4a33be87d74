package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Truth values as targets, as lm-evaluation-harness 0.4.13 scores and asks them: among choices they are numbers, else
 * Python's texts.
 */
final class BooleanTargetsTest {
    @TempDir
    private Path folder;

    private OwnTasks tasks(String output, String keys) {
        OwnTasks tasks = new OwnTasks(folder);
        tasks.write("d.jsonl", """
                {"q": "a", "v": true, "s": "x"}
                {"q": "b", "v": false, "s": "y"}
                """);
        tasks.write(
                "t.yaml",
                "task: t\ndataset_path: d.jsonl\noutput_type: " + output + "\n" + keys.replace("; ", "\n") + "\n");
        return tasks;
    }

    private static List<Double> values(OwnTasks tasks, String answers) {
        return Evaluation.ofStored(
                        tasks.library(),
                        "t",
                        Map.of(),
                        Optional.of(OwnTasks.data()),
                        tasks.write("a.jsonl", answers),
                        true,
                        Optional.empty())
                .tasks()
                .firstEntry()
                .getValue()
                .numbers()
                .stream()
                .map(Evaluated.Figure::value)
                .toList();
    }

    /** The second choice is the likelier one of both documents. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "doc_to_text: q; doc_to_target: v | 0.5",
                "doc_to_text: q; doc_to_target: true | 1",
                "doc_to_text: q; doc_to_target: yes | 1",
                "doc_to_text: q; doc_to_target: false | 0",
                "doc_to_text: q; doc_to_target: '{{v}}' | 0",
                "doc_to_text: q; doc_to_target: '[{{v}}]' | 0.5",
                "doc_to_text: v; doc_to_target: s | 0.5"
            })
    void amongChoicesTheyAreNumbers(String keys, double expected) {
        OwnTasks tasks = tasks(
                "multiple_choice",
                keys + "; doc_to_choice: ['no', 'yes']; metric_list: [{metric: acc}, {metric: exact_match}]");
        assertThat(values(tasks, "{\"log_likelihoods\": [[-2, false], [-1, true]]}\n".repeat(2)))
                .containsExactly(expected, expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "doc_to_target: v | True | False | 1",
                "doc_to_target: v | true | false | 0",
                "doc_to_target: true | True | yes | 0.5",
                "doc_to_target: '{{v}}' | True | False | 1",
                "doc_to_target: v; doc_to_choice: ['no', 'yes'] | yes | yes | 0.5"
            })
    void generatedTheyArePythonsTexts(String keys, String first, String second, double expected) {
        OwnTasks tasks = tasks("generate_until", "doc_to_text: q; " + keys);
        assertThat(values(tasks, "{\"text\": \"" + first + "\"}\n{\"text\": \"" + second + "\"}\n"))
                .containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "doc_to_text: q; doc_to_target: v | a yes~~a",
                "doc_to_text: q; doc_to_target: false | a no~~a",
                "doc_to_text: q; doc_to_target: '{{v}}' | a True~~a",
                "doc_to_text: v; doc_to_target: s | yes x~~no"
            })
    void examplesShowTheChoice(String keys, String prompt) {
        OwnTasks tasks = tasks(
                "multiple_choice",
                keys + "; doc_to_choice: ['no', 'yes']; num_fewshot: 1; fewshot_config: {sampler: first_n}");
        assertThat(firstArgument(tasks)).isEqualTo(prompt.replace('~', '\n'));
    }

    private static String firstArgument(OwnTasks tasks) {
        List<String> lines = new ArrayList<>();
        tasks.library().prompts("t", Map.of(), OwnTasks.data(), Prompts.Layout.PLAIN, 1, lines::add);
        return JsonMapper.shared()
                .readTree(lines.getFirst())
                .path("arguments")
                .path("gen_args_0")
                .path("arg_0")
                .asString();
    }

    @Test
    void aRightChoiceThatIsNotThereCountsAsWrong() {
        OwnTasks tasks = tasks("multiple_choice", "doc_to_text: q; doc_to_target: v; doc_to_choice: [only]");
        assertThat(values(tasks, "{\"log_likelihoods\": [-1]}\n".repeat(2))).startsWith(0.5);
    }

    @Test
    void questionsAreTexts() {
        OwnTasks tasks = tasks("generate_until", "doc_to_text: v; doc_to_target: q");
        assertThatThrownBy(() -> firstArgument(tasks))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("doc_to_text is not a text but true");
    }
}
