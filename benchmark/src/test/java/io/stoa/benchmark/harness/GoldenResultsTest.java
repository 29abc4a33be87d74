package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.LocalDatasets;
import io.stoa.benchmark.task.PythonRandom;
import io.stoa.model.Digest;
import java.io.IOException;
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
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The golden files of lm-evaluation-harness' own tests (tests/testdata, tests/test_version_stable.py of its versions before
 * 0.4): a digest of all requests of a task, and the results of a stand-in model that answers with the numbers of Python's
 * generator, seeded with 42. Documents were shuffled first, with the same seed. Reproduced for the tasks whose documents
 * are here: 57 subjects of MMLU, HellaSwag, GSM8K.
 */
final class GoldenResultsTest {
    private static final Path SHARED = Path.of("../../shared/data");
    private static final Path ARCHIVE = SHARED.resolve("results/lm-eval/testdata.tar.gz");
    private static final Path ITEMS = SHARED.resolve("items");
    private static final long SEED = 42;

    private static Map<String, String> golden() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(ARCHIVE)))) {
            for (ArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
                if (!entry.isDirectory()) {
                    files.put(name, new String(tar.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
        return files;
    }

    private static LocalDatasets items() {
        return new LocalDatasets(
                Map.of(
                        "cais/mmlu", ITEMS.resolve("mmlu"),
                        "openai/gsm8k", ITEMS.resolve("gsm8k"),
                        "Rowan/hellaswag", ITEMS.resolve("hellaswag/hellaswag_val_full.txt.bz2")),
                new DatasetReader());
    }

    @Test
    void everySubjectOfMmlu() throws IOException {
        assumeTrue(Files.exists(ARCHIVE), "the golden files are not here");
        Map<String, String> golden = golden();
        int subjects = 0;
        for (Map.Entry<String, String> file : golden.entrySet()) {
            if (!file.getKey().startsWith("hendrycksTest-") || !file.getKey().endsWith("-v0-res.json")) {
                continue;
            }
            String name = file.getKey().substring(0, file.getKey().length() - "-v0-res.json".length());
            String subject = name.substring("hendrycksTest-".length());
            Run run = choices(
                    items().rows("cais/mmlu", Optional.of(subject), "test"),
                    "Question: {{question}}\nChoices:\nA. {{choices[0]}}\nB. {{choices[1]}}\nC. {{choices[2]}}\nD."
                            + " {{choices[3]}}\nAnswer:",
                    "{{answer}}");
            assertThat(run.digest()).as(name).isEqualTo(golden.getOrDefault(name + "-v0-loglikelihood", ""));
            assertResults(name, file.getValue(), run.evaluated());
            subjects++;
        }
        assertThat(subjects).isEqualTo(57);
    }

    @Test
    void hellaSwag() throws IOException {
        assumeTrue(Files.exists(ARCHIVE), "the golden files are not here");
        List<ObjectNode> lines = items().rows("Rowan/hellaswag", Optional.empty(), "validation");
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i + 5 < lines.size(); i += 6) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.set("query", lines.get(i).path("text"));
            document.set("label", lines.get(i + 1).path("text"));
            ArrayNode choices = document.putArray("choices");
            lines.subList(i + 2, i + 6).forEach(line -> choices.add(line.path("text")));
            documents.add(document);
        }
        assertThat(documents).hasSize(10_042);
        Run run = choices(documents, "{{query}}", "{{label}}");
        assertResults("hellaswag", golden().getOrDefault("hellaswag-v0-res.json", ""), run.evaluated());
    }

    @Test
    void gsm8kAsksTheSame() throws IOException {
        assumeTrue(Files.exists(ARCHIVE), "the golden files are not here");
        SequencedMap<String, Object> keys = new LinkedHashMap<>();
        keys.put("task", "gsm8k-v0");
        keys.put("dataset_path", "openai/gsm8k");
        keys.put("test_split", "test");
        keys.put("doc_to_text", "Question: {{question}}\nAnswer:");
        keys.put("doc_to_target", "{{answer}}");
        keys.put("generation_kwargs", Map.of("until", List.of("\n")));
        List<ObjectNode> documents = new ArrayList<>(items().rows("openai/gsm8k", Optional.of("main"), "test"));
        new PythonRandom(SEED).shuffle(documents);
        Prompts prompts = prompts(keys, documents);
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < documents.size(); i++) {
            Request.Generate request = (Request.Generate) prompts.requests(i).getFirst();
            ArrayNode until = all.addArray().add(text(request.context())).addArray();
            request.settings().until().forEach(until::add);
        }
        assertThat(digest(all)).isEqualTo(golden().getOrDefault("gsm8k-v0-greedy_until", ""));
    }

    private record Run(String digest, Evaluated evaluated) {}

    private static Run choices(List<ObjectNode> rows, String text, String target) {
        List<ObjectNode> documents = new ArrayList<>(rows);
        new PythonRandom(SEED).shuffle(documents);
        SequencedMap<String, Object> keys = new LinkedHashMap<>();
        keys.put("task", "golden");
        keys.put("dataset_path", "golden");
        keys.put("test_split", "test");
        keys.put("output_type", "multiple_choice");
        keys.put("doc_to_text", text);
        keys.put("doc_to_target", target);
        keys.put("doc_to_choice", "choices");
        TaskConfig task = TaskConfig.of(keys, new Hooks());
        Prompts prompts = prompts(keys, documents);
        Evaluator evaluator = new Evaluator(task, prompts.reader(), _ -> {});
        PythonRandom random = new PythonRandom(SEED);
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < documents.size(); i++) {
            List<RawAnswer> raw = new ArrayList<>();
            for (Request request : prompts.requests(i)) {
                Request.Likelihood likelihood = (Request.Likelihood) request;
                all.addArray().add(text(likelihood.context())).add(likelihood.continuation());
                raw.add(new RawAnswer.Likelihood(-random.next(), false));
            }
            evaluator.add(i, documents.get(i), List.of(), raw);
        }
        return new Run(digest(all), evaluator.evaluated(Optional.empty()));
    }

    private static Prompts prompts(SequencedMap<String, Object> keys, List<ObjectNode> documents) {
        SequencedMap<String, List<ObjectNode>> splits = new LinkedHashMap<>();
        splits.put("test", documents);
        return new Prompts(TaskConfig.of(keys, new Hooks()), splits, Prompts.Layout.PLAIN);
    }

    private static void assertResults(String name, String golden, Evaluated evaluated) {
        JsonNode results = JsonMapper.shared().readTree(golden).path("results").path(name);
        assertThat(results.size()).isEqualTo(4);
        for (Evaluated.Figure figure : evaluated.numbers()) {
            assertThat(figure.value())
                    .as(name + " " + figure.metric())
                    .isCloseTo(results.path(figure.metric()).doubleValue(), within(1e-9));
            assertThat(figure.standardError().orElseThrow())
                    .as(name + " " + figure.metric())
                    .isCloseTo(results.path(figure.metric() + "_stderr").doubleValue(), within(1e-9));
        }
    }

    private static String text(Request.Context context) {
        return ((Request.Context.Text) context).text();
    }

    /** Of {@code json.dumps(requests, sort_keys=True)}. */
    private static String digest(JsonNode requests) {
        StringBuilder ascii = new StringBuilder();
        dump(requests, ascii);
        MessageDigest digest = Digest.sha256();
        digest.update(ascii.toString().getBytes(StandardCharsets.US_ASCII));
        return Digest.of(digest).hex();
    }

    private static void dump(JsonNode value, StringBuilder text) {
        if (value.isArray()) {
            text.append('[');
            String separator = "";
            for (JsonNode item : value) {
                dump(item, text.append(separator));
                separator = ", ";
            }
            text.append(']');
        } else {
            String quoted = PythonJson.indented(value);
            for (int i = 0; i < quoted.length(); i++) {
                char c = quoted.charAt(i);
                text.append(c < 127 ? String.valueOf(c) : String.format("\\u%04x", (int) c));
            }
        }
    }
}
