package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class QuantizeLadderTest {
    private static final Path NANO = Quickstart.SHIPPED.resolve("models/nano.gguf");

    @TempDir
    private Path folder;

    private Path text = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** The quickstart's documents, without their titles, a line each. */
    @BeforeEach
    void writeText() throws IOException {
        StringBuilder lines = new StringBuilder();
        try (Stream<Path> files = Files.list(Quickstart.SHIPPED.resolve("corpus"))) {
            for (Path file : files.sorted().toList()) {
                lines.append(Files.readAllLines(file).getLast()).append('\n');
            }
        }
        text = Files.writeString(folder.resolve("text.txt"), lines);
    }

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        House house = new House(
                Map.of(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC());
        return Main.commandLine(house)
                .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private JsonNode json() {
        return JsonMapper.shared().readTree(out());
    }

    @Test
    void aPlanHasSizesToTheByteAndDeclaredFigures() {
        assertThat(run("quantize", "ladder", Quickstart.SHIPPED.resolve("models/mini.gguf"), "--plan", "--json"))
                .as(err())
                .isZero();
        Map<String, Long> sizes = new TreeMap<>();
        json().forEach(rung ->
                sizes.put(rung.path("type").stringValue(), rung.path("bytes").longValue()));
        assertThat(sizes)
                .containsEntry("Q8_0", 2_825_280L)
                .containsEntry("Q4_0", 1_582_144L)
                .containsEntry("Q4_K_M", 1_666_624L)
                .containsEntry("Q2_K", 1_122_368L)
                .doesNotContainKey("F16");
        assertThat(json().get(0).path("declared").path("divergence").doubleValue())
                .isEqualTo(0.445132);
        assertThat(run("quantize", "ladder", NANO, "--plan")).isZero();
        assertThat(out()).contains("declared, of another model", "LLaMA-3-8B", "its blocks do not fit");
    }

    @Test
    void namesTheCheapestTypeAndGoesOnWhereItWas() throws IOException {
        Object[] ladder = {
            "quantize",
            "ladder",
            NANO,
            "--text",
            text,
            "--window",
            "64",
            "--types",
            "Q8_0,q4_0",
            "--all",
            "--max-kl",
            "0.004",
            "--work",
            folder.resolve("work"),
            "--json"
        };
        assertThat(run(ladder)).as(err()).isZero();
        JsonNode result = json().path("ladder");
        assertThat(result.path("cheapest").stringValue()).isEqualTo("Q8_0");
        assertThat(result.path("rungs")).hasSize(2);
        assertThat(result.path("rungs").get(0).path("decision").stringValue()).isEqualTo("INFERIOR");
        assertThat(json().path("shareRead").doubleValue()).isLessThan(0.5);
        assertThat(json().path("textSha256").stringValue()).hasSize(64);
        String first = out();
        try (Stream<Path> left = Files.list(folder.resolve("work"))) {
            assertThat(left).hasSize(2).allMatch(file -> file.toString().endsWith(".json"));
        }
        assertThat(run(ladder)).isZero();
        assertThat(out()).isEqualTo(first);
    }

    @Test
    void aTaskThatRungAndBaseAnswerAlikeIsNoLoss() {
        assertThat(run(
                        "quantize",
                        "ladder",
                        NANO,
                        "--text",
                        text,
                        "--window",
                        "64",
                        "--types",
                        "Q8_0",
                        "--task",
                        "quickstart_cloze",
                        "--tasks",
                        Quickstart.SHIPPED.resolve("tasks"),
                        "--limit",
                        "24",
                        "--max-drop",
                        "0.5",
                        "--cache",
                        folder.resolve("answers"),
                        "--work",
                        folder.resolve("work")))
                .as(err())
                .isZero();
        assertThat(out()).contains("quickstart_cloze: ").contains("the cheapest that is not inferior is Q8_0");
    }

    /** The task's documents are part of what a measurement is found by: after a change it is measured again. */
    @Test
    void otherDocumentsAreAnotherMeasurement() throws IOException {
        Path documents = folder.resolve("documents.jsonl");
        Path task = folder.resolve("own.yaml");
        Files.writeString(task, """
            task: own_cloze
            dataset_path: documents.jsonl
            output_type: multiple_choice
            doc_to_text: "{{question}}"
            doc_to_choice: ["yes", "no"]
            doc_to_target: "{{answer}}"
            metric_list:
              - metric: acc
                aggregation: mean
                higher_is_better: true
            """);
        Object[] ladder = {
            "quantize",
            "ladder",
            NANO,
            "--text",
            text,
            "--window",
            "64",
            "--types",
            "Q8_0",
            "--task",
            "own_cloze",
            "--tasks",
            task,
            "--max-drop",
            "0.5",
            "--cache",
            folder.resolve("answers"),
            "--work",
            folder.resolve("work"),
            "--json"
        };
        List<Integer> notes = new ArrayList<>();
        for (String question : List.of("Is it so?", "Is it so?", "Is it not so?")) {
            Files.writeString(documents, ("{\"question\": \"" + question + "\", \"answer\": 0}\n").repeat(30));
            run(ladder);
            assertThat(json().path("ladder").path("rungs")).as(err()).hasSize(1);
            try (Stream<Path> left = Files.list(folder.resolve("work"))) {
                notes.add((int) left.count());
            }
        }
        assertThat(notes).containsExactly(1, 1, 2);
    }

    /** Folders that are files refuse whoever runs this, root too. */
    @Test
    void placesThatCannotBeWrittenAreRefusedBeforeTheWork() throws IOException {
        Path blocked = Files.writeString(folder.resolve("blocked"), "");
        Path noModel = folder.resolve("no-such-model.gguf");
        assertThat(run("quantize", "imatrix", noModel, "--text", text, folder.resolve("nowhere/m.gguf")))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("there is no folder").doesNotContain("no-such-model");
        Path below = blocked.resolve("below");
        assertThat(run("quantize", "ladder", noModel, "--text", text, "--work", below))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("--work", "blocked").doesNotContain("no-such-model");
        Path work = folder.resolve("work");
        assertThat(run("quantize", "ladder", noModel, "--text", text, "--work", work, "--keep", below))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("--keep", "blocked").doesNotContain("no-such-model");
        assertThat(run("quantize", "ladder", noModel, "--text", text, "--mix", folder.resolve("nowhere/mix.gguf")))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("--mix", "there is no folder").doesNotContain("no-such-model");
    }

    @Test
    void errorsNameTheNextStep() throws IOException {
        assertThat(run("quantize", "ladder", NANO)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("--text", "--plan");
        assertThat(run("quantize", "ladder", NANO, "--text", text, "--max-kl", "0"))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("must be positive");
        assertThat(run("quantize", "ladder", NANO, "--text", text, "--types", "Q9"))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("no such quantization: Q9");
        assertThat(run("quantize", "ladder", NANO, "--text", text, "--types", "IQ2_XS"))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("importance matrix");
        assertThat(run("quantize", NANO, "Q8_0")).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("the file to write");
        Path bad = Files.writeString(folder.resolve("bad.dat"), "no matrix");
        assertThat(run("quantize", NANO, "Q8_0", folder.resolve("x.gguf"), "--imatrix", bad))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("bad.dat", "no sound importance matrix");
    }

    @Test
    void anImportanceMatrixIsFoundAndUsed() {
        Path matrix = folder.resolve("nano.imatrix.gguf");
        assertThat(run("quantize", "imatrix", NANO, "--text", text, matrix, "--context", "128", "--json"))
                .as(err())
                .isZero();
        assertThat(json().path("matrices").intValue()).isEqualTo(21);
        assertThat(run("quantize", "imatrix", NANO, "--text", text, matrix)).isEqualTo(ExitCode.USER.code());
        assertThat(run("quantize", NANO, "IQ4_NL", folder.resolve("iq4.gguf"), "--imatrix", matrix))
                .as(err())
                .isZero();
    }
}
