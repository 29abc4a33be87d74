package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.edge.device.JournalFile;
import io.stoa.edge.device.JournalSummary;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.store.SqliteLedger;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A fleet's plan and the question of the small model, from the command line to what is printed. */
class FleetVerbsTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Clock clock = Clock.fixed(Instant.parse("2026-11-26T12:00:00Z"), ZoneOffset.UTC);

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        return Main.commandLine(new House(
                        Map.of(),
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

    private JsonNode json() {
        return JsonMapper.shared().readTree(out());
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Path fleet(String device) throws IOException {
        return file("fleet.yaml", """
            workload: {prompt-tokens: 200, answer-tokens: 100, context: 2048, requests-per-day: 100,
                       least-tokens-per-second: 3}
            models:
              - {name: micro, file: %s}
              - name: Llama 3.2 1B
                shape: {architecture: llama, layers: 16, width: 2048, heads: 32, kv-heads: 8, feed-forward: 8192,
                        vocabulary: 128256, tied: true}
                quantizations: [{name: Q4_K_M, size: 808 MB}]
            devices:
              - {name: kiosk, %s, count: 120, price: {amount: 95 EUR, date: 2026-01-01, source: offer}}
            electricity: {amount: 0.30 EUR, date: 2026-11-01, source: bill}
            lifetime-months: 48
            server: {name: L4, hourly: {amount: 0.80 EUR, date: 2026-11-01, source: offer}, prompt: [2000, 3000],
                     generation: [300, 500], utilisation: 0.3}
            """.formatted(Quickstart.SHIPPED.resolve("models/micro.gguf"), device));
    }

    @Test
    void aFleetIsPlannedWithItsCost() throws IOException {
        assertThat(run("edge", "plan", fleet("like: Raspberry Pi 5 8GB"))).isZero();
        assertThat(out())
                .contains("kiosk: 120 devices, 8.00 GiB, of which 512.0 MiB for the system; 17.10 GB/s")
                .contains("bandwidth declared: 32 bits of LPDDR4X-4267")
                .contains("→ Llama 3.2 1B Q4_K_M")
                .contains("fit the device's cache of 2.00 MiB, so bandwidth says nothing; measure it")
                .contains("of that")
                .contains("counted: loss of value and energy; not counted: network, repair, people");
        assertThat(err()).contains("95.00 EUR (2026-01-01, offer) is 329 days old");
        assertThat(run("edge", "plan", fleet("like: Raspberry Pi 5 8GB"), "--json"))
                .isZero();
        JsonNode kiosk = json().get("classes").get(0);
        assertThat(kiosk.get("chosen").stringValue()).isEqualTo("Llama 3.2 1B Q4_K_M");
        JsonNode model = kiosk.get("models").get(1);
        assertThat(model.get("fits").stringValue()).isEqualTo("yes");
        assertThat(model.get("tokensPerSecondAtMost").doubleValue()).isBetween(20.0, 22.0);
        assertThat(model.get("tokensPerSecond").doubleValue()).isBetween(10.0, 12.0);
        assertThat(json().get("ofServer").get("low").doubleValue()).isPositive();
    }

    @Test
    void theExitCodeSaysWhetherAllAreServed() throws IOException {
        Path perhaps = fleet("like: 'Phone, Apple A17 Pro, 8GB'");
        assertThat(run("edge", "plan", perhaps)).isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(out())
                .contains("bandwidth unknown")
                .contains("Neural Engine (35 TOPS): usable through Core ML")
                .contains("Stoa runs and measures the processor only")
                .contains("the cost of kiosk is not known");
        Path none = fleet("memory: 512 MiB, reserve: 256 MiB, bandwidth: 3 GB/s, cache: 1 MiB");
        assertThat(run("edge", "plan", none)).isEqualTo(ExitCode.NOT_READY.code());
        assertThat(out()).contains("does not fit: weights 770.6 MiB, keys and values of 2048 tokens 64.0 MiB");
        assertThat(run("edge", "plan", file("bad.yaml", "models: []\n"))).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("bad.yaml:1:");
        assertThat(run("edge", "devices")).isZero();
        assertThat(out()).contains("Raspberry Pi 4 8GB").contains("Jetson Orin Nano Super 8GB");
        assertThat(run("edge", "devices", "--json")).isZero();
        assertThat(json().size()).isGreaterThan(15);
    }

    /** Of n items the first is right below {@code right}, but for the first {@code lost}. */
    private Path samples(String name, int n, int right, int lost) throws IOException {
        StringBuilder lines = new StringBuilder();
        IntStream.range(0, n)
                .forEach(i -> lines.append("{\"doc_id\": ")
                        .append(i)
                        .append(", \"acc\": ")
                        .append(i >= lost && i < right ? 1 : 0)
                        .append(", \"subject\": \"")
                        .append(i % 4 == 0 ? "law" : "trade")
                        .append("\"}\n"));
        return file(name, lines.toString());
    }

    private Path sheet(String name, String hourly) throws IOException {
        return file(name, """
            request: {prompt-tokens: 1000, answer-tokens: 200}
            speed: {prompt: [8000, 8000], generation: 1000}
            hourly: {amount: %s, date: 2026-11-01, source: made up}
            """.formatted(hourly));
    }

    @Test
    void theQuestionOfTheSmallModelIsAnswered() throws IOException {
        Path small = samples("small.jsonl", 1000, 800, 56);
        Path large = samples("large.jsonl", 1000, 800, 0);
        Path cheap = sheet("cheap.yaml", "0.042 USD");
        Path dear = sheet("dear.yaml", "1 USD");
        assertThat(run("compare-cost", small, large, "--cost-a", cheap, "--cost-b", dear, "--keep", 0.9, "--at", 0.05))
                .isZero();
        assertThat(out())
                .contains("keeps 93.0 % [9")
                .contains("of the quality of " + large + " at 4.2 % of the cost")
                .contains("at least 90 % of the quality: yes; at most 5 % of the cost: yes; both: yes");
        assertThat(run("compare-cost", small, large, "--cost-a", cheap, "--cost-b", dear, "--keep", 0.95, "--at", 0.01))
                .isEqualTo(ExitCode.NOT_READY.code());
        assertThat(out()).contains("at most 1 % of the cost: no; both: no");
        assertThat(run("compare-cost", small, large, "--keep", 0.935)).isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(out()).contains("at an unknown share of the cost; give --cost-a and --cost-b");
        assertThat(run("compare-cost", small, large, "--at", 0.5)).isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(run("compare-cost", small, large, "--by", "subject", "--json"))
                .isZero();
        assertThat(json().get("tasks").size()).isEqualTo(2);
        assertThat(json().get("kept").doubleValue()).isBetween(0.92, 0.94);
        assertThat(json().get("keptLow").doubleValue())
                .isLessThan(json().get("kept").doubleValue());
    }

    @Test
    void whatCannotBeComparedIsTheUsersToMend() throws IOException {
        Path small = samples("small.jsonl", 100, 80, 5);
        Path fewer = samples("fewer.jsonl", 90, 80, 0);
        assertThat(run("compare-cost", small, fewer)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("10 items of all have a score of only one of them");
        assertThat(run("compare-cost", small, fewer, "--common")).isZero();
        assertThat(run("compare-cost", small, samples("wrong.jsonl", 100, 0, 0)))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("answers nothing rightly");
        assertThat(run("compare-cost", small, small, "--keep", 95)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("write a share such as 0.95");
        assertThat(run(
                        "compare-cost",
                        small,
                        small,
                        "--cost-a",
                        sheet("a.yaml", "1 USD"),
                        "--cost-b",
                        sheet("b.yaml", "1 EUR")))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("one currency");
        assertThat(run("compare-cost", "nano", "micro", "--home", folder)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("no ledger there");
    }

    record Batch(List<Map<String, Object>> answers) {}

    record Verdict(String candidate) {}

    private void record(SqliteLedger ledger, String subject, String check, List<Map<String, Object>> answers) {
        ledger.recorder(0)
                .once(new EvidenceKey(subject, check, Digest.of(check)), Batch.class, () -> new Batch(answers));
    }

    private static Map<String, Object> scored(int item, double score) {
        return Map.of("id", "i" + item, "score", score);
    }

    /** Answers as an assessment records them, by the candidates' ids or digests, with the shares of its tasks. */
    @Test
    void candidatesOfAnAssessmentAreCompared() throws IOException {
        String a = "sha256:" + "a".repeat(64);
        String b = "sha256:" + "b".repeat(64);
        try (SqliteLedger ledger = SqliteLedger.open(folder.resolve("ledger.db"), clock)) {
            for (String subject : List.of(a, b)) {
                double score = subject.equals(a) ? 0 : 1;
                record(ledger, subject, "benchmark/reading#0", List.of(scored(0, 1), scored(1, 1), scored(2, score)));
                record(ledger, subject, "benchmark/reading#1", List.of(scored(3, 1), scored(4, 1)));
                record(
                        ledger,
                        subject,
                        "integration/tools#0",
                        List.of(
                                Map.of("item", "t0", "stage", "RIGHT"),
                                Map.of("item", "t1", "stage", subject.equals(a) ? "NAME" : "RIGHT")));
                record(
                        ledger,
                        subject,
                        "integration/grounded#0",
                        List.of(
                                Map.of("item", "g0", "answerable", true, "right", true, "declined", false),
                                Map.of(
                                        "item",
                                        "g1",
                                        "answerable",
                                        false,
                                        "right",
                                        false,
                                        "declined",
                                        !subject.equals(a))));
                String name = subject.equals(a) ? "small" : "large";
                ledger.recorder(0)
                        .once(
                                new EvidenceKey(subject, "assess/verdict", Digest.of(name)),
                                Verdict.class,
                                () -> new Verdict(name));
            }
        }
        assertThat(run("compare-cost", "small", "large", "--home", folder, "--json"))
                .isZero();
        JsonNode json = json();
        assertThat(json.get("tasks").get(0).get("a").doubleValue()).isEqualTo(0.8);
        assertThat(json.get("qualityA").doubleValue()).isEqualTo((0.8 + 0.5 + 0.5) / 3);
        assertThat(json.get("qualityB").doubleValue()).isEqualTo(1);
        assertThat(run("compare-cost", "aaaaaaaaaa", b, "--home", folder)).isZero();
        assertThat(out()).contains("aaaaaaaaaa keeps 60.0 % [");
        assertThat(run("compare-cost", "smal", "large", "--home", folder)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("no answers of smal; the ledger has large, small");
    }

    private JournalSummary journal(String device, String key, double speed, long memory, long failed) {
        return new JournalSummary(
                device,
                key,
                Optional.of("kiosk 1"),
                clock.instant(),
                Optional.of(Instant.parse("2026-11-20T12:00:00Z")),
                Optional.of(Instant.parse("2026-11-26T12:00:00Z")),
                480,
                failed,
                0,
                0,
                0,
                90_000,
                40_000,
                Optional.of(speed),
                Optional.of(0.9 * speed),
                Optional.empty(),
                Optional.of(memory),
                0,
                0,
                Map.of(),
                Map.of());
    }

    private Path exported(String name, double speed, long failed) throws IOException, GeneralSecurityException {
        KeyPair key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String encoded = Base64.getEncoder().encodeToString(key.getPublic().getEncoded());
        Path file = folder.resolve(name);
        JournalFile.write(
                file,
                Files.createDirectories(folder.resolve("journal")),
                journal(JournalFile.deviceOf(key.getPublic()), encoded, speed, 1_200_000_000, failed),
                key);
        return file;
    }

    @Test
    void whatDevicesExportedIsSetBesideThePlan() throws IOException, GeneralSecurityException {
        Path plan = fleet("like: Raspberry Pi 5 8GB");
        Path usual = exported("usual.zip", 10.5, 0);
        assertThat(run("edge", "plan", plan, "--journal", "kiosk=" + usual)).isZero();
        assertThat(out())
                .contains("10.5 tokens/s in the median (nine of ten answers reach 9.45), ")
                .contains("it took 1.12 GiB of memory, of 1.31 GiB planned")
                .contains("80.0 questions a day, 100 planned");
        assertThat(run("edge", "plan", plan, "--journal", "kiosk=" + exported("slow.zip", 3, 0), "--json"))
                .isEqualTo(ExitCode.NOT_READY.code());
        assertThat(json().get("journals").get(0).get("findings").get(0).stringValue())
                .startsWith("slower than planned: 3.00 tokens/s");
        assertThat(run("edge", "plan", plan, "--journal", "kiosk=" + exported("other.zip", 40, 0)))
                .isEqualTo(ExitCode.NOT_READY.code());
        assertThat(out()).contains("it is another device or another model than planned");
        assertThat(run("edge", "plan", plan, "--journal", "kiosk=" + exported("failing.zip", 10, 3)))
                .isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(out()).contains("3 of 480 questions were not answered");
        assertThat(run("edge", "plan", plan, "--journal", "kisok=" + usual)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("with a class of the fleet: kiosk");
        byte[] changed = Files.readAllBytes(usual);
        changed[changed.length / 3] ^= 1;
        Files.write(usual, changed);
        assertThat(run("edge", "plan", plan, "--journal", "kiosk=" + usual)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("is no sound journal of a device");
    }
}
