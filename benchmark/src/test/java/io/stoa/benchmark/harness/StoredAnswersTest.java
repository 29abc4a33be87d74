package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StoredAnswersTest {
    @TempDir
    private Path folder;

    private OwnTasks tasks = new OwnTasks(Path.of(""));

    /** Three sums with answers 1, 2 and 3, and two choices of which the first, then the second is right. */
    @BeforeEach
    void write() {
        tasks = OwnTasks.sums(folder, 3);
        tasks.write("choice.jsonl", """
                {"q": "a", "c": ["x", "yz"], "a": 0}
                {"q": "b", "c": ["x", "yz"], "a": 1}
                """);
        tasks.write("choice.yaml", """
                task: choice
                dataset_path: choice.jsonl
                output_type: multiple_choice
                doc_to_text: q
                doc_to_choice: c
                doc_to_target: a
                """);
    }

    private Evaluation stored(String task, String name, String text) {
        return stored(task, tasks.write(name, text), Optional.of(OwnTasks.data()));
    }

    private Evaluation stored(String task, Path file, Optional<TaskData> data) {
        return Evaluation.ofStored(tasks.library(), task, Map.of(), data, file, false, Optional.empty());
    }

    private double sums(String text) {
        return OwnTasks.score(stored("sums", "answers.jsonl", text), "sums");
    }

    @Test
    void answersByNumberByIdAndInOrder() {
        assertThat(sums("""
                {"doc_id": 2, "response": "3"}
                {"doc_id": 0, "response": "1"}
                {"doc_id": 1, "response": "no"}
                """)).isEqualTo(2 / 3.0);
        assertThat(sums("""
                {"id": "s2", "answer": "3"}
                {"task_id": "s1", "completion": "2"}
                {"key": "s0", "output": null}
                """)).isEqualTo(2 / 3.0);
        assertThat(sums("""
                {"text": "1"}
                {"prediction": "2"}
                {"response": "3"}
                """)).isEqualTo(1);
        assertThat(sums("{\"doc_id\": 1, \"response\": \"2\"}\n"))
                .as("documents without an answer are left out")
                .isEqualTo(1);
    }

    @Test
    void severalAnswersToADocument() {
        tasks.write("voted.yaml", """
                include: sums.yaml
                task: voted
                repeats: 3
                filter_list: [{name: maj, filter: [{function: majority_vote}, {function: take_first}]}]
                """);
        Evaluation evaluation = stored("voted", "answers.jsonl", """
                {"doc_id": 0, "responses": ["1", "9", "1"]}
                {"doc_id": 1, "responses": ["9", "2", "9"]}
                """);
        assertThat(OwnTasks.score(evaluation, "voted")).isEqualTo(0.5);
    }

    @ParameterizedTest
    @CsvSource({"-1.5,-0.5,-3,-2,0.5", "-1,-Infinity,-3,-2,1", "-1,-inf,-3,-2,1", "-inf,-1,-2,-3,0"})
    void logLikelihoodsOfChoices(String a, String b, String c, String d, double expected) {
        String lines = """
                {"log_likelihoods": ["%s", "%s"]}
                {"log_likelihoods": [["%s", "False"], ["%s", "True"]]}
                """.formatted(a, b, c, d);
        assertThat(OwnTasks.score(stored("choice", "l.jsonl", lines), "choice")).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"nan\"", "\"NaN\"", "\"inf\"", "\"Infinity\"", "\"much\"", "1e999", "true", "{}"})
    void whatIsNoLogLikelihoodIsRefused(String number) {
        assertThatThrownBy(() -> stored("choice", "l.jsonl", "{\"log_likelihoods\": [-1, " + number + "]}\n"))
                .hasMessageContainingAll("l.jsonl:1", "no log-likelihood");
    }

    @Test
    void aMissingChoiceIsRefused() {
        assertThatThrownBy(() -> stored("choice", "l.jsonl", "{\"log_likelihoods\": [-1]}\n"))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("choice");
    }

    /** The second filter's lines repeat the answers. */
    private static final String LOGGED = """
            {"doc_id": 0, "doc": {"question": "0+1=", "answer": "1"}, "resps": [["A"]], "filter": "plain"}
            {"doc_id": 1, "doc": {"question": "1+1=", "answer": "2"}, "resps": [["2"]], "filter": "plain"}
            {"doc_id": 0, "doc": {"question": "0+1=", "answer": "1"}, "resps": [["A"]], "filter": "low"}
            {"doc_id": 1, "doc": {"question": "1+1=", "answer": "2"}, "resps": [["2"]], "filter": "low"}
            """;

    @Test
    void samplesOfTheHarnessBringTheirDocuments() {
        Path file = tasks.write("samples_sums.jsonl", LOGGED);
        assertThat(Evaluation.bringsDocuments(file)).isTrue();
        Evaluation evaluation = stored("sums", file, Optional.empty());
        assertThat(OwnTasks.score(evaluation, "sums")).isEqualTo(0.5);
        assertThat(evaluation.tasks().values()).allMatch(one -> one.asked() == 2);
        Path choice = tasks.write(
                "samples_choice.jsonl",
                "{\"doc_id\": 0, \"doc\": {\"q\": \"a\", \"c\": [\"x\", \"y\"], \"a\": 1}, \"filter\": \"none\","
                        + " \"resps\": [[[\"-2.0\", \"False\"]], [[\"-1.0\", \"True\"]]]}\n");
        assertThat(OwnTasks.score(stored("choice", choice, Optional.empty()), "choice"))
                .isEqualTo(1);
    }

    private static final String SAMPLE = """
            {"id": "s%d", "epoch": %d, "input": "x", "target": "%s", "output": {"completion": "%s"},
             "metadata": {"question": "q", "answer": "%s"}}
            """;

    @Test
    void logsOfInspect() throws IOException {
        String log = "{\"eval\": {}, \"samples\": ["
                + SAMPLE.formatted(0, 1, "1", "1", "1") + "," + SAMPLE.formatted(0, 2, "1", "9", "1") + ","
                + SAMPLE.formatted(1, 1, "2", "9", "2") + "]}";
        Path json = tasks.write("log.json", log);
        assertThat(Evaluation.bringsDocuments(json)).isTrue();
        assertThat(OwnTasks.score(stored("sums", json, Optional.empty()), "sums"))
                .isEqualTo(0.5);
        assertThat(OwnTasks.score(stored("sums", json, Optional.of(OwnTasks.data())), "sums"))
                .isEqualTo(0.5);

        Path eval = folder.resolve("log.eval");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(eval))) {
            for (int i = 0; i < 2; i++) {
                zip.putNextEntry(new ZipEntry("samples/s" + i + "_epoch_1.json"));
                zip.write(SAMPLE.formatted(i, 1, i + 1, 1, i + 1).getBytes(StandardCharsets.UTF_8));
            }
            zip.putNextEntry(new ZipEntry("header.json"));
            zip.write("{}".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(Evaluation.bringsDocuments(eval)).isTrue();
        assertThat(OwnTasks.score(stored("sums", eval, Optional.empty()), "sums"))
                .isEqualTo(0.5);

        assertThatThrownBy(() -> stored("sums", "log.json", log.replace("\"s1\"", "\"t1\"")))
                .hasMessageContaining("is none of the 3 documents");
        Path broken = tasks.write("broken.eval", "no archive");
        assertThatThrownBy(() -> stored("sums", broken, Optional.empty()))
                .hasMessageContaining("broken.eval: no log of Inspect");
        assertThatThrownBy(() -> stored("sums", "bad.json", "{\"samples\": ["))
                .hasMessageContaining("bad.json: not JSON");
    }

    @Test
    void inspectNumbersSamplesFromOne() {
        assertThat(OwnTasks.score(
                        stored("sums", "log.json", "{\"samples\": [{\"id\": 3, \"output\": {\"completion\": \"3\"}}]}"),
                        "sums"))
                .isEqualTo(1);
    }

    @Test
    void eachRefusalNamesItsPlace() {
        List<List<String>> refused = List.of(
                List.of("{\"id\": \"s9\", \"response\": \"1\"}", ":1", "no document has the id", "s9"),
                List.of("{\"id\": {}, \"response\": \"1\"}", ":1", "no document has the id {}"),
                List.of("{\"doc_id\": 3, \"response\": \"1\"}", ":1", "no document 3", "0 to 2"),
                List.of("{\"doc_id\": -1, \"response\": \"1\"}", ":1", "no document -1"),
                List.of("{\"doc_id\": 1e30, \"response\": \"1\"}", ":1", "no document 1"),
                List.of("{\"doc_id\": 0.5, \"response\": \"1\"}", ":1", "no document 0.5"),
                List.of("{\"doc_id\": 0, \"reply\": \"1\"}", ":1", "holds no answer", "responses"),
                List.of("{\"doc_id\": 0, \"responses\": []}", ":1", "responses is empty"),
                List.of("{\"text\": \"1\"}\n{\"text\"", ":2"),
                List.of("{\"text\": \"1\"}\n\n[1]", ":3"),
                List.of(
                        "{\"doc_id\": 1, \"text\": \"1\"}\n{\"id\": \"s1\", \"text\": \"1\"}",
                        ":2",
                        "answered already at",
                        ":1"));
        for (List<String> one : refused) {
            assertThatThrownBy(() -> sums(one.getFirst() + "\n"))
                    .as(one.getFirst())
                    .isInstanceOf(StoaException.class)
                    .hasMessageContaining("answers.jsonl" + one.get(1))
                    .hasMessageContainingAll(one.subList(1, one.size()).toArray(new String[0]));
        }
        assertThatThrownBy(() -> sums("")).hasMessageContaining("answers.jsonl: holds no answer");
        assertThatThrownBy(() -> sums("{\"text\": \"1\"}\n".repeat(4)))
                .hasMessageContaining("answers.jsonl:4: there is no document 3");
    }

    @Test
    void whatIsMissingIsSaid() {
        Path one = tasks.write("one.jsonl", "{\"text\": \"1\"}\n");
        assertThat(Evaluation.bringsDocuments(one)).isFalse();
        assertThatThrownBy(() -> stored("sums", one, Optional.empty()))
                .hasMessageContaining("one.jsonl:1: holds an answer without its document");
        assertThatThrownBy(() -> Evaluation.ofStored(
                        tasks.library(), "sums", Map.of(), Optional.of(OwnTasks.data()), one, true, Optional.empty()))
                .hasMessageContaining("one.jsonl: answers 1 of 3 documents");
        assertThatThrownBy(() -> stored("sums", folder.resolve("none.jsonl"), Optional.of(OwnTasks.data())))
                .hasMessageContaining("none.jsonl: no such file");
        tasks.write("both.yaml", "group: both\ntask: [sums, choice]\n");
        assertThatThrownBy(() -> stored("both", one, Optional.of(OwnTasks.data())))
                .hasMessageContaining("both is a group");
    }
}
