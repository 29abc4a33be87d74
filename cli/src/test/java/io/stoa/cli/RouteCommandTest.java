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
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RouteCommandTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        out.reset();
        err.reset();
        return Main.commandLine(new House(
                        Map.of("XDG_CACHE_HOME", folder.toString()),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Clock.systemUTC()))
                .execute(arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private Path examples(String name, int size, double right, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < size; i++) {
            boolean easy = random.nextBoolean();
            boolean small = random.nextDouble() < (easy ? right : right / 2);
            lines.append("{\"prompt\":\"")
                    .append(easy ? "name the color of " : "prove the theorem of ")
                    .append(seed)
                    .append(' ')
                    .append(i)
                    .append("\",\"small\":")
                    .append(small)
                    .append(
                            ",\"large\":0.95,\"answer\":{\"text\":\"a\",\"finish\":\"stop\",\"tokenLogProbabilities\":[")
                    .append(small ? -0.1 : -1.5)
                    .append("],\"margins\":[")
                    .append(small ? 2.2 : 0.2)
                    .append("]}}\n");
        }
        return Files.writeString(folder.resolve(name), lines);
    }

    @Test
    void aRouteIsFittedEvaluatedAndExplained() throws Exception {
        Path route = folder.resolve("route.json");
        String[] fit = {
            "route",
            "fit",
            "--examples",
            examples("a.jsonl", 600, 0.95, 1).toString(),
            "--small",
            "s",
            "--large",
            "l",
            "--risk",
            "harm",
            "--alpha",
            "0.03",
            "--output",
            route.toString()
        };
        assertThat(run(fit)).as(err()).isZero();
        assertThat(out())
                .contains(
                        "may stay local",
                        "APGR/10",
                        "prompt's length",
                        "random",
                        "oracle",
                        "Router before generation:");

        assertThat(run(
                        "route",
                        "evaluate",
                        route.toString(),
                        "--examples",
                        examples("b.jsonl", 300, 0.95, 2).toString()))
                .as(out() + err())
                .isZero();
        assertThat(out()).contains("300 examples", "Served: small asked for");
        assertThat(run(
                        "route",
                        "evaluate",
                        route.toString(),
                        "--json",
                        "--examples",
                        folder.resolve("b.jsonl").toString()))
                .isZero();
        JsonNode report = JsonMapper.shared().readTree(out());
        assertThat(report.path("served").path("local").asDouble()).isBetween(0.3, 0.9);

        assertThat(run("route", "explain", route.toString(), "name the color of 7"))
                .isZero();
        assertThat(out()).contains("the small model is asked", "length", "(constant)", "give one with --answer");
        assertThat(run(
                        "route",
                        "explain",
                        route.toString(),
                        "name the color of 7",
                        "--answer",
                        "{\"text\":\"a\",\"tokenLogProbabilities\":[-1.5],\"margins\":[0.2]}"))
                .isZero();
        assertThat(out()).contains("the large model is asked", "below");
    }

    @Test
    void aBadModelGetsNoCertificateAndSendsEverythingUp() throws Exception {
        Path route = folder.resolve("route.json");
        assertThat(run(
                        "route",
                        "fit",
                        "--examples",
                        examples("a.jsonl", 200, 0.0, 1).toString(),
                        "--small=s",
                        "--large=l",
                        "--risk=wrong_among_local",
                        "--output",
                        route.toString()))
                .isEqualTo(12);
        assertThat(out()).contains("nothing may stay local");
        assertThat(run("route", "explain", route.toString(), "anything")).isZero();
        assertThat(out()).contains("the large model answers: certificate");
    }

    @Test
    void wrongArgumentsAreNamed() throws Exception {
        assertThat(run("route", "fit", "--small=s", "--large=l")).isEqualTo(2);
        assertThat(err()).contains("--assessment or --examples");
        Path bad = Files.writeString(folder.resolve("bad.jsonl"), "{\"prompt\":\"a\",\"small\":2,\"large\":1}\n");
        assertThat(run(
                        "route",
                        "fit",
                        "--examples",
                        bad.toString(),
                        "--small=s",
                        "--large=l",
                        "--output=" + folder.resolve("r.json")))
                .isEqualTo(2);
        assertThat(err()).contains("bad.jsonl, line 1", "[0, 1]");
        assertThat(run("route", "explain", bad.toString(), "x")).isEqualTo(2);
        assertThat(err()).contains("is of the format null", "fit the route again");
        assertThat(run(
                        "route",
                        "fit",
                        "--examples=" + folder.resolve("none"),
                        "--small=s",
                        "--large=l",
                        "--output=" + folder.resolve("r.json")))
                .isEqualTo(2);
        assertThat(err()).contains("no such file");
    }

    @Test
    void modelsAreAskedOnceAndTheSameCommandGoesOn() throws Exception {
        Path yaml = Quickstart.small(folder);
        Path answers = folder.resolve("answers.jsonl");
        String[] fit = {
            "route",
            "fit",
            "--assessment",
            yaml.toString(),
            "--small",
            "nano-Q4_0",
            "--large",
            "micro-Q8_0",
            "--threads",
            "1",
            "--alpha",
            "0.2",
            "--answers",
            answers.toString(),
            "--output",
            folder.resolve("route.json").toString()
        };
        assertThat(run(fit)).as(err()).isIn(0, 12);
        List<String> lines = Files.readAllLines(answers);
        assertThat(lines).hasSize(120);
        assertThat(lines.getFirst()).contains("tokenLogProbabilities\":[-", "margins");
        assertThat(err()).contains("task choice is left out");
        String certificate = Files.readString(folder.resolve("route.json"));

        // Killed in the middle of a line.
        String half =
                String.join("\n", lines.subList(0, 100)) + "\n" + lines.get(100).substring(0, 40);
        Files.writeString(answers, half);
        assertThat(run(fit)).as(err()).isIn(0, 12);
        assertThat(Files.readAllLines(answers)).hasSize(120);
        assertThat(coefficients(Files.readString(folder.resolve("route.json")))).isEqualTo(coefficients(certificate));
        assertThat(run(fit)).as(err()).isIn(0, 12);
        assertThat(Files.readAllLines(answers)).hasSize(120);
    }

    private static JsonNode coefficients(String route) {
        return JsonMapper.shared().readTree(route).path("coefficients");
    }
}
