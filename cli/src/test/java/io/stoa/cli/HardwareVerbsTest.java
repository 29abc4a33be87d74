package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The verbs that plan hardware and cost, from the command line to what they print. */
class HardwareVerbsTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        Clock clock = Clock.fixed(Instant.parse("2026-11-26T12:00:00Z"), ZoneOffset.UTC);
        return Main.commandLine(new House(
                        Map.of("XDG_CACHE_HOME", folder.toString()),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        clock))
                .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void aSearchFindsTheCheapestThatMeetsTheTargets() throws IOException {
        Path plan = file("plan.yaml", """
            models:
              - {name: 8B, parameters: 8.03e9, layers: 32, width: 4096, kv-heads: 8, key-length: 128,
                 quantizations: [{name: Q4_K_M, bits: 4.8944}, {name: F16, bits: 16}]}
            machines:
              - {name: box, like: RTX 4090, hourly-per-device: {amount: 0.69 USD, date: 2026-11-01, source: made up}}
            on: [box, Apple M4 Max]
            contexts: [4096]
            concurrency: [1, 8, 64]
            workload: {prompt-tokens: 1000, answer-tokens: 200, time-per-output-token: 50 ms}
            """);
        assertThat(run("fit", "search", plan, "--json")).isZero();
        JsonNode json = JsonMapper.shared().readTree(out());
        assertThat(json.get("combinations").intValue()).isEqualTo(12);
        assertThat(json.get("unknown")
                        .get("the 16-bit peak of Apple M4 Max is not known")
                        .intValue())
                .isEqualTo(6);
        assertThat(json.get("counts").get("does-not-fit").intValue()).isPositive();
        JsonNode first = json.get("found").get(0);
        assertThat(first.get("quantization").stringValue()).isEqualTo("Q4_K_M");
        assertThat(first.get("sure").booleanValue()).isTrue();
        assertThat(first.get("perMillionTokens").get("currency").stringValue()).isEqualTo("USD");
        assertThat(run("fit", "search", plan)).isZero();
        assertThat(out()).contains("12 combinations:").contains("not known, 6: the 16-bit peak");
        assertThat(err()).contains("12 combinations in ");
    }

    @Test
    void aBrokenPlanIsTheUsersFault() throws IOException {
        Path plan = file("plan.yaml", "models: []\nmachines:\n  - {name: x, kind: gpu, memory: 80 MB, source: y}\n");
        assertThat(run("fit", "search", plan)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("plan.yaml:3:").contains("80 MB is not believed");
        assertThat(run("fit")).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("name models, or search, machine, machines");
    }

    @Test
    void anImpossibleClaimIsRefusedWithItsBound() {
        assertThat(run(
                        "fit",
                        "claim",
                        "--machine",
                        "L4",
                        "--parameters",
                        "8.03e9",
                        "--bits",
                        "4.89",
                        "--generation",
                        90))
                .isEqualTo(ExitCode.NOT_READY.code());
        assertThat(out()).contains("impossible (bandwidth): 90.00 tokens/s are claimed, at most ");
        assertThat(run(
                        "fit",
                        "claim",
                        "--machine",
                        "L4",
                        "--parameters",
                        "8.03e9",
                        "--bits",
                        "4.89",
                        "--generation",
                        40))
                .isZero();
        assertThat(out()).contains("no bound is broken");
        assertThat(run("fit", "claim", "--machine", "L44", "--parameters", "8e9", "--generation", 40))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("did you mean L4");
    }

    @Test
    void theMachinesAreListedWithTheirSources() {
        assertThat(run("fit", "machines")).isZero();
        assertThat(out())
                .contains("H100 SXM")
                .contains("NVIDIA H100 data sheet")
                .contains("unknown");
    }

    @Test
    void costsAreToldWithTheirPrices() throws IOException {
        Path sheet = file("sheet.yaml", """
            request: {prompt-tokens: 1000, answer-tokens: 200}
            speed: {prompt: 8000, generation: 1000}
            utilisation: 0.5
            hourly: {amount: 3.00 USD, date: 2026-06-01, source: made up}
            energy: {busy: 700 W, idle: 100 W, pue: 1.2, per-kwh: {amount: 0.30 USD, date: 2026-11-01, source: made up}}
            own: {purchase: {amount: 30000 USD, date: 2026-11-01, source: made up}, lifetime-months: 36}
            api: {input-per-million: {amount: 0.50 USD, date: 2026-11-01, source: made up},
                  output-per-million: {amount: 1.50 USD, date: 2026-11-01, source: made up}}
            requests-per-month: 3000000
            """);
        assertThat(run("cost", sheet)).isZero();
        assertThat(out()).contains("1.667 USD").contains("price used: 3.00 USD (2026-06-01, made up)");
        assertThat(err()).contains("178 days old");
        assertThat(run("cost", sheet, "--json")).isZero();
        assertThat(JsonMapper.shared()
                        .readTree(out())
                        .get("perMillionGenerated")
                        .get("low")
                        .doubleValue())
                .isBetween(1.6666, 1.6667);
        JsonNode volume = JsonMapper.shared().readTree(out()).get("volume");
        // (30,000 ÷ 36 + 26.30 of idle power) ÷ (0.0008 − 0.0000195 of busy power, each of 0.325 s).
        assertThat(volume.get("requestsPerMonth").doubleValue()).isBetween(1.1013e6, 1.1015e6);
        assertThat(volume.has("months")).isFalse();
    }

    @Test
    void requestsAreReplayed() throws IOException {
        Path trace = file("trace.csv", "arrived_at,num_prefill_tokens,num_decode_tokens\n0,100,11\n0.1,100,11\n");
        assertThat(run("simulate", trace, "--prompt-speed", 1000, "--step", "0.1", "--slots", 1, "--json"))
                .isZero();
        JsonNode json = JsonMapper.shared().readTree(out());
        assertThat(json.get("served").intValue()).isEqualTo(2);
        // The first takes 0.1 s for its prompt and ten steps of 0.1 s.
        assertThat(json.get("waiting").get("max").doubleValue()).isBetween(0.999, 1.001);
        assertThat(run("simulate", "--prompt-speed", 1000, "--step", "0.1")).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("give either a trace or --rate");
    }

    @Test
    void tasksGoToTiers() throws IOException {
        Path tiers = file("tiers.yaml", """
            reference: big
            tasks: [{name: t, share: 1, gate: 0.9}]
            tiers:
              - name: small
                per-request: {amount: 0.001 USD, date: 2026-11-01, source: made up}
                latency: 1 s
                acceptance: {t: {right: 90, of: 100}}
              - name: big
                per-request: {amount: 0.01 USD, date: 2026-11-01, source: made up}
                latency: 2 s
                acceptance: {t: {right: 990, of: 1000}}
            """);
        assertThat(run("plan", tiers)).isZero();
        assertThat(out())
                .contains("t (100.0 %): big")
                .contains("which does not decide on the gate of 90.0 %")
                .contains("big serves 100.0 %")
                .contains("everything first to small, and ")
                .contains("cheaper than big alone if more than 10.0 % stay");
        assertThat(run("plan", tiers, "--json")).isZero();
        JsonNode cascade = JsonMapper.shared().readTree(out()).get("cascades").get(0);
        assertThat(cascade.get("first").stringValue()).isEqualTo("small");
        assertThat(cascade.get("leastAccepted").doubleValue()).isBetween(0.0999, 0.1001);
        // Wilson's interval of 90 of 100 is 82.6 to 94.5 %.
        assertThat(cascade.get("perRequest").get("high").doubleValue()).isBetween(0.00273, 0.00276);
        assertThat(run("plan", "--help")).isZero();
        assertThat(out()).contains("95 %) decides");
    }

    @Test
    void memoryToReadIsBeyondCachesAndWithinTheHeap() {
        long mebibyte = 1 << 20;
        long heap = 1024 * mebibyte;
        assertThat(FitMachineCommand.memoryToRead(OptionalLong.empty(), heap)).isEqualTo(256 * mebibyte);
        assertThat(FitMachineCommand.memoryToRead(OptionalLong.of(96 * mebibyte), heap))
                .isEqualTo(384 * mebibyte);
        assertThat(FitMachineCommand.memoryToRead(OptionalLong.of(heap), heap)).isEqualTo(512 * mebibyte);
        assertThat(FitMachineCommand.memoryToRead(OptionalLong.of(heap), heap / 4))
                .isEqualTo(128 * mebibyte);
    }

    @Test
    void calibratedAreTheThreadsThatAreAskedForByDefault() {
        assertThat(FitCalibrateCommand.usualThreads(1, 1)).containsExactly(1);
        assertThat(FitCalibrateCommand.usualThreads(2, 1)).containsExactly(1, 2);
        assertThat(FitCalibrateCommand.usualThreads(4, 3)).containsExactly(1, 2, 3, 4);
        assertThat(FitCalibrateCommand.usualThreads(64, 63)).containsExactly(1, 16, 32, 63, 64);
        assertThat(FitCalibrateCommand.usualThreads(4, 15)).containsExactly(1, 2, 4);
    }

    /** Times real models of zeros, in one type, so that it takes seconds. */
    @Test
    void aCalibrationPredictsForNow() {
        Path nano = Path.of("../examples/quickstart/models/nano.gguf");
        assertThat(run("fit", "speed", nano)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("not known yet", "stoa fit calibrate");
        assertThat(run("fit", "calibrate", "--threads", "1", "--types", "F16")).isZero();
        assertThat(out()).contains("1 thread: a model like the small ones is predicted within about");

        assertThat(run("fit", "speed", nano, "--threads", "1,99", "--measure", "--json"))
                .isZero();
        assertThat(err()).contains("the speed with 99 threads is not known: calibrated were [1] threads");
        JsonNode rows = JsonMapper.shared().readTree(out());
        assertThat(rows).hasSize(1);
        JsonNode row = rows.get(0);
        assertThat(row.get("pace").doubleValue()).isBetween(0.2, 20.0);
        double predicted = row.get("tokenSeconds").doubleValue();
        assertThat(row.get("tokenInterval").get("low").doubleValue())
                .isPositive()
                .isLessThan(predicted);
        // Of another machine, another engine or another minute it would be another order.
        assertThat(row.get("measured").get("tokenSeconds").doubleValue()).isBetween(predicted / 10, predicted * 10);

        assertThat(run("fit", "speed", nano, "--threads", "0")).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("--threads 0");
        assertThat(folder.resolve("stoa").toFile().list()).containsExactly("speed.json");
    }
}
