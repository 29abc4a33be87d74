package io.stoa.benchmark.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.stoa.benchmark.ScriptedEngine;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TasksTest {
    private static final Path QUICKSTART = Path.of("../examples/quickstart/eval");
    private static final Path CASES = Path.of("../../shared/data/metrics/cases");

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "pig, true",
                "`  pig\n`, true",
                "`\u00a0pig`, false",
                "Pig, false",
                "pig., false",
                "`pig pig`, false"
            })
    void exactMatchStripsAndThenWantsEquality(String text, boolean right) {
        Item item = new Item("a", "Which animal?", List.of(), "pig");
        Answer answer = exact(item).ask(new ScriptedEngine().answering(message -> text), item);
        assertThat(answer).isEqualTo(new Answer("a", right ? 1 : 0, text, List.of(), Optional.empty()));
    }

    @Test
    void choosesTheHighestSumAndOfEqualsTheFirst() {
        Item item = new Item("a", "Which?", List.of("w", "x", "y", "z"), "x");
        Map<String, List<Double>> scripted =
                Map.of("w", List.of(-3.0, -3.0), "x", List.of(-2.5), "y", List.of(-1.25, -1.25), "z", List.of(-2.5));
        ScriptedEngine engine =
                new ScriptedEngine().scoring((message, choice) -> scripted.getOrDefault(choice, List.of()));
        assertThat(choice(item).ask(engine, item))
                .isEqualTo(new Answer("a", 1, "x", List.of(-6.0, -2.5, -2.5, -2.5), Optional.empty()));
    }

    /** Two smileys are two code points but four UTF-16 units: only by code points is −3 / 2 below −4 / 3. */
    @Test
    void normalizesByCodePoints() {
        Item item = new Item("a", "Which?", List.of("🙂🙂", "abc"), "abc");
        MultipleChoiceTask task = choice(item);
        Answer answer = task.ask(
                new ScriptedEngine().scoring((message, choice) -> List.of(choice.equals("abc") ? -4.0 : -3.0)), item);
        assertThat(answer.right()).isFalse();
        assertThat(task.otherMetrics()).singleElement().satisfies(metric -> {
            assertThat(metric.name()).isEqualTo("acc_norm");
            assertThat(metric.right().test(item, answer)).isTrue();
        });
    }

    @Test
    void chanceIsTheMeanOverItems() {
        Item two = new Item("a", "Which?", List.of("x", "y"), "x");
        Item four = new Item("b", "Which?", List.of("w", "x", "y", "z"), "x");
        assertThat(new MultipleChoiceTask("t", set(two, four)).chance().orElseThrow())
                .isCloseTo(0.375, within(1e-12));
        assertThat(exact(two).chance()).isEmpty();
    }

    /** Without this check a choice of no tokens would have Σ ln p = 0 and always win. */
    @Test
    void refusesLogLikelihoodsThatAreNone() {
        Item item = new Item("a", "Which?", List.of("x", "y"), "x");
        for (List<Double> broken :
                List.of(List.<Double>of(), List.of(Double.NaN), List.of(-1.0, Double.NEGATIVE_INFINITY))) {
            ScriptedEngine engine =
                    new ScriptedEngine().scoring((message, choice) -> choice.equals("y") ? broken : List.of(-1.0));
            assertThatExceptionOfType(StoaException.class)
                    .isThrownBy(() -> choice(item).ask(engine, item))
                    .withMessageContaining("item a: the log-likelihood of \"y\"")
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.ENGINE));
        }
    }

    /** Log-likelihood accuracy as another harness (lighteval) expects it of the same numbers. */
    @Test
    void agreesWithPublishedCasesOfAccuracy() throws IOException {
        Path file = CASES.resolve("loglikelihood_acc.json");
        Assumptions.assumeTrue(Files.exists(file), file + " is absent: the published metric cases are not checked");
        int checked = 0;
        for (JsonNode published :
                JsonMapper.builder().build().readTree(Files.readString(file)).path("test_cases")) {
            List<String> choices = new ArrayList<>();
            published.path("doc").path("choices").forEach(choice -> choices.add(choice.stringValue()));
            JsonNode gold = published.path("doc").path("gold_index");
            if (!gold.isInt() || !published.path("metric_params").isEmpty()) {
                continue;
            }
            Item item = new Item("a", "Which?", choices, choices.get(gold.intValue()));
            JsonNode logprobs = published.path("model_response").path("logprobs");
            ScriptedEngine engine = new ScriptedEngine()
                    .scoring((message, choice) ->
                            List.of(logprobs.get(choices.indexOf(choice)).doubleValue()));
            assertThat(choice(item).ask(engine, item).right())
                    .as(published.path("name").stringValue())
                    .isEqualTo(published.path("expected_output").path("acc").intValue() == 1);
            checked++;
        }
        assertThat(checked).as("cases in " + file).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"reading, 200", "twohop, 200", "instruct, 200", "strings, 200", "arith, 100", "facts, 120"})
    void readsTheItemsOfTheQuickstart(String name, int count) {
        assertThat(ExactMatchTask.read(name, QUICKSTART.resolve(name + ".jsonl"), 16, 1_000)
                        .items()
                        .total())
                .isEqualTo(count);
    }

    @ParameterizedTest
    @CsvSource({"choice, 200", "mc, 200"})
    void readsTheChoicesOfTheQuickstart(String name, int count) {
        MultipleChoiceTask task = MultipleChoiceTask.read(name, QUICKSTART.resolve(name + ".jsonl"), 1_000);
        assertThat(task.items().total()).isEqualTo(count);
        assertThat(task.chance().orElseThrow()).isCloseTo(0.25, within(1e-12));
    }

    private static ExactMatchTask exact(Item item) {
        return new ExactMatchTask("t", set(item), 16);
    }

    private static MultipleChoiceTask choice(Item item) {
        return new MultipleChoiceTask("t", set(item));
    }

    private static ItemSet set(Item... items) {
        return new ItemSet("items.jsonl", Digest.of("items"), items.length, Digest.of("order"), List.of(items));
    }
}
