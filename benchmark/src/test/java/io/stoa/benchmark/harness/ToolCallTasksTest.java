package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.LocalDatasets;
import io.stoa.benchmark.toolcall.ToolCallCategory;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The shipped tasks of tool calling, from the files' layout to the score. */
final class ToolCallTasksTest {
    private static final Path PUBLISHED = Path.of("../../shared/data/items/bfcl");
    private static final TaskLibrary LIBRARY = new TaskLibrary(List.of(ShippedTasks.folder()));
    private static final int ITEMS = 20;

    @TempDir
    private Path folder;

    private static TaskConfig task(String category) {
        return LIBRARY.find("bfcl_" + category, Map.of()).tasks().findFirst().orElseThrow();
    }

    private static Prompts prompts(Path folder, String category) {
        TaskConfig task = task(category);
        TaskData data = new TaskData(new LocalDatasets(Map.of("gorilla-llm/BFCL", folder), new DatasetReader()));
        return new Prompts(task, data.splits(task), Prompts.Layout.PLAIN);
    }

    private static double score(String category, Prompts prompts, int index, String answer) {
        Scorer scorer = new Scorer(task(category), prompts.reader());
        Measured measured = Optional.ofNullable(scorer.score(
                                prompts.documents().get(index),
                                List.of(List.of(new Outcome.Text(List.of(answer), true))))
                        .getFirst()
                        .get("ast_acc"))
                .orElseThrow();
        return ((Measured.Value) measured).value();
    }

    private void write(String category, String item, Optional<String> truth) throws IOException {
        String name = "BFCL_v4_" + category + ".json";
        Files.writeString(folder.resolve(name), item + "\n");
        if (truth.isPresent()) {
            Path answers = Files.createDirectories(folder.resolve("possible_answer"));
            Files.writeString(answers.resolve(name), "{\"id\":\"a_0\",\"ground_truth\":" + truth.get() + "}\n");
        }
    }

    private static String item(String wholeNumber, String text) {
        return "{\"id\":\"a_0\",\"question\":[[{\"role\":\"user\",\"content\":\"Boil two eggs, please.\"}]],"
                + "\"function\":[{\"name\":\"kitchen.boil\",\"description\":\"Boils.\",\"parameters\":"
                + "{\"type\":\"dict\",\"properties\":{\"count\":{\"type\":\"" + wholeNumber
                + "\"},\"what\":{\"type\":\"" + text + "\"}},\"required\":[\"count\",\"what\"]}}]}";
    }

    private static final String TRUTH = "[{\"kitchen.boil\":{\"count\":[2],\"what\":[\"eggs\",\"egg\"]}}]";

    @Test
    void pythonCallsAreAskedForAndChecked() throws IOException {
        write("simple_python", item("integer", "string"), Optional.of(TRUTH));
        Prompts prompts = prompts(folder, "simple_python");
        Request.Generate asked = (Request.Generate) prompts.requests(0).getFirst();
        assertThat(((Request.Context.Text) asked.context()).text())
                .contains("\"name\":\"kitchen.boil\"")
                .contains("user: Boil two eggs, please.")
                .contains("Python's syntax")
                .doesNotContain("ground_truth");
        assertThat(score("simple_python", prompts, 0, "[kitchen.boil(count=2, what='egg')]"))
                .isOne();
        assertThat(score("simple_python", prompts, 0, "[kitchen.boil(count=3, what='egg')]"))
                .isZero();
        assertThat(score("simple_python", prompts, 0, "I boil them.")).isZero();
        assertThat(score("simple_python", prompts, 0, "[]")).isZero();
    }

    @Test
    void javaAndJavaScriptHaveTheirOwnValues() throws IOException {
        write("simple_java", item("long", "String"), Optional.of(TRUTH));
        Prompts java = prompts(folder, "simple_java");
        assertThat(score("simple_java", java, 0, "[kitchen.boil(count=2L, what=\"eggs\")]"))
                .isOne();
        assertThat(score("simple_java", java, 0, "[kitchen.boil(count=2L, what=\"tea\")]"))
                .isZero();
        write("simple_javascript", item("integer", "String"), Optional.of(TRUTH));
        Prompts script = prompts(folder, "simple_javascript");
        assertThat(score("simple_javascript", script, 0, "[kitchen.boil(count=2, what=\"eggs\")]"))
                .isOne();
        assertThat(score("simple_javascript", script, 0, "[kitchen.boil(count=3, what=\"eggs\")]"))
                .isZero();
    }

