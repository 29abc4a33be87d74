package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The shipped support desk with the shipped models, judged by the command line. */
class SupportDeskTest {
    private static final Path DESK = Quickstart.SHIPPED.resolveSibling("support-desk");
    private static final Path PIPELINE = DESK.resolve("pipeline.yaml");
    private static final Path ITEMS = DESK.resolve("items.jsonl");

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        House house = new House(
                Map.of("PATH", java()),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC());
        return Main.commandLine(house)
                .execute(List.of(arguments).stream().map(Object::toString).toArray(String[]::new));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH");
    }

    private JsonNode json() {
        return JsonMapper.shared().readTree(out.toString(StandardCharsets.UTF_8));
    }

    /** The desk without its tickets, so that no other program is needed. */
    private Path withoutTickets() throws IOException {
        List<String> lines = Files.readAllLines(PIPELINE);
        String text = String.join("\n", lines) + "\n";
        String rest = text.substring(0, text.indexOf("sources:"))
                + text.substring(text.indexOf("stages:"), text.indexOf("  ticket:\n"))
                + text.substring(text.indexOf("outputs:")).replace("  ticket: \"{ticket}\"\n", "");
        return Files.writeString(
                folder.resolve("pipeline.yaml"),
                rest.replace("../quickstart", Quickstart.SHIPPED.toString())
                        .replace("folder: documents", "folder: " + DESK.resolve("documents")));
    }

    @Test
    void theShippedPipelineIsSound() {
        assertThat(run("pipeline", "check", PIPELINE))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
    }

    @Test
    void anEvaluationIsWrittenGatedAndCompared() throws IOException {
        Path pipeline = withoutTickets();
        Path cases = DESK.resolve("cases.jsonl");
        Path micro = folder.resolve("micro.json");
        Path nano = folder.resolve("nano.json");
        assertThat(run(
                        "pipeline",
                        "eval",
                        pipeline,
                        "--items",
                        cases,
                        "--limit",
                        24,
                        "--out",
                        micro,
                        "--blame",
                        "--json"))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(json().path("report")
                        .path("measures")
                        .path("success")
                        .path("estimate")
                        .doubleValue())
                .isGreaterThan(0.8);
        assertThat(json().path("blame").path("losses")).isNotEmpty();
        String weak = "desk=" + Quickstart.SHIPPED.resolve("models").resolve("nano.gguf");
        assertThat(run("pipeline", "eval", pipeline, "--items", cases, "--limit", 24, "--out", nano, "--model", weak))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("success", "time, median");

        assertThat(run("pipeline", "gate", micro, micro, "--margin", "0.2")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("PASS  support-desk is no worse than support-desk by more than 20.0 points");
        assertThat(run("pipeline", "gate", micro, nano, "--json")).isEqualTo(ExitCode.NOT_READY.code());
        assertThat(json().path("verdict").stringValue()).isEqualTo("FAIL");

        assertThat(run("pipeline", "compare", nano, micro)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("nano.gguf", "6 steps", "p^n");
        assertThat(run("pipeline", "compare", nano, micro, "--json")).isZero();
        assertThat(json().path("rows")
                        .path(0)
                        .path("difference")
                        .path("interval")
                        .path("low")
                        .doubleValue())
                .isGreaterThan(0.3);
    }

    @Test
    void mistakesAreNamed() throws IOException {
        assertThat(run("pipeline", "eval", PIPELINE)).isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("--items: name the file with the questions");
        assertThat(run("pipeline", "compare", PIPELINE, "--items", ITEMS)).isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("compare with what?");
        assertThat(run("pipeline", "eval", PIPELINE, "--items", ITEMS, "--model", "dask=x.gguf"))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("has no model \"dask\"", "desk");
        Path broken = Files.writeString(folder.resolve("run.json"), "{\"format\": \"other\"}");
        assertThat(run("pipeline", "gate", broken, broken)).isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("run.json: not a run that `stoa pipeline eval --out` wrote");
    }
}
