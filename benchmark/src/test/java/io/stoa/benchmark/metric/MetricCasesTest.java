package io.stoa.benchmark.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.model.measure.Attempts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * lighteval's metric cases. Each is computed by the scorer that Stoa uses for it; how lighteval hands an item to its
 * metric, oddities included, stands here and not in the scorers.
 *
 * <p>The values of three kinds (prediction_perplexity, target_perplexity, bits_per_byte) are not what lighteval computes
 * either: its own test only looks whether there is a value of that name. So do we.
 */
final class MetricCasesTest {
    private static final Path CASES = Path.of("../../shared/data/metrics/cases");

    /** Kinds of which the cases state no true value. */
    private static final Set<String> ONLY_NAMED = Set.of("prediction_perplexity", "target_perplexity", "bits_per_byte");

    static Stream<Path> files() throws IOException {
        if (!Files.isDirectory(CASES)) {
            return Stream.of(CASES.resolve("absent.json"));
        }
        try (Stream<Path> files = Files.list(CASES)) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void agrees(Path file) {
        assumeTrue(Files.exists(file), "the metric cases are not here");
        JsonNode cases = JsonMapper.shared().readTree(file).path("test_cases");
        assertThat(cases.size()).isPositive();
        for (JsonNode metric : cases) {
            String kind = metric.path("metric_class").stringValue();
            Map<String, Double> values = metric.has("docs")
                    ? Map.of("", corpus(kind, items(metric)))
                    : item(kind, metric, new Item(metric.path("doc"), metric.path("model_response")));
            Map<String, Double> expected = new LinkedHashMap<>();
            JsonNode output = metric.path("expected_output");
            if (output.isObject()) {
                output.properties()
                        .forEach(entry ->
                                expected.put(entry.getKey(), entry.getValue().doubleValue()));
            } else {
                expected.put("", output.doubleValue());
            }
            assertThat(values.keySet()).as(metric.path("name").stringValue()).isEqualTo(expected.keySet());
            expected.forEach((name, value) -> {
                if (!ONLY_NAMED.contains(kind)) {
                    assertThat(values.get(name))
                            .as(metric.path("name").stringValue() + " " + name)
                            .isCloseTo(value, within(metric.path("tolerance").doubleValue()));
                }
            });
        }
    }

    private record Item(JsonNode doc, JsonNode response) {
        List<String> choices() {
            return texts(doc.path("choices"));
        }

        List<Integer> gold() {
            JsonNode gold = doc.path("gold_index");
            return gold.isArray() ? gold.valueStream().map(JsonNode::intValue).toList() : List.of(gold.intValue());
        }

        String firstGold() {
            return choices().get(gold().getFirst());
        }

        List<String> answers() {
            return texts(response.path("text"));
        }

        String answer() {
            return answers().getFirst();
        }

        List<Double> logLikelihoods() {
            return response.path("logprobs")
                    .valueStream()
                    .map(JsonNode::doubleValue)
                    .toList();
        }

        private static List<String> texts(JsonNode list) {
            return list.valueStream().map(JsonNode::stringValue).toList();
        }
    }

    private static List<Item> items(JsonNode metric) {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < metric.path("docs").size(); i++) {
            items.add(new Item(
                    metric.path("docs").get(i), metric.path("model_responses").get(i)));
        }
        return items;
    }

