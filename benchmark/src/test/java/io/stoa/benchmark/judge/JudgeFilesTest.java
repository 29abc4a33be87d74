package io.stoa.benchmark.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.benchmark.ScriptedEngine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class JudgeFilesTest {
    @TempDir
    private Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void readsAnswersAndLoggedSamples() throws IOException {
        Path own = file("own.jsonl", """
                {"id": "a", "question": "Q?", "answer": "A", "reference": "R"}
                {"id": 7, "question": "Q2?", "response": "B"}
                """);
        assertThat(JudgeFiles.answers(own, Map.of()))
                .containsExactly(
                        new JudgedAnswer("a", "Q?", "A", Optional.of("R")),
                        new JudgedAnswer("7", "Q2?", "B", Optional.empty()));
        String sample = "{\"doc_id\": 0, \"target\": \"4\", \"arguments\": {\"gen_args_0\": {\"arg_0\": \"2+2=\"}},"
                + " \"resps\": [[\"It is 4\"]], \"filter\": \"%s\"}\n";
        Path logged = file("samples_x.jsonl", sample.formatted("strict") + sample.formatted("loose"));
        assertThat(JudgeFiles.answers(logged, Map.of()))
                .containsExactly(new JudgedAnswer("0", "2+2=", "It is 4", Optional.of("4")));
        Path bare = file("bare.jsonl", "{\"doc_id\": 3, \"response\": \"5\"}\n");
        ObjectNode asked = (ObjectNode) JsonMapper.shared()
                .readTree("{\"doc_id\": 3, \"target\": \"5\", \"arguments\": {\"gen_args_0\": {\"arg_0\": \"2+3=\"}}}");
        assertThat(JudgeFiles.answers(bare, Map.of("3", asked)))
                .containsExactly(new JudgedAnswer("3", "2+3=", "5", Optional.of("5")));
        assertThatThrownBy(() -> JudgeFiles.answers(bare, Map.of())).hasMessageContaining("name the task with --task");
    }

    @Test
    void namesTheLineThatIsWrong() throws IOException {
        String line = "{\"id\": 1, \"question\": \"Q\", \"answer\": \"A\"}\n";
        Path twice = file("twice.jsonl", line + line);
        assertThatThrownBy(() -> JudgeFiles.answers(twice, Map.of()))
                .hasMessageContaining("twice.jsonl:2: is the second answer to 1");
        Path none = file("none.jsonl", "{\"question\": \"Q\", \"answer\": \"A\"}\n");
        assertThatThrownBy(() -> JudgeFiles.answers(none, Map.of())).hasMessageContaining("none.jsonl:1: has no id");
        Path labels = file("labels.jsonl", "{\"id\": 1, \"label\": \"maybe\"}\n");
        assertThatThrownBy(() -> JudgeFiles.labels(labels, Scale.of("yes-no")))
                .hasMessageContaining("labels.jsonl:1: has the label \"maybe\", which is not on the scale yes-no");
    }

    @Test
    void readsLabelsOfEveryScale() throws IOException {
        Path table = file("labels.csv", "id,label\na,Yes\nb,no\n");
        assertThat(JudgeFiles.labels(table, Scale.of("yes-no"))).isEqualTo(Map.of("a", 1.0, "b", 0.0));
        Path lines = file("labels.jsonl", "{\"id\": \"a\", \"label\": true}\n");
        assertThat(JudgeFiles.labels(lines, Scale.of("yes-no"))).isEqualTo(Map.of("a", 1.0));
        Path grades = file("grades.jsonl", "{\"id\": \"a\", \"label\": 4}\n");
        assertThat(JudgeFiles.labels(grades, Scale.of("1-5"))).isEqualTo(Map.of("a", 0.75));
        assertThatThrownBy(() -> Scale.of("good")).hasMessageContaining("write yes-no");
    }

    @Test
    void anAnswerIsAskedForOnce() throws IOException {
        ScriptedEngine engine = new ScriptedEngine().answering(prompt -> "verdict: yes");
        Prompt prompt = Prompt.user("Is it?");
        try (KeptAnswers kept = new KeptAnswers(engine, folder, "judge 1")) {
            kept.generate(prompt, GenerateOptions.greedy(8));
        }
        // The next answer was being written when the run was killed.
        Path file;
        try (var files = Files.walk(folder)) {
            file = files.filter(one -> one.endsWith("judge.jsonl")).findFirst().orElseThrow();
        }
        Files.writeString(file, Files.readString(file) + "{\"k\": \"0");
        try (KeptAnswers kept = new KeptAnswers(engine, folder, "judge 1")) {
            assertThat(kept.generate(prompt, GenerateOptions.greedy(8)).text()).isEqualTo("verdict: yes");
            assertThat(kept.known()).isOne();
            kept.generate(prompt, GenerateOptions.greedy(9));
        }
        try (KeptAnswers kept = new KeptAnswers(engine, folder, "judge 1")) {
            kept.generate(prompt, GenerateOptions.greedy(9));
            assertThat(kept.known()).isOne();
        }
        try (KeptAnswers other = new KeptAnswers(engine, folder, "judge 2")) {
            other.generate(prompt, GenerateOptions.greedy(8));
            assertThat(other.known()).isZero();
        }
        assertThat(engine.asked()).hasSize(3);
    }
}
