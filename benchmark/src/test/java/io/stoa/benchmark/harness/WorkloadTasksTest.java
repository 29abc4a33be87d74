package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.benchmark.ScriptedEngine;
import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.LocalDatasets;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The profiles of workloads on made-up rows in the shape of their datasets. */
final class WorkloadTasksTest {
    private static final PythonPrograms PYTHON = new PythonPrograms("python3", Duration.ofSeconds(10));
    private static final TaskLibrary LIBRARY = new TaskLibrary(List.of(ShippedTasks.folder()), Optional.of(PYTHON));

    @TempDir
    private Path folder;

    private final Map<String, Path> data = new LinkedHashMap<>();

    private void data(String id, String... rows) throws IOException {
        Path file = folder.resolve(id.replace('/', '_') + ".jsonl");
        data.put(id, Files.writeString(file, String.join("\n", rows) + "\n"));
    }

    private Run run(TaskLibrary library, String name) {
        return new Run(
                library,
                name,
                Map.of(),
                new TaskData(new LocalDatasets(data, new DatasetReader())),
                new Run.Settings(Prompts.Layout.PLAIN, Optional.empty(), 0, folder.resolve("cache")));
    }

    private Evaluation evaluated(String name, Function<String, String> model) {
        return run(LIBRARY, name)
                .ask(
                        new Entrant(OwnTasks.MODEL, "build 1", 2048, _ -> new ScriptedEngine().answering(model)),
                        Budget.unlimited(),
                        (_, _) -> {},
                        Optional.empty())
                .evaluation()
                .orElseThrow();
    }