    private static Map<String, Double> item(String kind, JsonNode metric, Item item) {
        int k = metric.path("metric_params").path("k").asInt(1);
        String wanted = item.firstGold();
        return switch (kind) {
            case "exact_match" -> Map.of("em", score(item.answer().equals(wanted)));
            case "f1_score" ->
                Map.of(
                        "f1",
                        item.gold().stream()
                                .mapToDouble(
                                        gold -> Resemblance.f1(item.choices().get(gold), item.answer()))
                                .max()
                                .orElseThrow());
            case "bleu_1" -> Map.of("bleu_1", bleu(item, List.of(1.0)));
            case "bleu_4" -> Map.of("bleu_4", bleu(item, List.of(0.0, 0.0, 0.0, 1.0)));
            case "rouge1" -> Map.of("rouge1", Rouge.ngrams(1, wanted, item.answer()));
            case "rouge2" -> Map.of("rouge2", Rouge.ngrams(2, wanted, item.answer()));
            case "rougeL" -> Map.of("rougeL", Rouge.longest(wanted, item.answer()));
            case "rougeLsum" -> Map.of("rougeLsum", Rouge.longestByLine(wanted, item.answer()));
            case "rouge_t5" ->
                Map.of(
                        "rouge1", 100 * Rouge.ngrams(1, wanted, item.answer()),
                        "rouge2", 100 * Rouge.ngrams(2, wanted, item.answer()),
                        "rougeL", 100 * Rouge.longest(wanted, item.answer()),
                        "rougeLsum", 100 * Rouge.longestByLine(wanted, item.answer()));
            case "copyright" -> {
                Resemblance resemblance = Resemblance.of(wanted, item.answer());
                yield Map.of(
                        "longest_common_prefix_length", (double) resemblance.commonPrefix(),
                        "edit_distance", (double) resemblance.editDistance(),
                        "edit_similarity", resemblance.similarity());
            }
            case "extractiveness" -> {
                String source = item.doc().path("specific").path("text").stringValue();
                Extractiveness extractiveness = Extractiveness.of(source, item.answer());
                yield Map.of(
                        "summarization_coverage", extractiveness.coverage(),
                        "summarization_density", extractiveness.density(),
                        "summarization_compression", extractiveness.compression());
            }
            case "avg_at_k", "avg_at_k_math" ->
                Map.of(
                        "avg@k:k=" + k,
                        item.answers().stream()
                                .limit(k)
                                .mapToDouble(answer -> score(answer.equals(wanted)))
                                .average()
                                .orElseThrow());
            case "maj_at_k" ->
                Map.of(
                        "maj@k:k=" + k,
                        score(Attempts.majority(item.answers().subList(0, k)).equals(wanted)));
            case "gpqa_instruct_metric" -> Map.of("extractive_match", score(chosen(item, item.answer())));
            case "gpqa_instruct_pass_at_k" -> {
                int n = metric.path("metric_params").path("n").asInt();
                int right = (int) item.answers().stream()
                        .limit(n)
                        .filter(answer -> chosen(item, answer))
                        .count();
                yield Map.of("gpqa_pass@k:k=" + k + "&n=" + n + "&strip_strings=True", Attempts.passAtK(n, right, k));
            }
            case "expr_gold_metric" -> Map.of("extractive_match", score(FinalNumber.same(wanted, item.answer())));
            case "acc_golds_likelihood" ->
                Map.of(
                        "acc",
                        score(item.response()
                                .path("argmax_logits_eq_gold")
                                .valueStream()
                                .anyMatch(flag -> flag.intValue() == 1)));
            case "loglikelihood_acc" ->
                Map.of("acc", score(item.gold().contains(new Ranks(item.logLikelihoods()).chosen())));
            case "mrr" -> Map.of("mrr", new Ranks(item.logLikelihoods()).reciprocalRank(new HashSet<>(item.gold())));
            case "recall_at_k" ->
                Map.of("recall:k=" + k, score(new Ranks(item.logLikelihoods()).recalls(new HashSet<>(item.gold()), k)));
            case "prediction_perplexity", "target_perplexity" ->
                Map.of("ppl", Perplexities.perplexity(item.logLikelihoods().getFirst(), 1));
            case "bits_per_byte" ->
                Map.of(
                        "bits_per_byte",
                        Perplexities.bitsPerByte(item.logLikelihoods().getFirst(), wanted.length()));
            default -> throw new AssertionError("no scorer for " + kind);
        };
    }

    private static double score(boolean right) {
        return right ? 1 : 0;
    }

    private static double bleu(Item item, List<Double> weights) {
        return Bleu.sentence(Words.of(item.answer()), List.of(Words.of(item.firstGold())), weights);
    }

    private static boolean chosen(Item item, String answer) {
        return new ChosenLetter(item.choices().size())
                .in(answer)
                .filter(item.firstGold()::equals)
                .isPresent();
    }

    private static double corpus(String kind, List<Item> items) {
        if (kind.equals("multi_f1_numeric")) {
            return new Classification<>(
                            items.stream().map(item -> item.gold().getFirst()).toList(),
                            items.stream()
                                    .map(item -> new Ranks(item.logLikelihoods()).chosen())
                                    .toList())
                    .oneAgainstRest(List.of(0, 1, 2));
        }
        List<String> answers = items.stream().map(Item::answer).toList();
        List<String> golds = items.stream().map(Item::firstGold).toList();
        return switch (kind) {
            case "bleu" -> Bleu.corpus(answers, golds.stream().map(List::of).toList());
            // lighteval hands these to sacrebleu with segments and references swapped, so that only the first answer
            // is scored, with all golds as its references.
            case "chrf" -> new Chrf(0).corpus(answers.subList(0, 1), List.of(golds));
            case "chrf_plus" -> new Chrf(2).corpus(answers.subList(0, 1), List.of(golds));
            case "ter" -> Ter.corpus(answers.subList(0, 1), List.of(golds));
            case "f1_score_macro" -> new Classification<>(golds, answers).macroF1();
            case "f1_score_micro" -> new Classification<>(golds, answers).microF1();
            default -> throw new AssertionError("no scorer for " + kind);
        };
    }
}
