package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.stoa.benchmark.ScriptedEngine;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TaskLibraryTest {
    @TempDir
    private Path folder;

    private OwnTasks tasks = new OwnTasks(Path.of(""));

    @BeforeEach
    void sums() {
        tasks = OwnTasks.sums(folder, 3);
    }

    private List<TaskConfig> find(String name) {
        return tasks.library().find(name, Map.of()).tasks().toList();
    }

    private TaskConfig one(String name) {
        return find(name).getFirst();
    }

    private void variant(String name, String more) {
        tasks.write(name + ".yaml", "include: sums.yaml\ntask: " + name + "\n" + more + "\n");
    }

    private static void refused(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(StoaException.class).hasMessageContainingAll(parts);
    }

    @Test
    void aTaskOfOnesOwnIsFourLinesBesideItsDocuments() {
        ScriptedEngine engine = new ScriptedEngine().answering(OwnTasks::sum);
        Run.Outcome outcome = tasks.ask("sums", _ -> engine);
        assertThat(OwnTasks.score(outcome.evaluation().orElseThrow(), "sums")).isEqualTo(1);
        assertThat(engine.asked()).containsExactly("0+1=", "1+1=", "2+1=");
        assertThat(tasks.library().datasets("sums"))
                .containsExactly(folder.resolve("sums.jsonl").toString());
        List<String> lines = new ArrayList<>();
        tasks.library().prompts("sums", Map.of(), OwnTasks.data(), Prompts.Layout.PLAIN, 2, lines::add);
        assertThat(lines).hasSize(2).first().asString().contains("\"doc_id\":0", "\"0+1=\"");
    }

    @Test
    void includesGiveWayToTheFileAndLaterOnesToEarlier() {
        tasks.write("base_a", "num_fewshot: 1\ndescription: a\nmetadata: {version: 1, x: 2}\ntask_list: [z]\n");
        tasks.write("base_b", "num_fewshot: 2\ndescription: b\n");
        tasks.write("own.yaml", """
            include: [sums.yaml, base_a, base_b]
            task: own
            description: own
            metadata: {version: 3}
            """);
        TaskConfig own = one("own");
        assertThat(own.name()).isEqualTo("own");
        assertThat(own.keys())
                .containsEntry("description", "own")
                .containsEntry("num_fewshot", 2)
                .containsEntry("metadata", Map.of("version", 3))
                .doesNotContainKeys("include", "task_list");
        assertThat(own.version()).isEqualTo("3");
    }

    @Test
    void includesInACircleOrTooManyEnd() {
        tasks.write("circle.yaml", "task: circle\ninclude: other.yaml\n");
        tasks.write("other.yaml", "include: circle.yaml\n");
        refused(() -> find("circle"), "includes itself", "break the circle");
        tasks.write("absent.yaml", "task: absent\ninclude: nowhere.yaml\n");
        refused(() -> find("absent"), "absent.yaml: includes nowhere.yaml, which is not there");
        tasks.write("zero.yaml", "task: zero\ninclude: \"a\\0b\"\n");
        refused(() -> find("zero"), "zero.yaml");
        for (int i = 0; i < 40; i++) {
            tasks.write("d/d" + i, "include: [d%d, d%d]\n".formatted(i + 1, i + 1));
        }
        tasks.write("d/d40", "num_fewshot: 1\n");
        tasks.write("d/deep.yaml", "task: deep\ninclude: d0\n");
        refused(() -> find("deep"), "more than 50 files");
    }

    @Test
    void tagsHoldTheirTasks() {
        variant("one", "tag: mine");
        variant("two", "tag: [mine, other]");
        assertThat(find("mine")).extracting(TaskConfig::name).containsExactly("one", "two");
        assertThat(find("other")).extracting(TaskConfig::name).containsExactly("two");
        assertThat(tasks.library().entries())
                .extracting(entry -> entry.kind() + " " + entry.name())
                .containsExactly("tag mine", "task one", "tag other", "task sums", "task two");
    }

    @Test
    void groupsSetKeysOfTheirTasks() {
        variant("one", "num_fewshot: 1");
        variant("two", "num_fewshot: 1");
        tasks.write("all.yaml", """
            group: all
            group_alias: All
            num_fewshot: 3
            task:
              - one
              - {task: sums, num_fewshot: 4, task_alias: renamed}
              - {task: inline, dataset_path: %s, test_split: test, doc_to_text: question, doc_to_target: answer}
              - group: below
                description: d
                task: [two]
            aggregate_metric_list: [{metric: exact_match, weight_by_size: false}]
            metadata: {version: 2}
            """.formatted(folder.resolve("sums.jsonl")));
        List<TaskConfig> found = find("all");
        assertThat(found).extracting(TaskConfig::name).containsExactly("one", "sums", "all::inline", "two");
        assertThat(found).extracting(task -> task.shots().count()).containsExactly(3, 4, 3, 3);
        assertThat(found).extracting(TaskConfig::alias).contains("renamed");
        assertThat(found.getLast().keys()).containsEntry("description", "d");
        assertThat(tasks.library().find("all", Map.of("num_fewshot", 0)).tasks())
                .extracting(task -> task.shots().count())
                .as("what the caller says wins, also over what the group says of one task")
                .containsExactly(0, 0, 0, 0);
        assertThat(tasks.library().find("all", Map.of("num_fewshot", 2)).tasks())
                .extracting(task -> task.shots().count())
                .containsOnly(2);
        Suite.Group group = (Suite.Group) tasks.library().find("all", Map.of());
        assertThat(group.alias()).isEqualTo("All");
        assertThat(group.version()).isEqualTo("2");
        assertThat(group.groups()).extracting(Suite.Group::name).containsExactly("all::below", "all");
        assertThat(group.averages()).containsExactly(new Suite.Average("exact_match", false, Optional.empty()));
    }

    /** As in lm-evaluation-harness 0.4.13, {@code simple_evaluate}. */
    @Test
    void aTaskThatAsksForNoExamplesKeepsToThat() {
        variant("none", "num_fewshot: 0");
        variant("some", "num_fewshot: 1");
        variant("bare", "num_fewshot: 1");
        tasks.write("all.yaml", """
            group: all
            task: [none, some, sums, {task: bare, num_fewshot: 0}]
            """);
        assertThat(tasks.library().find("all", Map.of("num_fewshot", 2)).tasks())
                .extracting(task -> task.shots().count())
                .containsExactly(0, 2, 2, 0);
        assertThat(tasks.library().tasksWithoutShots("all")).containsExactly("none", "bare");
        assertThat(tasks.library().tasksWithoutShots("some")).isEmpty();
    }

    /** A few lines that are gigabytes once each alias is written out, wherever they stand. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "task: *a40",
                "task: laughs\nmetadata: *a40",
                "task: laughs\ntag: [*a40]",
                "? *a40\n: x\ntask: laughs"
            })
    void aliasesThatMultiplyEnd(String use) {
        String laughs = IntStream.range(1, 41)
                .mapToObj(i -> "a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1))
                .collect(Collectors.joining("", "a0: &a0 [x, x]\n", ""));
        tasks.write("laughs.yaml", laughs + use + "\n");
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> refused(() -> find("laughs"), "laughs.yaml:", "once its aliases are written out"));
        tasks.write("laughs.yaml", "task: laughs\nmetadata: &m {a: [*m]}\n");
        refused(() -> find("laughs"), "laughs.yaml:2:19: holds itself by way of *m");
        tasks.write(
                "laughs.yaml",
                "task: laughs\n"
                        + IntStream.range(1, 60)
                                .mapToObj(i -> "a%d: &a%d [*a%d]\n".formatted(i, i, i - 1))
                                .collect(Collectors.joining("", "a0: &a0 [x]\n", "")));
        refused(() -> find("laughs"), "laughs.yaml:", "nested more than 50 deep");
    }

    @Test
    void aliasesAreFollowed() {
        variant("shared", "metadata: {a: &a [1, 2], b: *a, c: [*a, *a]}");
        assertThat(one("shared").keys())
                .containsEntry(
                        "metadata",
                        Map.of("a", List.of(1, 2), "b", List.of(1, 2), "c", List.of(List.of(1, 2), List.of(1, 2))));
    }

    @Test
    void groupsThatAreNoGroupsAreRefused() {
        tasks.write("self.yaml", "group: self\ntask: [self]\n");
        refused(() -> find("self"), "group self", "does one hold itself?");
        tasks.write("empty.yaml", "group: empty\ntask: []\n");
        refused(() -> find("empty"), "group empty: holds no task");
        tasks.write("odd.yaml", "group: odd\ntask: [sums]\naggregate_metric_list: [{aggregation: mean}]\n");
        refused(() -> find("odd"), "group odd", "names no metric");
        tasks.write("median.yaml", """
            group: median
            task: [sums]
            aggregate_metric_list: [{metric: exact_match, aggregation: median}]
            """);
        refused(() -> find("median"), "group median: aggregation median", "only mean");
    }

    @Test
    void groupsThatMultiplyEnd() {
        for (int i = 0; i < 18; i++) {
            tasks.write(
                    "g" + i + ".yaml",
                    "group: g%d\ntask: [%s]\n".formatted(i, String.join(", ", Collections.nCopies(10, "g" + (i + 1)))));
        }
        tasks.write("g18.yaml", "group: g18\ntask: [sums]\n");
        refused(() -> find("g0"), "group g1", "more than 20000 tasks");
    }

    @Test
    void misspeltWordsAreGuessed() {
        refused(() -> find("sumz"), "unknown task sumz; did you mean sums?");
        refused(() -> find("something-else-entirely"), "unknown task", "lists what there is");
        variant("key", "doc_to_txt: question");
        refused(() -> find("key"), "task key: unknown key doc_to_txt; did you mean doc_to_text?");
        variant("metric", "metric_list: [{metric: exact_mach}]");
        refused(() -> find("metric"), "task metric: unknown metric exact_mach; did you mean exact_match?");
        variant("aggregation", "metric_list: [{metric: exact_match, aggregation: meen}]");
        refused(
                () -> find("aggregation"),
                "aggregation.yaml: task aggregation: unknown aggregation meen; did you mean mean?");
        variant("filter", "filter_list: [{name: f, filter: [{function: take_frist}]}]");
        refused(() -> find("filter"), "filter: unknown filter take_frist; did you mean take_first?");
        variant("output", "output_type: generate_untill");
        refused(() -> find("output"), "unknown output_type generate_untill; did you mean generate_until?");
        variant("sampler", "fewshot_config: {sampler: last_n}");
        refused(() -> find("sampler"), "task sampler: unknown sampler last_n");
    }

    @Test
    void keysOfTheWrongKindAreRefused() {
        variant("shots", "num_fewshot: many");
        refused(() -> find("shots"), "task shots: num_fewshot is not a whole number but many");
        variant("jinja", "doc_to_text: '{{question'");
        refused(() -> find("jinja"), "task jinja: doc_to_text is not a Jinja template", "line 1");
        variant("indices", "fewshot_config: {fewshot_indices: [one]}");
        refused(() -> find("indices"), "task indices: fewshot_indices", "one");
        variant("regex", "metric_list: [{metric: exact_match, regexes_to_ignore: ['(']}]");
        refused(() -> find("regex"), "task regex: metric exact_match");
        variant("python", "class: Mine");
        refused(() -> find("python"), "task python: class: the task is a Python class");
        variant("path", "dataset_path: \"a.\\0\"");
        refused(() -> find("path"), "path");
    }

    @Test
    void functionsThatAreNotBoundAreNamed() {
        variant("hook", "process_docs: !function utils.prepare");
        refused(() -> find("hook"), "process_docs is !function utils.prepare", "not bound");
        variant("score", "metric_list: [{metric: !function utils.score}]");
        refused(() -> find("score"), "task score: metric !function utils.score is a Python function");
        variant("plain", "process_docs: prepare");
        refused(() -> find("plain"), "plain.yaml: task plain: process_docs is not a function but prepare");
    }

    @Test
    void brokenFilesSayWhere() {
        tasks.write("tabs.yaml", "task: tabs\ndataset_path: x\n\tdoc_to_text: y\n");
        refused(() -> find("tabs"), "tabs.yaml:3:1: not valid YAML");
        tasks.write("list.yaml", "- a\n");
        refused(() -> find("list"), "list.yaml:1: not keys and values");
        tasks.write("nothing.yaml", "");
        refused(() -> find("nothing"), "nothing.yaml:1: not keys and values but nothing");
        tasks.write("tag.yaml", "task: tag\nprocess_docs: !python/object x\n");
        refused(() -> find("tag"), "tag.yaml");
        tasks.write("short.yaml", "task: short\nprocess_docs: !function prepare\n");
        refused(() -> find("short"), "short.yaml:2:15", "!function needs a module and a name");
        tasks.write("deep.yaml", "task: deep\nmetadata:\n  x: " + "[".repeat(100_000) + "\n");
        refused(() -> find("deep"), "deep.yaml:3:54: nested more than 50 deep");
        refused(() -> find("nowhere"), "unknown task nowhere", "files could not be read");
        assertThat(one("sums").name()).as("the others are still there").isEqualTo("sums");
    }

    @Test
    void wordsForTrueAndFalseAreThoseOfPython() {
        variant("words", "should_decontaminate: yes\nmetadata: {a: no, b: On, c: 'yes', d: n, e: 1e3}");
        assertThat(one("words").keys())
                .containsEntry("should_decontaminate", true)
                .containsEntry("metadata", Map.of("a", false, "b", true, "c", "yes", "d", "n", "e", 1000.0));
    }

    @Test
    void aLaterFolderWins() {
        OwnTasks other = OwnTasks.sums(folder.resolve("other"), 1);
        other.write("sums.yaml", "task: sums\ndataset_path: sums.jsonl\ndoc_to_text: q\ndoc_to_target: answer\n");
        TaskLibrary library = new TaskLibrary(List.of(folder.resolve("sums.yaml"), other.folder()));
        assertThat(library.find("sums", Map.of()).tasks())
                .singleElement()
                .matches(task -> task.keys().containsValue("q"));
        refused(() -> new TaskLibrary(List.of(folder.resolve("none"))), "none: no folder of task files");
    }

    /** Beyond a link {@code ..} leads to the link's end, where there is another file of the same name. */
    @Test
    void anIncludeBeyondALinkIsNotMistakenForItsNamesake() throws IOException {
        Path here = Files.createDirectories(folder.resolve("here"));
        Path deep = Files.createDirectories(folder.resolve("there/deep"));
        Files.createSymbolicLink(here.resolve("sub"), deep);
        Files.writeString(here.resolve("base.yaml"), "from: here\n");
        Files.writeString(folder.resolve("there/base.yaml"), "from: there\n");
        Files.writeString(deep.resolve("x.yaml"), "include: ../base.yaml\n");
        Files.writeString(here.resolve("a.yaml"), "include: sub/x.yaml\n");
        Files.writeString(here.resolve("b.yaml"), "include: base.yaml\n");
        Map<Path, SequencedMap<String, Object>> loaded = new HashMap<>();
        assertThat(TaskYaml.read(here.resolve("a.yaml"), loaded)).containsEntry("from", "there");
        assertThat(TaskYaml.read(here.resolve("b.yaml"), loaded)).containsEntry("from", "here");
    }
}