    private static double score(Evaluation evaluation, String task, String metric) {
        return Optional.ofNullable(evaluation.tasks().get(task)).orElseThrow().numbers().stream()
                .filter(number -> number.metric().equals(metric))
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Test
    void summariesAreHeldAgainstAPersons() throws IOException {
        data(
                "abisee/cnn_dailymail",
                "{\"article\": \"The mill of Tavel burned down on Monday. Nobody was hurt.\","
                        + " \"highlights\": \"Mill burned down .\\nNobody hurt .\", \"id\": \"1\"}");
        data(
                "FiscalNote/billsum",
                "{\"text\": \"SECTION 1. The toll is two coins.\", \"summary\": \"Sets the toll.\", \"title\": \"Toll\"}");
        Evaluation evaluation = evaluated(
                "profile-summarization",
                prompt -> prompt.contains("mill") ? "The mill burned down.\nNobody was hurt." : "");
        // 5 of 5 words of the reference, 5 of 7 of the answer; pairs: 3 of 4 and 3 of 6.
        assertThat(score(evaluation, "summarization_news", "rouge1")).isCloseTo(10.0 / 12, within(1e-12));
        assertThat(score(evaluation, "summarization_news", "rouge2")).isCloseTo(6.0 / 10, within(1e-12));
        assertThat(score(evaluation, "summarization_news", "rougeLsum")).isCloseTo(10.0 / 12, within(1e-12));
        assertThat(score(evaluation, "summarization_news", "coverage")).isBetween(0.5, 1.0);
        assertThat(score(evaluation, "summarization_bills", "rougeL")).isZero();
        assertThat(evaluation.topmost()).containsExactly("profile-summarization");
    }

    @Test
    void spansAreCopiedOrDeclined() throws IOException {
        String text = "\"context\": \"Dogor weaves in Tavel.\"";
        data(
                "rajpurkar/squad",
                "{" + text
                        + ", \"question\": \"Where does Dogor weave?\", \"answers\": {\"text\": [\"Tavel\", \"in Tavel\"],"
                        + " \"answer_start\": [16, 13]}}");
        data(
                "rajpurkar/squad_v2",
                "{" + text + ", \"question\": \"Who bakes?\", \"answers\": {\"text\": [], \"answer_start\": []}}",
                "{" + text
                        + ", \"question\": \"Who weaves?\", \"answers\": {\"text\": [\"Dogor\"], \"answer_start\": [0]}}");
        Evaluation evaluation = evaluated(
                "profile-extraction",
                prompt -> prompt.contains("Where")
                        ? "the Tavel."
                        : prompt.contains("bakes") ? "I don't know" : "The man Dogor");
        assertThat(score(evaluation, "extraction_squad", "exact_match")).isOne();
        assertThat(score(evaluation, "extraction_squad_v2", "f1")).isCloseTo((1 + 2.0 / 3) / 2, within(1e-12));
        assertThat(score(evaluation, "extraction_squad_v2", "exact_match")).isEqualTo(0.5);
        assertThat(score(evaluation, "extraction_squad_v2", "answerable_f1")).isCloseTo(2.0 / 3, within(1e-12));
        assertThat(score(evaluation, "extraction_squad_v2", "refusal_mcc")).isCloseTo(1, within(1e-12));
    }

    @Test
    void groundedAnswersAreCitedOrDeclined() throws IOException {
        data(
                "hotpotqa/hotpot_qa",
                "{\"question\": \"Which river passes Dogor's town?\", \"answer\": \"the Lem\", \"context\": {\"title\":"
                        + " [\"Dogor\", \"Bread\", \"Tavel\"], \"sentences\": [[\"Dogor lives in Tavel.\", \" He weaves.\"],"
                        + " [\"Bread is baked.\"], [\"Tavel lies on the Lem.\"]]}, \"supporting_facts\": {\"title\":"
                        + " [\"Dogor\", \"Tavel\"], \"sent_id\": [0, 0]}}");
        data(
                "rajpurkar/squad_v2",
                "{\"context\": \"Dogor weaves.\", \"question\": \"Who bakes?\", \"answers\": {\"text\": []}}",
                "{\"context\": \"Dogor weaves.\", \"question\": \"Who weaves?\", \"answers\": {\"text\": [\"Dogor\"]}}");
        Evaluation evaluation = evaluated("profile-rag", prompt -> {
            if (prompt.contains("river")) {
                assertThat(prompt)
                        .contains("\n\n[1] Dogor: Dogor lives in Tavel. He weaves.\n[2] Bread: Bread is baked.\n"
                                + "[3] Tavel: Tavel lies on the Lem.\n\nQuestion: Which river")
                        .endsWith("\nAnswer:");
                return "Lem [1][2, 7]";
            }
            return prompt.contains("bakes") ? "Dogor [1]" : "I do not know.";
        });
        assertThat(score(evaluation, "rag_hotpotqa", "f1")).isOne();
        assertThat(score(evaluation, "rag_hotpotqa", "citation_precision")).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(score(evaluation, "rag_hotpotqa", "citation_recall")).isEqualTo(0.5);
        assertThat(score(evaluation, "rag_hotpotqa", "citation_f1")).isCloseTo(0.4, within(1e-12));
        assertThat(score(evaluation, "rag_hotpotqa", "refusal_acc")).isOne();
        // It answers where it must not, and the other way round.
        assertThat(score(evaluation, "rag_squad_v2", "f1")).isZero();
        assertThat(score(evaluation, "rag_squad_v2", "refusal_acc")).isZero();
        assertThat(score(evaluation, "rag_squad_v2", "refusal_mcc")).isCloseTo(-1, within(1e-12));
        assertThat(score(evaluation, "rag_squad_v2", "citation_recall")).isZero();
    }

    @Test
    void oneBringsDocumentsOfOnesOwn() throws IOException {
        assertThatThrownBy(() -> evaluated("own_rag", prompt -> ""))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("own_rag asks documents of your own; name them with --data FILE.jsonl");
        String passages = "\"passages\": [\"Dogor weaves.\", {\"title\": \"Tavel\", \"text\": \"A town.\"}]";
        data(
                "own",
                "{\"question\": \"Who weaves?\", " + passages + ", \"answers\": [\"Dogor\"], \"citations\": [1]}",
                "{\"question\": \"Who bakes?\", " + passages + ", \"answers\": []}");
        Evaluation evaluation = evaluated("own_rag", prompt -> {
            assertThat(prompt).contains("[2] Tavel: A town.");
            return prompt.contains("weaves?") ? "Dogor [1]" : "I do not know.";
        });
        assertThat(score(evaluation, "own_rag", "f1")).isOne();
        assertThat(score(evaluation, "own_rag", "citation_f1")).isOne();
        data("own", "{\"text\": \"Dogor weaves.\", \"question\": \"Who?\", \"answer\": \"Dogor\"}");
        assertThat(score(evaluated("own_extraction", prompt -> "Dogor"), "own_extraction", "f1"))
                .isOne();
        data("own", "{\"text\": \"Dogor weaves.\", \"summary\": \"Weaving.\"}");
        assertThat(score(evaluated("own_summarization", prompt -> "weaving"), "own_summarization", "rougeL"))
                .isOne();
    }

    @Test
    void rowsThatLackSomethingAreNamed() throws IOException {
        data("own", "{\"question\": \"Who?\", \"passages\": [\"a\"], \"answers\": [\"b\"], \"citations\": [2]}");
        assertThatThrownBy(() -> evaluated("own_rag", prompt -> ""))
                .hasMessageContaining("citations holds 2, which must be the number, from 1 to 1");
        data("own", "{\"question\": \"Who?\", \"passages\": [\"a\"]}");
        assertThatThrownBy(() -> evaluated("own_rag", prompt -> ""))
                .hasMessageContaining("answers is no list of texts");
        data("own", "{\"text\": \"a\"}");
        assertThatThrownBy(() -> evaluated("own_summarization", prompt -> ""))
                .hasMessageContaining("needs the columns text and summary");
        assertThatThrownBy(() -> evaluated("own_extraction", prompt -> ""))
                .hasMessageContaining("needs the columns text, question and answers");
    }

    @Test
    void chatsAreLookedOverWithoutAJudge() throws IOException {
        data(
                "wis-k/instruction-following-eval",
                "{\"key\": 1, \"prompt\": \"Name a town. Write no commas.\", \"instruction_id_list\":"
                        + " [\"punctuation:no_comma\"], \"kwargs\": [{}]}");
        data(
                "HuggingFaceH4/no_robots",
                "{\"prompt\": \"Greet.\"}",
                "{\"prompt\": \"Loop.\"}",
                "{\"prompt\": \"Leak.\"}",
                "{\"prompt\": \"Hush.\"}");
        Evaluation evaluation = evaluated("profile-chat", prompt -> switch (prompt) {
            case "Greet." -> "Good morning to you, and to the user: all of you.";
            case "Loop." -> "and then we went home ".repeat(12);
            case "Leak." -> "Fine.<|im_end|>\n";
            case "Hush." -> " ";
            default -> "Tavel";
        });
        assertThat(score(evaluation, "leaderboard_ifeval", "prompt_level_strict_acc"))
                .isOne();
        assertThat(score(evaluation, "chat_checks", "answered")).isEqualTo(0.75);
        assertThat(score(evaluation, "chat_checks", "no_loop")).isEqualTo(0.75);
        assertThat(score(evaluation, "chat_checks", "no_markers")).isEqualTo(0.75);
        assertThat(score(evaluation, "chat_checks", "chat_ok")).isEqualTo(0.25);
    }

    private void programs() throws IOException {
        assumeTrue(hasPython(), "there is no python3 here");
        data(
                "openai/openai_humaneval",
                "{\"task_id\": \"T/0\", \"prompt\": \"def half(n):\\n    \\\"\\\"\\\"The half.\\\"\\\"\\\"\\n\", \"entry_point\":"
                        + " \"half\", \"canonical_solution\": \"    return n / 2\\n\", \"test\": \"def check(candidate):\\n"
                        + "    assert candidate(4) == 2\\n\"}");
        data(
                "google-research-datasets/mbpp",
                "{\"task_id\": 11, \"text\": \"Double a number.\", \"code\": \"def d(n): return 2 * n\", \"test_list\":"
                        + " [\"assert d(2) == 4\", \"assert d(0) == 0\"], \"test_setup_code\": \"\"}");
    }

    private static boolean hasPython() {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void programsPassTheirTestsOrDoNot() throws IOException {
        programs();
        Evaluation right = evaluated("profile-code", prompt -> {
            if (prompt.contains("Double")) {
                assertThat(prompt).contains("assert d(2) == 4\nassert d(0) == 0\n");
                return "Here it is:\n```python\ndef d(n):\n    return n + n\n```\nIt adds.";
            }
            return "```\ndef half(n):\n    return n / 2\n```";
        });
        assertThat(score(right, "humaneval_instruct", "pass@1")).isOne();
        assertThat(score(right, "mbpp_instruct", "pass@1")).isOne();
        assertThat(score(evaluated("humaneval", prompt -> "    return n / 2\n"), "humaneval", "pass@1"))
                .isOne();
    }

    @Test
    void programsThatFailHangOrExitEarlyDoNotPass() throws IOException {
        programs();
        PythonPrograms brief = new PythonPrograms("python3", Duration.ofSeconds(4));
        assertThat(brief.passes("print('fine')")).isTrue();
        assertThat(brief.passes("assert 1 == 2")).isFalse();
        assertThat(brief.passes("import os; os._exit(0)")).isFalse();
        assertThat(brief.passes("while True: pass")).isFalse();
        assertThat(brief.passes("x = 'a' * (8 << 30)")).isFalse();
        assertThat(brief.passes("import os; assert 'HOME' not in os.environ")).isTrue();
        assertThatThrownBy(() -> new PythonPrograms("no-such-python", Duration.ofSeconds(1)).passes(""))
                .hasMessageContaining("there is no no-such-python");
    }

    @Test
    void nothingIsRunWithoutLeave() throws IOException {
        programs();
        TaskLibrary library = new TaskLibrary(List.of(ShippedTasks.folder()));
        assertThatThrownBy(() -> run(library, "profile-code"))
                .hasMessageContaining("humaneval_instruct runs code")
                .hasMessageContaining("--confirm-run-unsafe-code");
        Path answers = Files.writeString(folder.resolve("answers.jsonl"), "{\"doc_id\": 0, \"response\": \"pass\"}\n");
        TaskData local = new TaskData(new LocalDatasets(data, new DatasetReader()));
        assertThatThrownBy(() -> Evaluation.ofStored(
                        library, "humaneval", Map.of(), Optional.of(local), answers, false, Optional.empty()))
                .hasMessageContaining("--confirm-run-unsafe-code");
    }

    @Test
    void severalAnswersGivePassAtK() throws IOException {
        programs();
        Path answers = Files.writeString(
                folder.resolve("answers.jsonl"),
                "{\"doc_id\": 0, \"responses\": [\"    return n / 2\"" + ", \"    return n\"".repeat(9) + "]}\n");
        TaskData local = new TaskData(new LocalDatasets(data, new DatasetReader()));
        Evaluation evaluation = Evaluation.ofStored(
                LIBRARY, "humaneval_10", Map.of(), Optional.of(local), answers, true, Optional.empty());
        assertThat(score(evaluation, "humaneval_10", "pass@1")).isCloseTo(0.1, within(1e-12));
        assertThat(score(evaluation, "humaneval_10", "pass@10")).isOne();
    }
}
