package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A judge behind an endpoint that says yes to whatever looks good, and prefers what is shown first. */
class BenchJudgeTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/chat/completions", exchange -> {
            asked.incrementAndGet();
            String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String said = request.contains("mumble")
                    ? "Hard to say."
                    : request.contains("Which")
                            ? "verdict: first"
                            : request.contains("good") ? "verdict: yes" : "verdict: no";
            byte[] answer = ("{\"choices\": [{\"index\": 0, \"message\": {\"role\": \"assistant\", \"content\": \""
                            + said
                            + "\"}, \"finish_reason\": \"stop\"}], \"usage\": {\"prompt_tokens\": 1, \"completion_tokens\": 1}}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        Files.writeString(
                folder.resolve("rubric.txt"),
                "Question: {question}\nAnswer: {answer}\nIs it right? End with verdict: yes or no");
        StringBuilder answers = new StringBuilder();
        StringBuilder labels = new StringBuilder("id,label\n");
        for (int i = 0; i < 60; i++) {
            String answer = i == 59 ? "mumble" : i % 3 == 0 ? "bad" : "good";
            answers.append("{\"id\": ")
                    .append(i)
                    .append(", \"question\": \"Q")
                    .append(i)
                    .append("\", \"answer\": \"");
            answers.append(answer).append("\"}\n");
            if (i < 20) {
                // Every fifth answer that looks good is not.
                labels.append(i)
                        .append(',')
                        .append(answer.equals("good") && i % 5 != 1 ? "yes" : "no")
                        .append('\n');
            }
        }
        Files.writeString(folder.resolve("answers.jsonl"), answers);
        Files.writeString(folder.resolve("labels.csv"), labels);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int judge(Object... arguments) {
        out.reset();
        err.reset();
        House house = new House(
                Map.of(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC());
        Object[] usual = {
            "bench",
            "judge",
            "--responses",
            folder.resolve("answers.jsonl"),
            "--judge",
            "http://127.0.0.1:" + server.getAddress().getPort() + "/v1#j",
            "--cache",
            folder.resolve("cache")
        };
        String[] all = Stream.concat(Arrays.stream(usual), Arrays.stream(arguments))
                .map(Object::toString)
                .toArray(String[]::new);
        return Main.commandLine(house).execute(all);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void labelsMakeAScoreOfAJudgesShare() {
        assertThat(judge("--rubric", folder.resolve("rubric.txt"), "--labels", folder.resolve("labels.csv"), "--json"))
                .isZero();
        JsonNode told = JsonMapper.shared().readTree(out());
        assertThat(told.path("error").stringValue()).isEqualTo("measured");
        assertThat(told.path("labelled").intValue()).isEqualTo(20);
        double share = told.path("judges_share").path("share").doubleValue();
        JsonNode score = told.path("score");
        // The judge says yes to 39 of 59, and to 3 of 20 where people say no.
        assertThat(share).isEqualTo(39.0 / 59);
        assertThat(score.path("estimate").doubleValue()).isBetween(0.4, share - 0.05);
        assertThat(score.path("interval").path("low").doubleValue())
                .isLessThan(score.path("estimate").doubleValue());
        assertThat(score.path("method").stringValue()).isEqualTo("prediction-powered");
        assertThat(told.path("judges_share").path("dropped").path("NO_VERDICT").intValue())
                .isOne();
        assertThat(told.path("sensitivity").path("share").doubleValue()).isOne();
        assertThat(told.path("specificity").path("share").doubleValue()).isLessThan(1);
    }

    @Test
    void labelsOfOtherAnswersWillDo() throws IOException {
        String all = Files.readString(folder.resolve("answers.jsonl"));
        String[] lines = all.split("\n", -1);
        Path others = folder.resolve("others.jsonl");
        Path rest = folder.resolve("rest.jsonl");
        Files.write(others, Arrays.asList(lines).subList(0, 20));
        Files.write(rest, Arrays.asList(lines).subList(20, 60));
        Object[] usual = {
            "--rubric", folder.resolve("rubric.txt"), "--labels", folder.resolve("labels.csv"), "--calibration", others
        };
        assertThat(judge(usual)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("is judged and labelled");
        Files.copy(rest, folder.resolve("answers.jsonl"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(judge(usual)).isZero();
        assertThat(out()).contains(", Lang-Reiczigel").contains("labels: 20 with a verdict, 0 without");
    }

    @Test
    void withoutLabelsThereIsNoScore() {
        Path output = folder.resolve("judgements.jsonl");
        assertThat(judge("--rubric", folder.resolve("rubric.txt"), "--output", output))
                .isZero();
        assertThat(out())
                .contains("the judge's own share, no score: 66.1 %")
                .contains("left out: 1 without a verdict {NO_VERDICT=1}")
                .contains("score: none, for the judge's error is unknown");
        assertThat(output).content().contains("{\"id\":\"59\",\"dropped\":\"NO_VERDICT\",\"text\":\"Hard to say.\"}");
        assertThat(asked).hasValue(60);
        assertThat(judge("--rubric", folder.resolve("rubric.txt"), "--json")).isZero();
        assertThat(asked).hasValue(60);
        assertThat(err()).contains("60 of the judge's answers were known already");
        JsonNode told = JsonMapper.shared().readTree(out());
        assertThat(told.path("error").stringValue()).isEqualTo("unknown");
        assertThat(told.has("score")).isFalse();
    }

    @Test
    void pairsAreShownInBothOrders() throws IOException {
        Path rubric = Files.writeString(
                folder.resolve("better.txt"),
                "{question}\n1: {first}\n2: {second}\nWhich is better? End with verdict: first, second or tie");
        assertThat(judge("--rubric", rubric, "--against", folder.resolve("answers.jsonl"), "--limit", 9))
                .isZero();
        assertThat(out())
                .contains("ties half; no score: 50.0 %")
                .contains("{ALWAYS_FIRST=9}; 9 inconsistent")
                .contains("The judge's error is unknown");
        assertThat(asked).hasValue(9);
        assertThat(judge("--rubric", rubric, "--against", rubric, "--labels", rubric))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("not on pairs");
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        Path rubric = Files.writeString(folder.resolve("short.txt"), "Is {answer} right?");
        assertThat(judge("--rubric", rubric)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("has no {question}");
        assertThat(judge("--rubric", folder.resolve("none.txt"))).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("none.txt: cannot be read");
        Path usual = folder.resolve("rubric.txt");
        assertThat(judge("--rubric", usual, "--scale", "nice")).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("write yes-no");
        assertThat(judge("--rubric", usual, "--verdict", "first")).isEqualTo(ExitCode.USER.code());
        assertThat(judge("--rubric", usual, "--labels", folder.resolve("labels.csv"), "--limit", 19))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("item 19 has a label and was not judged");
        assertThat(judge("--rubric", usual, "--calibration", usual)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("name them with --labels");
    }
}
