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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PipelineVerbsTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        List<String> texts = new ArrayList<>(List.of("pipeline"));
        for (Object argument : arguments) {
            texts.add(argument.toString());
        }
        return Main.commandLine(new House(
                        Map.of(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Clock.systemUTC()))
                .execute(texts.toArray(String[]::new));
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

    private Path runs() {
        return folder.resolve("runs");
    }

    /** The shipped pipeline, over the shipped model and documents. */
    @Test
    void theQuickstartAnswersAndCanBeReplayed() throws IOException {
        Path file = Quickstart.SHIPPED.resolve("pipeline.yaml");
        assertThat(run("check", file)).as(err()).isZero();
        assertThat(out()).contains("retrieve search").contains("generate answer");
        Path trace = folder.resolve("trace.json");
        assertThat(run(
                        "run",
                        file,
                        "--input",
                        "question=What color does Zalebel like?",
                        "--run",
                        "one",
                        "--runs",
                        runs(),
                        "--trace",
                        trace,
                        "--json"))
                .as(err())
                .isZero();
        assertThat(json().path("outputs").path("answer").stringValue("")).isEqualTo("grey");
        assertThat(Files.readString(trace))
                .contains("invoke_workflow quickstart")
                .doesNotContain("Zalebel");
        assertThat(run("show", "one", "--runs", runs())).isZero();
        assertThat(out()).contains("search  retrieval").contains("done");
        assertThat(run("replay", "one", "--runs", runs(), "--json")).isZero();
        assertThat(json().path("exact").booleanValue()).isTrue();
        assertThat(json().path("steps").intValue()).isEqualTo(3);
        assertThat(run("resume", "one", "--runs", runs())).isZero();
        assertThat(out()).contains("answer: grey");
        assertThat(run("list", "--runs", runs(), "--json")).isZero();
        assertThat(json().path("state").stringValue("")).isEqualTo("done");
        Path other = Files.writeString(
                folder.resolve("other.yaml"), Files.readString(file).replace("most: 3", "most: 2"));
        assertThat(run("replay", "one", "--with", other, "--runs", runs())).isEqualTo(ExitCode.BROKEN.code());
        assertThat(out()).contains("search differs in its input");
    }

    private Path asks() throws IOException {
        return Files.writeString(folder.resolve("asks.yaml"), """
            pipeline: asks
            inputs: {letter: text}
            stages:
              send: {kind: human, ask: "Send this? {letter}"}
            outputs: {sent: "{send.approved}"}
            """);
    }

    @Test
    void aPersonIsAskedAndAnswers() throws IOException {
        Path letter = Files.writeString(folder.resolve("letter.txt"), "Dear reader");
        assertThat(run("run", asks(), "--input", "letter=@" + letter, "--run", "two", "--runs", runs()))
                .isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(out()).contains("stoa pipeline approve two --step send --runs " + runs());
        assertThat(run("show", "two", "--step", "send", "--runs", runs())).isZero();
        assertThat(out()).contains("Send this? Dear reader").contains("sha256:");
        assertThat(run("resume", "two", "--runs", runs())).isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(run("approve", "two", "--digest", "0".repeat(64), "--by", "me", "--runs", runs()))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("not what was shown");
        assertThat(run("approve", "two", "--happened", "--by", "me", "--runs", runs()))
                .as("nothing is in doubt")
                .isEqualTo(ExitCode.USER.code());
        assertThat(run("approve", "two", "--by", "me", "--note", "read it", "--runs", runs()))
                .isZero();
        assertThat(run("approve", "two", "--by", "me", "--refuse", "--runs", runs()))
                .as("a decision stays")
                .isEqualTo(ExitCode.USER.code());
        assertThat(run("resume", "two", "--runs", runs(), "--json")).isZero();
        assertThat(json().path("outputs").path("sent").booleanValue()).isTrue();
        assertThat(run("show", "two", "--step", "send", "--runs", runs(), "--json"))
                .isZero();
        assertThat(json().path("decision").path("note").stringValue("")).isEqualTo("read it");
        assertThat(run("replay", "two", "--runs", runs())).isZero();
    }

    @Test
    void aRefusalStopsTheRun() throws IOException {
        run("run", asks(), "--input", "letter=x", "--run", "three", "--runs", runs());
        assertThat(run("approve", "three", "--refuse", "--by", "me", "--runs", runs()))
                .isZero();
        assertThat(run("resume", "three", "--runs", runs())).isEqualTo(ExitCode.NOT_READY.code());
        assertThat(out()).contains("stopped at send: a person refused");
    }

    @Test
    void whatIsWrongIsToldBeforeAnythingIsMade() throws IOException {
        Path circle = Files.writeString(folder.resolve("circle.yaml"), """
            pipeline: circle
            inputs: {question: text}
            stages:
              a: {kind: guard, check: "{b}", longest: 9}
              b: {kind: guard, check: "{a}", longest: 9}
            outputs: {x: "{a}"}
            """);
        assertThat(run("run", circle, "--input", "question=x", "--runs", runs()))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains(circle + ":4:3: the stages go round in a circle: a needs b needs a");
        assertThat(run("run", asks(), "--input", "leter=x", "--runs", runs())).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("did you mean letter?");
        assertThat(runs()).doesNotExist();
        assertThat(run("show", "none", "--runs", runs())).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("stoa pipeline list");
        assertThat(run("check", "--schema")).isZero();
        assertThat(json().path("title").stringValue("")).isEqualTo("pipeline file");
    }
}
