package io.stoa.benchmark.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Every published set loads with the number of items that its authors state. */
final class PublishedSetsTest {
    private final DatasetReader reader = new DatasetReader();

    @Test
    void gsm8k() {
        Split train = reader.read(SharedItems.require("gsm8k/train.jsonl"));
        Split test = reader.read(SharedItems.require("gsm8k/test.jsonl"));
        report("gsm8k", train.rows().size() + " train, " + test.rows().size() + " test");
        assertThat(train.rows()).hasSize(7_473);
        assertThat(test.rows())
                .hasSize(1_319)
                .allMatch(row -> text(row, "answer").contains("#### "));
        assertThat(test.rows().getLast().place().number()).isEqualTo(1_319);
    }

    @Test
    void hellaswag() {
        Path file = SharedItems.require("hellaswag/hellaswag_val_full.txt.bz2");
        Split split = reader.read(List.of(file), new Format.LlamaCppHellaSwag());
        report("hellaswag", String.valueOf(split.rows().size()));
        assertThat(split.rows())
                .hasSize(10_042)
                .allMatch(row -> row.values().path("endings").size() == 4);
        assertThat(split.rows().stream()
                        .mapToInt(row -> row.values().path("label").intValue())
                        .boxed()
                        .distinct())
                .containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    void mmlu() throws IOException {
        List<Path> dev = SharedItems.list("mmlu/dev", ".csv");
        List<Path> test = SharedItems.list("mmlu/test", ".csv");
        Split examples = reader.read(dev, Format.Table.csv());
        Split questions = reader.read(test, Format.Table.csv());
        report(
                "mmlu",
                test.size() + " subjects, " + examples.rows().size() + " dev, "
                        + questions.rows().size() + " test");
        assertThat(dev).hasSize(57);
        assertThat(test).hasSize(57);
        assertThat(examples.rows()).hasSize(285);
        assertThat(questions.rows())
                .hasSize(14_042)
                .allMatch(row -> row.values().path("answer").isInt())
                .allMatch(row -> row.values().path("choice0").isString());
    }

    @Test
    void mmluByItself() throws IOException {
        long nulls = 0;
        long rows = 0;
        for (Path file : SharedItems.list("mmlu/test", ".csv")) {
            for (Row row : reader.read(file).rows()) {
                rows++;
                nulls += row.values().valueStream().filter(JsonNode::isNull).count();
            }
        }
        report("mmlu", rows + " read subject by subject, " + nulls + " empty cells");
        assertThat(rows).isEqualTo(14_042);
    }

    @Test
    void mmluPro() {
        Split split = reader.read(SharedItems.require("mmlu-pro-items.jsonl.gz"));
        report("mmlu-pro", String.valueOf(split.rows().size()));
        assertThat(split.rows()).hasSize(12_032);
        assertThat(split.rows().stream()
                        .filter(row -> row.values().path("options").size() == 1))
                .hasSize(5);
    }

    @Test
    void bbh() throws IOException {
        List<Path> files = SharedItems.list("bbh", ".json");
        assertThat(files).hasSize(20);
        long rows = 0;
        for (Path file : files) {
            Split named = reader.read(List.of(file), new Format.Json("examples"));
            assertThat(reader.read(file).rows()).hasSameSizeAs(named.rows());
            assertThat(named.rows())
                    .allMatch(row -> row.values().has("input") && row.values().has("target"));
            rows += named.rows().size();
        }
        report("bbh", files.size() + " tasks, " + rows + " items");
        assertThat(rows).isEqualTo(19 * 250 + 187);
    }

    @Test
    void ifeval() {
        Split split = reader.read(SharedItems.require("ifeval/input_data.jsonl"));
        long instructions = split.rows().stream()
                .mapToLong(row -> row.values().path("instruction_id_list").size())
                .sum();
        report("ifeval", split.rows().size() + " prompts, " + instructions + " instructions");
        assertThat(split.rows()).hasSize(541);
        assertThat(instructions).isEqualTo(834);
    }

    @Test
    void musr() throws IOException {
        List<Path> files = SharedItems.list("musr", ".json");
        assertThat(files).hasSize(3);
        for (Path file : files) {
            assertThat(reader.read(file).rows()).hasSize(5);
        }
        report("musr", "3 × 5");
    }

    @Test
    void humanEval() {
        Split split = reader.read(SharedItems.require("humaneval/HumanEval.jsonl.gz"));
        report("humaneval", String.valueOf(split.rows().size()));
        assertThat(split.rows()).hasSize(164);
        assertThat(split.rows().getFirst().values().path("task_id").stringValue())
                .isEqualTo("HumanEval/0");
    }

    @Test
    void bfcl() throws IOException {
        long items = 0;
        long answered = 0;
        for (Path file : SharedItems.list("bfcl", ".json")) {
            if (file.toString().endsWith("_format_sensitivity.json")) {
                continue;
            }
            Split split = reader.read(file);
            Path answers = file.resolveSibling("possible_answer").resolve(file.getFileName());
            if (Files.exists(answers)) {
                split = split.joined(reader.read(answers), "id");
                assertThat(split.rows())
                        .allMatch(row ->
                                row.values().has("ground_truth") && row.values().has("question"));
                answered += split.rows().size();
            }
            items += split.rows().size();
        }
        report("bfcl", items + " items, " + answered + " with possible answers");
        assertThat(items).isEqualTo(4_696);
        assertThat(answered).isEqualTo(3_556);
    }

    @Test
    void rowsCanBeReadOneByOne() {
        long[] characters = {0};
        Path file = SharedItems.require("mmlu-pro-items.jsonl.gz");
        DatasetReader.Read read = reader.forEach(
                List.of(file),
                new Format.JsonLines(),
                row -> characters[0] += text(row, "question").length());
        assertThat(read.digest()).isEqualTo(reader.read(file).digest());
        assertThat(characters[0]).isGreaterThan(1_000_000);
        report("mmlu-pro", characters[0] + " characters of questions");
    }

    private static void report(String set, String counts) {
        System.out.println(set + ": " + counts);
    }

    private static String text(Row row, String key) {
        return row.values().path(key).stringValue();
    }
}
