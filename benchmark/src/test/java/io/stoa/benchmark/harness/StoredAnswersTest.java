package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.StoaException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
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
                .hasMessageContaining("log.json:5: no document has the id \"t1\"");
        Path broken = tasks.write("broken.eval", "no archive");
        assertThatThrownBy(() -> stored("sums", broken, Optional.empty()))
                .hasMessageContaining("broken.eval: no log of Inspect");
        assertThatThrownBy(() -> stored("sums", "bad.json", "{\"samples\": ["))
                .hasMessageContaining("bad.json:1: not JSON");
    }

    @Test
    void inspectNumbersSamplesFromOneWhereDocumentsHaveNoIds() {
        tasks.write("bare.jsonl", "{\"q\": \"a\", \"a\": \"1\"}\n{\"q\": \"b\", \"a\": \"2\"}\n");
        tasks.write("bare.yaml", "task: bare\ndataset_path: bare.jsonl\ndoc_to_text: q\ndoc_to_target: a\n");
        String log = "{\"samples\": [{\"id\": %d, \"output\": {\"completion\": \"2\"}}]}";
        assertThat(OwnTasks.score(stored("bare", "log.json", log.formatted(2)), "bare"))
                .isEqualTo(1);
        assertThatThrownBy(() -> stored("bare", "log.json", log.formatted(3)))
                .hasMessageContaining("log.json:1: the id 3 is none of the 2 documents, which have no ids");
    }

    /** Two documents that are each numbered as the other stands, and none with the number 3. */
    @Test
    void inspectsNumbersAreIdsWhereDocumentsHaveIds() {
        tasks.write(
                "own.jsonl", "{\"id\": 2, \"a\": \"two\"}\n{\"id\": 1, \"a\": \"one\"}\n{\"id\": 7, \"a\": \"7\"}\n");
        tasks.write("own.yaml", "task: own\ndataset_path: own.jsonl\ndoc_to_text: a\ndoc_to_target: a\n");
        String log = "{\"samples\": [{\"id\": %d, \"output\": {\"completion\": \"one\"}}]}";
        assertThat(OwnTasks.score(stored("own", "log.json", log.formatted(1)), "own"))
                .isEqualTo(1);
        assertThatThrownBy(() -> stored("own", "log.json", log.formatted(3)))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("log.json:1: no document has the id 3");
    }

    @Test
    void aLogOfInspectIsReadSampleBySample() throws IOException {
        Path file = folder.resolve("large.json");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("{\"eval\": {}, \"samples\": [\n{\"id\": \"s0\", \"output\": {\"completion\": \"1\"}},\n"
                    + "{\"id\": \"s1\", \"events\": [0");
            for (int mebibyte = 0; mebibyte < 66; mebibyte++) {
                out.write(",\"" + "x".repeat(1 << 20) + "\"");
            }
            out.write("]}]}");
        }
        assertThatThrownBy(() -> stored("sums", file, Optional.of(OwnTasks.data())))
                .isInstanceOf(StoaException.class)
                .hasMessageContainingAll("large.json", "longer than 67108864 bytes");
    }

    /** Tasks of every kind. */
    private void writeKinds() {
        tasks.write("four.jsonl", "{\"id\": \"m0\", \"q\": \"a\", \"a\": \"B\", \"solution\": \"B\"}\n");
        String task = "task: %s\ndataset_path: four.jsonl\ndoc_to_text: q\ndoc_to_target: a\noutput_type: %s\n";
        tasks.write("four.yaml", task.formatted("four", "multiple_choice") + "doc_to_choice: [A, B, C, D]\n");
        tasks.write(
                "mutual.yaml",
                "include: four.yaml\ntask: mutual\nmetric_list: [{metric: acc}, {metric: acc_mutual_info}]\n");
        tasks.write(
                "greedy.yaml",
                "include: four.yaml\ntask: greedy\nmetric_list: [{metric: acc}, {metric: exact_match}]\n");
        tasks.write("one.yaml", task.formatted("one", "loglikelihood"));
        tasks.write("perplexity.yaml", "include: one.yaml\ntask: perplexity\nmetric_list: [{metric: perplexity}]\n");
        tasks.write("rolling.yaml", task.formatted("rolling", "loglikelihood_rolling"));
        tasks.write("text.yaml", task.formatted("text", "generate_until"));
        tasks.write("truthful.yaml", """
                include: four.yaml
                task: truthful
                metric_list: [{metric: acc}]
                process_results: !function stoa.truthfulqa/utils.process_results_mc2
                """);
        tasks.write("mixed.yaml", """
                include: four.yaml
                task: mixed
                metric_list: [{metric: acc}]
                process_results: !function stoa.leaderboard/math/utils.process_results
                """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "four|{\"response\": \"E\"}|the log-likelihoods of its 4 choices, and the answer is the text \"E\"",
                "four|{\"responses\": [\"A\", \"B\", \"C\", \"D\"]}|the log-likelihoods of its 4 choices",
                "four|{\"log_likelihoods\": []}|the log-likelihoods of its 4 choices, and the answer is an empty list",
                "four|{\"log_likelihoods\": [-1, -2, -3]}|needs 4 log-likelihoods, one for each of its 4 choices, and there are 3",
                "four|{\"log_likelihoods\": [-1, -2, -3, -4, -5]}|and there are 5",
                "four|{\"log_likelihoods\": -1}|log_likelihoods is not a list but -1; write a list of numbers",
                "four|{\"log_likelihoods\": [[-1, 7], -2, -3, -4]}|7 does not say whether a choice was the greedy one",
                "four|{\"log_likelihoods\": [[], -2, -3, -4]}|[] is no log-likelihood",
                "mutual|{\"log_likelihoods\": [-1, -2, -3, -4]}|needs 8 log-likelihoods",
                "truthful|{\"log_likelihoods\": [-1, -2, -3, -4]}|0 labels of mc2_targets for 4 choices",
                "truthful|{\"response\": \"E\"}|the log-likelihoods of its 4 choices",
                "mixed|{\"log_likelihoods\": [-1, -2, -3, -4]}|process_results scores a text",
                "greedy|{\"log_likelihoods\": [-1, -2, -3, -4]}|metric exact_match needs to know whether the answer was the greedy",
                "one|{\"log_likelihoods\": [-1]}|metric acc needs to know whether the answer was the greedy choice",
                "one|{\"log_likelihoods\": [-1, -2]}|one log-likelihood, that of the right answer, and the answer is 2 log-likelihoods",
                "one|{\"log_likelihoods\": []}|one log-likelihood, that of the right answer, and the answer is an empty list",
                "one|{\"response\": \"x\"}|one log-likelihood, that of the right answer, and the answer is the text \"x\"",
                "rolling|{\"response\": \"x\"}|one log-likelihood, that of the whole text",
                "rolling|{\"log_likelihoods\": [-1, -2]}|and the answer is 2 log-likelihoods; write",
                "text|{\"log_likelihoods\": [-1]}|needs a text, and the answer is a log-likelihood",
                "text|{\"log_likelihoods\": []}|needs a text, and the answer is an empty list",
                "text|{\"response\": 5}|response is not a text but 5",
                "text|{\"responses\": \"x\"}|responses is not a list but \"x\"",
                "text|{\"responses\": [\"x\", 5]}|an answer is not a text but 5",
                "text|{\"doc\": {\"id\": \"m0\", \"q\": \"a\", \"a\": \"B\"}, \"resps\": []}|resps is empty",
                "text|{\"doc\": {\"id\": \"m0\", \"q\": \"a\", \"a\": \"B\"}, \"resps\": [\"B\"]}|resps holds \"B\", which is no list",
                "text|{\"doc\": {\"id\": \"m0\", \"q\": \"a\", \"a\": \"B\"}, \"resps\": [[[\"-1\", \"True\"]]]}|needs a text",
                "four|{\"doc\": {\"id\": \"m0\", \"q\": \"a\", \"a\": \"B\"}, \"resps\": [[\"B\"]]}|the log-likelihoods of its 4 choices"
            })
    void anAnswerOfTheWrongKindNamesPlaceDocumentAndWhatIsNeeded(String task, String line, String message) {
        writeKinds();
        assertThatThrownBy(() -> stored(task, "a.jsonl", "\n" + line + "\n"))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                .hasMessageContainingAll("a.jsonl:2: document 0 (id m0): ", message);
    }

    @Test
    void theFlagOfGreedyChoicesMayBeMissingWhereNothingNeedsIt() {
        writeKinds();
        assertThat(OwnTasks.score(stored("four", "a.jsonl", "{\"log_likelihoods\": [-3, -1, -3, [-3]]}\n"), "four"))
                .isEqualTo(1);
        assertThat(OwnTasks.score(stored("perplexity", "a.jsonl", "{\"log_likelihoods\": [-1]}\n"), "perplexity"))
                .isEqualTo(Math.E);
        for (String pair : List.of("[-1, true]", "[\"-1\", \"True\"]")) {
            assertThat(stored("one", "a.jsonl", "{\"log_likelihoods\": [" + pair + "]}\n")
                            .tasks()
                            .firstEntry()
                            .getValue()
                            .numbers())
                    .filteredOn(number -> number.metric().equals("acc"))
                    .extracting(Evaluated.Figure::value)
                    .containsExactly(1.0);
        }
    }

    /** What is not known stays unknown when samples are written and read again. */
    @Test
    void samplesSayWhatIsNotKnown() throws IOException {
        writeKinds();
        Path answers = tasks.write("a.jsonl", "{\"log_likelihoods\": [-1]}\n");
        ResultsFolder out = new ResultsFolder(
                folder.resolve("out"), "m", Clock.fixed(Instant.parse("2025-03-01T10:00:00Z"), ZoneOffset.UTC));
        Evaluation.ofStored(
                tasks.library(), "perplexity", Map.of(), Optional.of(OwnTasks.data()), answers, true, Optional.of(out));
        Path samples = folder.resolve("out/m/samples_perplexity_2025-03-01T10-00-00.000000.jsonl");
        assertThat(Files.readString(samples)).contains("\"resps\":[[[\"-1.0\",\"None\"]]]");
        assertThatThrownBy(() -> stored("one", samples, Optional.empty()))
                .hasMessageContaining("metric acc needs to know whether the answer was the greedy choice");
    }

    /** The harness writes rolling log-likelihoods as texts, without a flag. */
    @Test
    void samplesOfWholeTexts() {
        writeKinds();
        Path file = tasks.write(
                "samples_rolling.jsonl",
                "{\"doc_id\": 0, \"doc\": {\"a\": \"B\"}, \"resps\": [[\"-2.0\"]], \"filter\": \"none\"}\n");
        assertThat(OwnTasks.score(stored("rolling", file, Optional.empty()), "rolling"))
                .isCloseTo(Math.exp(2), within(1e-12));
    }

    @Test
    void whetherSamplesAreCompleteIsToldByTheDataset() {
        Path file = tasks.write("samples_sums.jsonl", LOGGED);
        assertThatThrownBy(() -> complete(file, Optional.empty()))
                .isInstanceOf(StoaException.class)
                .hasMessageContainingAll("samples_sums.jsonl", "task sums", "say where its dataset lies");
        assertThatThrownBy(() -> complete(file, Optional.of(OwnTasks.data())))
                .hasMessageContaining("samples_sums.jsonl: answers 2 of 3 documents");
        Path third = tasks.write(
                "all.jsonl",
                LOGGED + "{\"doc_id\": 2, \"doc\": {\"question\": \"2+1=\", \"answer\": \"3\"}, \"resps\": [[\"3\"]],"
                        + " \"filter\": \"plain\"}\n");
        assertThat(OwnTasks.score(complete(third, Optional.of(OwnTasks.data())), "sums"))
                .isEqualTo(2 / 3.0);
        Path other = tasks.write("other.jsonl", LOGGED.replace("\"doc_id\": 1", "\"doc_id\": 3"));
        assertThatThrownBy(() -> complete(other, Optional.of(OwnTasks.data())))
                .hasMessageContaining("other.jsonl:2: there is no document 3; they are numbered 0 to 2");
        Path odd = tasks.write("odd.jsonl", LOGGED.replace("\"doc_id\": 1", "\"doc_id\": \"x\""));
        assertThatThrownBy(() -> stored("sums", odd, Optional.empty()))
                .hasMessageContaining("odd.jsonl:2: there is no document \"x\"; they are numbered from 0");
    }

    private Evaluation complete(Path file, Optional<TaskData> data) {
        return Evaluation.ofStored(tasks.library(), "sums", Map.of(), data, file, true, Optional.empty());
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
