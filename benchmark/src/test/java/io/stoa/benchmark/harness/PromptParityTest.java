package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.LocalDatasets;
import io.stoa.model.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The shipped tasks' prompts against those that lm-evaluation-harness 0.4.13 builds from its own task files and the same
 * documents: the first 60 of each task, or all where there are fewer. What is stored are digests of the requests.
 */
final class PromptParityTest {
    private static final Path ITEMS = Path.of("../../shared/data/items");
    private static final JsonNode EXPECTED = expected();
    private static final TaskLibrary LIBRARY = new TaskLibrary(List.of(ShippedTasks.folder()));

    private static JsonNode expected() {
        try (InputStream in = PromptParityTest.class.getResourceAsStream("prompts.json")) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Stream<String> tasks() {
        return EXPECTED.propertyNames().stream();
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void agree(String label) {
        assumeTrue(Files.isDirectory(ITEMS), "the published items are not here");
        Prompts prompts = prompts(label);
        JsonNode expected = EXPECTED.path(label);
        List<String> digests = new ArrayList<>();
        for (int i = 0; i < expected.path("docs").asInt(); i++) {
            digests.add(digest(prompts.requests(i)));
        }
        List<String> first = new ArrayList<>();
        expected.path("hash").forEach(digest -> first.add(digest.stringValue()));
        assertThat(digests).startsWith(first.toArray(new String[0]));
        assertThat(hex(String.join("", digests))).isEqualTo(expected.path("all").stringValue());
    }

    private static Prompts prompts(String label) {
        return switch (label) {
            case "gsm8k_0shot" -> prompts("gsm8k", Map.of("num_fewshot", 0));
            case "mmlu_anatomy_drawn" ->
                prompts(
                        "mmlu_anatomy",
                        Map.of(
                                "num_fewshot",
                                3,
                                "fewshot_split",
                                "test",
                                "fewshot_config",
                                Map.of("sampler", "default")));
            case "hellaswag" -> {
                // llama.cpp's file holds the documents as process_docs leaves them.
                Map<String, Object> overrides = new LinkedHashMap<>();
                overrides.put("num_fewshot", 10);
                overrides.put("process_docs", null);
                yield prompts(label, overrides);
            }
            default -> prompts(label, label.startsWith("mmlu_") ? Map.of("num_fewshot", 5) : Map.of());
        };
    }

    private static Prompts prompts(String name, Map<String, Object> overrides) {
        TaskConfig task = LIBRARY.find(name, overrides).tasks().findFirst().orElseThrow();
        return new Prompts(task, splits(task), Prompts.Layout.PLAIN);
    }

    private static SequencedMap<String, List<ObjectNode>> splits(TaskConfig task) {
        SequencedMap<String, List<ObjectNode>> splits = new LinkedHashMap<>();
        String id = task.dataset().path();
        LocalDatasets local = new LocalDatasets(
                Map.of(
                        "openai/gsm8k", ITEMS.resolve("gsm8k"),
                        "cais/mmlu", ITEMS.resolve("mmlu"),
                        "SaylorTwift/bbh", ITEMS.resolve("bbh"),
                        "TAUR-Lab/MuSR", ITEMS.resolve("musr"),
                        "TIGER-Lab/MMLU-Pro", ITEMS.resolve("mmlu-pro-items.jsonl.gz"),
                        "wis-k/instruction-following-eval", ITEMS.resolve("ifeval/input_data.jsonl"),
                        "Rowan/hellaswag", ITEMS.resolve("hellaswag/hellaswag_val_full.txt.bz2")),
                new DatasetReader());
        Stream.of(
                        task.splits().training(),
                        task.splits().validation(),
                        task.splits().test(),
                        task.shots().split())
                .flatMap(Optional::stream)
                .distinct()
                .forEach(split ->
                        splits.put(split, rows(local, id, task.dataset().config(), split)));
        return splits;
    }

    private static List<ObjectNode> rows(LocalDatasets local, String id, Optional<String> config, String split) {
        List<ObjectNode> rows = local.rows(id, config, split);
        return switch (id) {
            case "Rowan/hellaswag" -> {
                List<ObjectNode> documents = new ArrayList<>();
                for (int i = 0; i + 5 < rows.size(); i += 6) {
                    ObjectNode document = JsonNodeFactory.instance.objectNode();
                    document.put("query", rows.get(i).path("text").stringValue());
                    document.put("label", rows.get(i + 1).path("text").stringValue());
                    ArrayNode choices = document.putArray("choices");
                    rows.subList(i + 2, i + 6).forEach(row -> choices.add(row.path("text")));
                    documents.add(document);
                }
                yield split.equals("train") ? documents.subList(documents.size() - 500, documents.size()) : documents;
            }
            // Only the test items are here; their last ones stand in for the validation split.
            case "TIGER-Lab/MMLU-Pro" ->
                split.equals("validation") ? rows.subList(rows.size() - 70, rows.size()) : rows;
            default -> rows;
        };
    }

    private static String digest(List<Request> requests) {
        StringBuilder all = new StringBuilder();
        for (Request request : requests) {
            switch (request) {
                case Request.Likelihood likelihood ->
                    all.append(text(likelihood.context())).append('\u0001').append(likelihood.continuation());
                case Request.Rolling rolling -> all.append(rolling.text()).append('\u0001');
                case Request.Generate generate ->
                    all.append(text(generate.context()))
                            .append('\u0001')
                            .append(String.join("\u0002", generate.settings().until()));
            }
            all.append('\u0003');
        }
        return hex(all.toString()).substring(0, 16);
    }

    private static String text(Request.Context context) {
        return ((Request.Context.Text) context).text();
    }

    private static String hex(String text) {
        MessageDigest digest = Digest.sha256();
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return Digest.of(digest).hex();
    }
}