    @Test
    void whereNothingFitsAnEmptyListIsRight() throws IOException {
        write("irrelevance", item("integer", "string"), Optional.empty());
        Prompts prompts = prompts(folder, "irrelevance");
        assertThat(score("irrelevance", prompts, 0, "[]")).isOne();
        assertThat(score("irrelevance", prompts, 0, "None of these helps.")).isOne();
        assertThat(score("irrelevance", prompts, 0, "[kitchen.boil(count=2, what='egg')]"))
                .isZero();
    }

    @Test
    void missingAnswersAreNamed() throws IOException {
        write("simple_python", item("integer", "string"), Optional.empty());
        Prompts prompts = prompts(folder, "simple_python");
        assertThatThrownBy(() -> prompts.requests(0))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("possible_answer");
    }

    @Test
    void everyCategoryCountsAlike() {
        assertThat(LIBRARY.find("bfcl", Map.of()).tasks()).hasSize(ToolCallCategory.values().length);
        Suite.Group group = (Suite.Group) LIBRARY.find("bfcl", Map.of());
        assertThat(group.averages()).containsExactly(new Suite.Average("ast_acc", false, Optional.empty()));
    }

    /** The first items of each category: asked without a fault, and the first allowed answer is right. */
    @ParameterizedTest
    @EnumSource
    void publishedItems(ToolCallCategory category) {
        assumeTrue(Files.isDirectory(PUBLISHED), "the published items of BFCL are not here");
        Prompts prompts = prompts(PUBLISHED, category.bfclName());
        int checked = 0;
        for (int i = 0; i < Math.min(ITEMS, prompts.documents().size()); i++) {
            ObjectNode document = prompts.documents().get(i);
            assertThat(prompts.requests(i)).hasSize(1);
            String name = category.bfclName();
            switch (category.demand()) {
                case NONE -> {
                    assertThat(score(name, prompts, i, "[]")).isOne();
                    checked++;
                }
                case ANY -> {
                    assertThat(score(name, prompts, i, "[]")).isZero();
                    checked++;
                }
                case ONE, CHOSEN, SEVERAL -> {
                    Optional<String> calls = calls(document.path("ground_truth"));
                    if (calls.isPresent()) {
                        assertThat(score(name, prompts, i, calls.get()))
                                .as(calls.get())
                                .isOne();
                        checked++;
                    }
                    assertThat(score(name, prompts, i, "[]")).isZero();
                }
            }
        }
        assertThat(checked).isPositive();
    }

    /** The first allowed value of each parameter, where all are texts, numbers or truth values. */
    private static Optional<String> calls(JsonNode truth) {
        boolean plain = StreamSupport.stream(truth.spliterator(), false)
                .flatMap(call -> call.properties().iterator().next().getValue().properties().stream())
                .map(parameter -> parameter.getValue().path(0))
                .allMatch(value -> value.isNumber() || (value.isString() && simple(value.stringValue())));
        return plain
                ? Optional.of(StreamSupport.stream(truth.spliterator(), false)
                        .map(call -> call.properties().iterator().next())
                        .map(call -> call.getKey() + "("
                                + call.getValue().properties().stream()
                                        .filter(parameter ->
                                                !parameter.getValue().path(0).equals(EMPTY))
                                        .map(parameter -> parameter.getKey() + "="
                                                + parameter.getValue().path(0))
                                        .collect(Collectors.joining(", "))
                                + ")")
                        .collect(Collectors.joining(", ", "[", "]")))
                : Optional.empty();
    }

    private static final JsonNode EMPTY = JsonNodeFactory.instance.stringNode("");

    private static boolean simple(String text) {
        return text.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == ' ');
    }
}
