package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What is expected of documents was computed by the functions of lm-evaluation-harness 0.4.13. */
final class LeaderboardHooksTest {
    private static final String TASK = """
            task: hard_problems
            dataset_path: problems
            process_docs: !function utils.process_docs
            output_type: generate_until
            test_split: test
            doc_to_text: !function utils.doc_to_text
            process_results: !function utils.process_results
            doc_to_target: "{{answer if few_shot is undefined else solution}}"
            metric_list:
              - metric: exact_match
              - metric: exact_match_original
            num_fewshot: 2
            fewshot_config:
              sampler: first_n
              samples: !function utils.list_fewshot_samples
            """;

    private static final String EXAMPLES = """
            import nothing_that_is_installed

            def list_fewshot_samples() -> list[dict]:
                return [
                    {
                        "problem": "One and one?",
                        "solution": "It is $\\\\boxed{2}$.\\nFinal Answer: The final answer is $2$. I hope it is correct.",
                        "few_shot": "1",
                    },
                    {"problem": "Two and two?", "solution": "Four.", "few_shot": "1"},
                ]


            raise SystemExit("never executed")
            """;

    @TempDir
    private Path folder;

    private TaskConfig math(Optional<String> module) throws IOException {
        Path own = Files.createDirectories(folder.resolve("leaderboard/math"));
        Files.writeString(own.resolve("hard_problems.yaml"), TASK);
        if (module.isPresent()) {
            Files.writeString(own.resolve("utils.py"), module.get());
        }
        return new TaskLibrary(List.of(folder))
                .find("hard_problems", Map.of())
                .tasks()
                .findFirst()
                .orElseThrow();
    }

    private static ObjectNode problem(String problem, String level, String solution) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("problem", problem)
                .put("level", level)
                .put("solution", solution);
    }

    private static Prompts prompts(TaskConfig task, List<ObjectNode> rows) {
        SequencedMap<String, List<ObjectNode>> splits = new LinkedHashMap<>();
        splits.put("test", rows);
        return new Prompts(task, splits, Prompts.Layout.PLAIN);
    }

    @Test
    void problemsOfTheLastLevelGetTheAnswerOfTheirLastBox() throws IOException {
        List<ObjectNode> rows = List.of(
                problem("What is $2+3$?", "Level 5", "Adding gives $\\boxed{5}$."),
                problem("Easy one", "Level 1", "It is $\\boxed{1}$."),
                problem("Halves", "Level 5", "First $\\boxed{9}$, then $\\boxed{\\frac{1}{2}}$ in the end."),
                problem("Spaced", "Level 5", "So the result is $\\boxed 7$ here."),
                problem("Framed", "Level 5", "So \\fbox{8}."),
                problem("None", "Level 5", "No box at all."),
                problem("Open", "Level 5", "Never closed \\boxed{3."));
        Prompts prompts = prompts(math(Optional.of(EXAMPLES)), rows);
        assertThat(prompts.documents())
                .extracting(document -> document.path("answer").stringValue())
                .containsExactly("5", "\\frac{1}{2}", "7", "[invalidanswer]", "[invalidanswer]", "[invalidanswer]");
        Request.Generate asked = (Request.Generate) prompts.requests(0).getFirst();
        assertThat(asked.context()).isEqualTo(new Request.Context.Text("""
                        Problem:
                        One and one?

                        Solution: It is $\\boxed{2}$.
                        Final Answer: The final answer is $2$. I hope it is correct.

                        Problem:
                        Two and two?

                        Solution: Four.

                        Problem:
                        What is $2+3$?

                        Solution:"""));
    }

    @Test
    void bothRulesScore() throws IOException {
        TaskConfig task = math(Optional.of(EXAMPLES));
        Prompts prompts = prompts(task, List.of(problem("Halves", "Level 5", "It is $\\boxed{\\frac{1}{2}}$.")));
        assertThat(scores(task, prompts, "Final Answer: The final answer is $\\frac12$. I hope it is correct."))
                .containsExactly(1.0, 1.0);
        assertThat(scores(task, prompts, "So we get $\\boxed{0.5}$.")).containsExactly(1.0, 0.0);
        assertThat(scores(task, prompts, "Final Answer: The final answer is $2$. I hope it is correct."))
                .containsExactly(0.0, 0.0);
        assertThat(scores(task, prompts, "")).containsExactly(0.0, 0.0);
    }

    private static List<Double> scores(TaskConfig task, Prompts prompts, String answer) {
        Scorer scorer = new Scorer(task, prompts.reader());
        return scorer
                .score(prompts.documents().getFirst(), List.of(List.of(new Outcome.Text(List.of(answer), true))))
                .getFirst()
                .values()
                .stream()
                .map(measured -> ((Measured.Value) measured).value())
                .toList();
    }

    @Test
    void examplesThatAreNotThereAreNamed() {
        assertThatThrownBy(() -> math(Optional.empty()))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("utils.py")
                .hasMessageContaining("list_fewshot_samples")
                .hasMessageContaining("copy the task's whole folder");
        assertThatThrownBy(() -> math(Optional.of("x = 1\n")))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("there is no function list_fewshot_samples");
        assertThatThrownBy(() -> math(Optional.of("def list_fewshot_samples():\n    return [open('x')]\n")))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("no literal list");
        assertThatThrownBy(() -> math(Optional.of("def list_fewshot_samples():\n    x = 1\n    return [x]\n")))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("does more than return a list");
        assertThatThrownBy(() -> math(Optional.of("#".repeat(2 << 20))))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("larger than");
    }

    @Test
    void theOptionsOfGpqaAreShuffledAsByPythonSeededWithZero() {
        TaskConfig task = new TaskLibrary(List.of(ShippedTasks.folder()))
                .find("leaderboard_gpqa_diamond", Map.of())
                .tasks()
                .findFirst()
                .orElseThrow();
        List<ObjectNode> rows = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            ObjectNode row = JsonNodeFactory.instance
                    .objectNode()
                    .put("Incorrect Answer 1", "wrong one")
                    .put("Incorrect Answer 2", " wrong  two [x]")
                    .put("Incorrect Answer 3", "third [title] way")
                    .put("Correct Answer", "right" + i);
            if (i == 2) {
                row.putNull("Incorrect Answer 3");
            }
            rows.add(row);
        }
        List<String> expected = List.of(
                "[\"third. way\",\"wrong one\",\"wrong two \",\"right0\",\"(D)\"]",
                "[\"wrong one\",\"wrong two \",\"right1\",\"third. way\",\"(C)\"]",
                "[\"wrong one\",\" \",\"wrong two \",\"right2\",\"(D)\"]",
                "[\"wrong two \",\"wrong one\",\"right3\",\"third. way\",\"(C)\"]",
                "[\"third. way\",\"wrong one\",\"right4\",\"wrong two \",\"(C)\"]",
                "[\"right5\",\"wrong two \",\"third. way\",\"wrong one\",\"(A)\"]");
        Hooks.OfDocuments shuffled = task.processDocs().orElseThrow();
        for (int again = 0; again < 2; again++) {
            assertThat(shuffled.apply(rows))
                    .extracting(document -> JsonMapper.shared()
                            .writeValueAsString(List.of(
                                    document.path("choice1"),
                                    document.path("choice2"),
                                    document.path("choice3"),
                                    document.path("choice4"),
                                    document.path("answer"))))
                    .isEqualTo(expected);
        }
    }
}
