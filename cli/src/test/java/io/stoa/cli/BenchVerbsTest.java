package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The verbs that hold runs against each other, and items against texts. */
class BenchVerbsTest {
    private static final String DATE = "2025-03-01T10-00-00.123456";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int bench(Object... arguments) {
        out.reset();
        err.reset();
        House house = new House(
                Map.of(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC());
        String[] texts = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
        String[] all = new String[texts.length + 1];
        all[0] = "bench";
        System.arraycopy(texts, 0, all, 1, texts.length);
        return Main.commandLine(house).execute(all);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** Of n documents all below {@code right} are right, but for the first {@code lost}. */
    private Path run(String name, String date, int n, int right, int lost) throws IOException {
        Path run = Files.createDirectories(folder.resolve(name));
        double share = (right - lost) / (double) n;
        Files.writeString(run.resolve("results_" + date + ".json"), """
                {"results": {"arc": {"acc,none": %s, "acc_stderr,none": %s}}, "group_subtasks": {"arc": []},
                 "n-samples": {"arc": {"original": %d, "effective": %d}}, "model_name": "%s"}
                """.formatted(
                        share, Math.sqrt(share * (1 - share) / (n - 1)), n, n, name));
        StringBuilder samples = new StringBuilder();
        for (int i = 0; i < n; i++) {
            samples.append(String.format(
                    Locale.ROOT,
                    "{\"doc_id\": %d, \"filter\": \"none\", \"acc\": %d, \"doc_hash\": \"h%d\"}%n",
                    i,
                    i < right && i >= lost ? 1 : 0,
                    i));
        }
        Files.writeString(run.resolve("samples_arc_" + date + ".jsonl"), samples);
        return run;
    }

    @Test
    void theGatesExitCodeIsItsVerdict() throws IOException {
        Path base = run("base", DATE, 1000, 700, 0);
        assertThat(bench("gate", base, run("same", DATE, 1000, 700, 2))).isEqualTo(ExitCode.OK.code());
        assertThat(out())
                .startsWith("PASS  base -> same")
                .contains("0.7000 -> 0.6980")
                .contains("exact McNemar p");
        Path worse = run("worse", DATE, 1000, 700, 100);
        assertThat(bench("gate", base, worse)).isEqualTo(ExitCode.NOT_READY.code());
        assertThat(out()).startsWith("FAIL").contains("a loss beyond 0.02 is shown");
        assertThat(bench("gate", base, run("unclear", DATE, 1000, 700, 18))).isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(out()).startsWith("INCONCLUSIVE").contains("to do");
        assertThat(bench("gate", base, base, "--min-score", "arc=0.8")).isEqualTo(ExitCode.NOT_READY.code());
        assertThat(bench("gate", base, base, "--min-score", "arc=0.6")).isEqualTo(ExitCode.OK.code());
    }

    @Test
    void aWatchNamesWhatIsWrong() throws IOException {
        Path base = run("base", DATE, 1000, 700, 0);
        Path output = folder.resolve("new");
        Object[] watch = {"watch", "arc", "--model", folder.resolve("none.gguf"), "--baseline", base, "--output", output
        };
        assertThat(bench(watch)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("--every 1h, or --on-change");
        assertThat(bench(with(watch, "--every", "soon"))).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("--every soon: write it as 90s, 30m or 2h");
        assertThat(bench(with(watch, "--every", "1s", "--times", "0"))).isEqualTo(ExitCode.USER.code());
        assertThat(bench(with(watch, "--every", "1s"))).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("none.gguf: no such file");
        assertThat(bench(with(watch, "--on-change"))).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("none.gguf: cannot be read");
    }

    @Test
    void aWatchOutlivesAnEndpointThatIsDown() throws IOException {
        Path base = run("base", DATE, 1000, 700, 0);
        assertThat(bench(
                        "watch",
                        "arc",
                        "--model",
                        "http://127.0.0.1:9/v1",
                        "--baseline",
                        base,
                        "--output",
                        folder.resolve("new"),
                        "--every",
                        "0.01s",
                        "--times",
                        2))
                .isEqualTo(ExitCode.ENGINE.code());
        assertThat(out().lines()).hasSize(2).allMatch(line -> line.contains("FAILED  http://127.0.0.1:9/v1"));
        bench(
                "watch",
                "arc",
                "--model",
                "http://127.0.0.1:9/v1",
                "--baseline",
                base,
                "--output",
                folder.resolve("new"),
                "--every",
                "0.01s",
                "--times",
                2,
                "--json");
        assertThat(out().lines()).hasSize(2).allSatisfy(line -> {
            JsonNode round = JsonMapper.shared().readTree(line);
            assertThat(round.path("verdict").stringValue()).isEqualTo("FAILED");
            assertThat(round.path("kind").stringValue()).isEqualTo("ENGINE");
            assertThat(round.path("error").stringValue()).contains("http://127.0.0.1:9/v1");
            assertThat(round.path("at").stringValue()).endsWith("Z");
        });
    }

    private static Object[] with(Object[] arguments, Object... more) {
        return Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray();
    }

    private Object[] asking(String verb, Object... more) {
        return with(
                new Object[] {verb},
                with(
                        more,
                        "--tasks",
                        Quickstart.SHIPPED.resolve("tasks"),
                        "--num-fewshot",
                        0,
                        "--model",
                        Quickstart.SHIPPED.resolve("models/nano.gguf"),
                        "--cache",
                        folder.resolve("cache")));
    }

    @Test
    void aRunsBoundsHoldForAllItsTasks() {
        Object[] run = asking("run", "quickstart_arith", "quickstart_logic", "--limit", 5, "--output", folder);
        assertThat(bench(with(run, "--max-time", "0.001s"))).isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(err())
                .contains("stopped by --max-time 0.001s", "nano, quickstart_arith: not begun")
                .doesNotContain("written to");
        // Every token read costs more than there is, so one document is asked.
        assertThat(bench(with(run, "--max-cost", "1", "--price-tokens", "2000000,0")))
                .isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(err())
                .contains(
                        "1 documents asked",
                        "written to",
                        "stopped by --max-cost 1",
                        "nano, quickstart_arith: 4 of 5 documents",
                        "nano, quickstart_logic: not begun");
        assertThat(bench(run)).isEqualTo(ExitCode.OK.code());
        assertThat(err()).contains("4 documents asked, 1 known already").doesNotContain("stopped");
    }

    @Test
    void aRaceIsAskedAsARunIs() {
        Object[] race = asking(
                "race", "quickstart_choice", "--model", Quickstart.SHIPPED.resolve("models/micro.gguf"), "--seed", 5);
        assertThat(bench(with(race, "--limit", 0))).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("the limit must be positive: 0");
        assertThat(bench(with(race, "--limit", 4, "--order-seed", 7))).isEqualTo(ExitCode.OK.code());
        assertThat(out()).contains("4 documents", "order from seed 7", "undecided");
        assertThat(bench(asking("run", "quickstart_choice", "--limit", 4, "--seed", 5)))
                .isEqualTo(ExitCode.OK.code());
        assertThat(err()).as("the race has asked it").contains("0 documents asked, 4 known already");
    }

    @Test
    void theGateTellsBuildServersAndPrograms() throws IOException {
        Path base = run("base", DATE, 1000, 700, 0);
        Path worse = run("worse", DATE, 1000, 700, 100);
        Path junit = folder.resolve("gate.xml");
        Path markdown = folder.resolve("gate.md");
        assertThat(bench("gate", base, worse, "--junit", junit, "--markdown", markdown, "--json"))
                .isEqualTo(ExitCode.NOT_READY.code());
        JsonNode report = JsonMapper.shared().readTree(out());
        assertThat(report.path("verdict").stringValue()).isEqualTo("FAIL");
        assertThat(report.path("claims").path(0).path("change").path("gain").doubleValue())
                .isEqualTo(-0.1);
        assertThat(Files.readString(junit)).contains("<failure").contains("failures=\"1\"");
        assertThat(Files.readString(markdown)).contains("| FAIL | arc |");
    }

    @Test
    void theGateRefusesWhatItCannotCompare() throws IOException {
        Path base = run("base", DATE, 100, 70, 0);
        Path fewer = run("fewer", DATE, 99, 70, 0);
        assertThat(bench("gate", base, fewer)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("arc", "doc_id 99", "--common");
        assertThat(bench("gate", base, fewer, "--common", "--margin", "0.05")).isZero();
        assertThat(err()).contains("99 count");
        assertThat(bench("gate", base, fewer, "--metric", "ac")).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("did you mean acc?");
        assertThat(bench("gate", base, base, "--margin", "0")).isEqualTo(ExitCode.USER.code());
        assertThat(bench("gate", base, base, "--min-score", "arc=2")).isEqualTo(ExitCode.USER.code());
        assertThat(bench("gate", base, folder.resolve("none"))).isEqualTo(ExitCode.USER.code());
    }

    @Test
    void aMarginThatAcceptsAnyLossIsRefused() throws IOException {
        Path base = run("base", DATE, 100, 80, 0);
        assertThat(bench("gate", base, base, "--margin", "2")).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("arc", "accepts any loss");
    }

    @Test
    void modelsAreComparedByOneTableOrAFileForEach() throws IOException {
        Path table = Files.writeString(folder.resolve("p.csv"), "id,answer,a,b\n1,A,A,B\n2,B,B,B\n");
        assertThat(bench("compare", table)).isZero();
        assertThat(out()).contains("2 items", "a - b");
        Path lines = Files.writeString(folder.resolve("a.jsonl"), "{\"doc_id\": 1, \"acc\": 1.0}\n");
        assertThat(bench("compare", lines)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("a.jsonl: one JSONL file", "a file for each model");
    }

    @Test
    void theTrendShowsWhereAScoreChanged() throws IOException {
        for (int i = 0; i < 10; i++) {
            run("night", String.format(Locale.ROOT, "2025-03-%02dT02-00-00", i + 1), 500, i < 6 ? 350 : 250, 0);
        }
        assertThat(bench("trend", folder)).isZero();
        assertThat(out())
                .contains("10 results files")
                .contains("██████▁▁▁▁")
                .contains("changed by -0.2000 at 2025-03-07T02:00");
        assertThat(bench("trend", folder, "--json")).isZero();
        JsonNode series = JsonMapper.shared().readTree(out()).path("series").path(0);
        assertThat(series.path("points").size()).isEqualTo(10);
        assertThat(series.path("changes").size()).isEqualTo(1);
        assertThat(bench("trend", folder, "--metric", "acx")).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("did you mean acc?");
    }

    @Test
    void contaminationIsASignAndNoProof() throws IOException {
        String words = "one two three four five six seven eight nine ten eleven twelve thirteen";
        Path items = Files.writeString(
                folder.resolve("items.jsonl"),
                "{\"question\": \"" + words + "\"}\n{\"question\": \"" + words.replace("six", "sixty") + "\"}\n");
        Path text = Files.writeString(folder.resolve("text.txt"), "Well: " + words.toUpperCase(Locale.ROOT) + "!");
        assertThat(bench("contamination", "--items", items, "--text", text)).isZero();
        assertThat(out())
                .contains("1 of 2 items share 13 words")
                .contains("no proof")
                .contains(items + ":1");
        assertThat(bench("contamination", "--items", items, "--text", text, "--json"))
                .isZero();
        assertThat(JsonMapper.shared()
                        .readTree(out())
                        .path("overlap")
                        .path("overlapping")
                        .intValue())
                .isEqualTo(1);
        assertThat(bench("contamination", "--items", items)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("--text").contains("--model");
        Files.writeString(items, "{\"question\": \"" + words + "\"}\n{\"question\": \n");
        assertThat(bench("contamination", "--items", items, "--text", text)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains(items + ":2");
    }

    @Test
    void aModelIsAskedForTheOrderOfItems() throws IOException {
        StringBuilder items = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            items.append("{\"question\": \"What is the river of Donel")
                    .append(i)
                    .append("?\"}\n");
        }
        Path file = Files.writeString(folder.resolve("items.jsonl"), items);
        Path model = Quickstart.SHIPPED.resolve("models/nano.gguf");
        assertThat(bench(
                        "contamination",
                        "--items",
                        file,
                        "--model",
                        model,
                        "--shards",
                        6,
                        "--shuffles",
                        4,
                        "--context",
                        256))
                .isZero();
        assertThat(out()).contains("order: ").contains("6 shards of 4 items, 4 shuffles each");
    }
}
