package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.edge.bundle.BundleBuilder;
import io.stoa.edge.bundle.BundleMetadata;
import io.stoa.edge.bundle.Content;
import io.stoa.edge.bundle.PartKind;
import io.stoa.edge.bundle.Platform;
import io.stoa.edge.bundle.SelfTest;
import io.stoa.edge.sign.Curve;
import io.stoa.edge.sign.ModelSigner;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code stoa edge} with the shipped models, from a bundle to a verified journal: in this process, and in processes that
 * have no network interface at all.
 */
class EdgeVerbsTest {
    private static final String QUESTION = "Complete: Zoban likes to eat ...";
    private static final List<String> PROMPTS =
            List.of(QUESTION, "Complete: Firitan works as a ...", "Question: What does Kekifin keep?");
    private static final int TOKENS = 12;
    private static final int CONTEXT = 256;

    @TempDir
    private Path work;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path key = Path.of(".");
    private Path trust = Path.of(".");
    private Path device = Path.of(".");

    @BeforeEach
    void keys() {
        key = work.resolve("publisher.pem");
        trust = ModelSigner.create(key, Curve.P256);
        device = work.resolve("device");
    }

    private House house() {
        return new House(
                Map.of(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC());
    }

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        return Main.commandLine(house())
                .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8).strip();
    }

    private String all() {
        return out() + err.toString(StandardCharsets.UTF_8);
    }

    // ---- bundles of the shipped models

    /** What a model answers, with the log-probabilities of its tokens. */
    private List<SelfTest.Case> cases(Path model) {
        List<SelfTest.Case> cases = new ArrayList<>();
        try (Engine engine = house().llama().open(model, new EngineOptions(CONTEXT, 1))) {
            for (String prompt : PROMPTS) {
                Generation answer = engine.generate(
                        Prompt.user(prompt), GenerateOptions.greedy(TOKENS).withAlternatives(0));
                cases.add(new SelfTest.Case(
                        prompt,
                        TOKENS,
                        answer.text(),
                        answer.tokens().stream().map(ScoredToken::token).toList(),
                        answer.tokens().stream()
                                .map(token -> Math.min(0, token.logProbability().orElse(0)))
                                .toList()));
            }
        }
        return cases;
    }

    private static List<SelfTest.Case> wrong(List<SelfTest.Case> cases) {
        return cases.stream()
                .map(each -> new SelfTest.Case(
                        each.prompt(), TOKENS, "something else", each.tokens(), each.logProbabilities()))
                .toList();
    }

    private Path bundle(long version, Path model, List<SelfTest.Case> cases) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        BundleMetadata metadata = new BundleMetadata(
                BundleMetadata.FORMAT,
                "kiosk",
                version,
                Platform.here(),
                now.minus(1, ChronoUnit.DAYS),
                now.plus(30, ChronoUnit.DAYS),
                "0.1.0",
                new BundleMetadata.Model(
                        String.valueOf(model.getFileName()), Optional.empty(), Optional.empty(), Optional.empty()),
                Optional.empty());
        // a speed that a busy machine reaches, too: what is tested here is the way, not the machine
        SelfTest test =
                new SelfTest("llama.cpp", CONTEXT, cases, new SelfTest.Seen(2, 64 << 20, "the machine of the test"));
        Path place = work.resolve("kiosk-" + version + ".tar");
        Digest _ = new BundleBuilder(metadata, test)
                .with(PartKind.MODEL, Content.File.of(model))
                .write(place, ModelSigner.read(key), Progress.NONE);
        return place;
    }

    private static Path model(String name) {
        return Quickstart.SHIPPED.resolve("models").resolve(name + ".gguf");
    }

    // ---- in this process

    @Test
    void aBundleIsInstalledAskedGoneBackFromAndItsJournalVerified() throws IOException {
        List<SelfTest.Case> nano = cases(model("nano"));
        List<SelfTest.Case> micro = cases(model("micro"));
        Path one = bundle(1, model("nano"), nano);
        assertThat(run("edge", "install", one, "--device", device)).as(all()).isEqualTo(2);
        assertThat(all()).contains("--trust");

        assertThat(run("edge", "install", one, "--device", device, "--trust", trust))
                .as(all())
                .isZero();
        assertThat(out()).contains("kiosk 1", "3 of 3 answers as in the bundle");
        assertThat(run("edge", "ask", "--device", device, "--max-tokens", TOKENS, QUESTION))
                .as(all())
                .isZero();
        assertThat(out()).isEqualTo(nano.getFirst().answer().strip());

        Path two = bundle(2, model("micro"), micro);
        assertThat(run("edge", "install", two, "--device", device, "--json"))
                .as(all())
                .isZero();
        assertThat(JsonMapper.shared()
                        .readTree(out())
                        .path("before")
                        .path("version")
                        .asString(""))
                .isEqualTo("1");
        assertThat(run("edge", "ask", "--device", device, "--max-tokens", TOKENS, "--keep-content", QUESTION))
                .isZero();
        assertThat(out()).isEqualTo(micro.getFirst().answer().strip());

        Path three = bundle(3, model("nano"), wrong(nano));
        assertThat(run("edge", "install", three, "--device", device)).as(all()).isEqualTo(12);
        assertThat(out()).contains("did not pass its self-test", "0 of 3 reference answers", "kiosk 2", "Gone back");
        assertThat(run("edge", "install", one, "--device", device)).isEqualTo(12);
        assertThat(out()).contains("Refused", "version 1", "version 2");
        assertThat(run("edge", "rollback", "--device", device, "--why", "for the test"))
                .as(all())
                .isEqualTo(2);
        assertThat(all()).contains("no bundle to go back to", "kiosk 2");

        assertThat(run("edge", "status", "--device", device, "--json"))
                .as(all())
                .isZero();
        JsonNode status = JsonMapper.shared().readTree(out());
        assertThat(status.path("running").path("version").asString("")).isEqualTo("2");
        assertThat(status.path("floor").asString("")).isEqualTo("2");

        assertThatTheJournalIsRight();
    }

    private void assertThatTheJournalIsRight() throws IOException {
        Path export = work.resolve("kiosk.zip");
        assertThat(run("edge", "journal", "export", "--device", device, "--out", export))
                .as(all())
                .isZero();
        assertThat(run("audit", "verify", export)).as(all()).isZero();
        assertThat(out()).contains("w1-000001 is intact", "2 of them requests");
        assertThat(run("audit", "verify", export, "--public-key", device.resolve("journal-key.pem.pub")))
                .isZero();
        assertThat(run("audit", "verify", device.resolve("journal"))).as(all()).isZero();

        assertThat(run("edge", "journal", "show", "--device", device)).as(all()).isZero();
        assertThat(out()).contains("questions  2, 0 failed", "installed=2", "refused=1", "rolled_back=1");
        assertThat(run("edge", "journal", "fleet", export)).as(all()).isZero();
        assertThat(out()).contains("1 devices, 2 questions, 0 failed", "kiosk 2");

        // one bit changed anywhere: refused, or, where a zip says things twice, what is read is the same
        assertThat(run("audit", "verify", export)).isZero();
        String whole = out();
        byte[] bytes = Files.readAllBytes(export);
        int refused = 0;
        for (int at = 40; at < bytes.length; at += Math.max(1, bytes.length / 60)) {
            byte[] changed = bytes.clone();
            changed[at] ^= 1;
            if (run("audit", "verify", Files.write(work.resolve("changed.zip"), changed)) == 0) {
                assertThat(out()).isEqualTo(whole);
            } else {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(30);
    }

    @Test
    void aBundleOfAStrangerAndOneThatIsCutAreRefused() throws IOException {
        List<SelfTest.Case> nano = cases(model("nano"));
        Path one = bundle(1, model("nano"), nano);
        assertThat(run("edge", "install", one, "--device", device, "--trust", trust))
                .as(all())
                .isZero();

        Path other = ModelSigner.create(work.resolve("other.pem"), Curve.P384);
        assertThat(run("edge", "install", one, "--device", device, "--trust", other))
                .isEqualTo(2);
        assertThat(all()).contains("another signer");
        key = work.resolve("other.pem");
        Path strange = bundle(2, model("nano"), nano);
        assertThat(run("edge", "install", strange, "--device", device))
                .as(all())
                .isEqualTo(12);
        assertThat(out()).contains("Refused", "kiosk 1");

        byte[] bytes = Files.readAllBytes(one);
        for (int length : List.of(0, 511, 2048, bytes.length / 2, bytes.length - 512, bytes.length - 1)) {
            Path cut = Files.write(work.resolve("cut.tar"), Arrays.copyOf(bytes, length));
            assertThat(run("edge", "install", cut, "--device", device))
                    .as("%d bytes: %s", length, all())
                    .isEqualTo(12);
            assertThat(out()).contains("Refused", "kiosk 1");
        }
        assertThat(run("edge", "ask", "--device", device, "--max-tokens", 4, QUESTION))
                .as(all())
                .isZero();
    }

    @Test
    void aJournalStaysWithinItsBound() throws IOException {
        Path one = bundle(1, model("nano"), cases(model("nano")));
        assertThat(run("edge", "install", one, "--device", device, "--trust", trust))
                .as(all())
                .isZero();
        for (int i = 0; i < 12; i++) {
            assertThat(run("edge", "ask", "--device", device, "--max-tokens", 1, "--journal-size", "16KiB", QUESTION))
                    .isZero();
        }
        long bytes;
        try (Stream<Path> all = Files.walk(device.resolve("journal"))) {
            bytes = all.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
        assertThat(bytes).isLessThan(24 << 10);
        assertThat(run("audit", "verify", device.resolve("journal"))).as(all()).isZero();
        assertThat(run("edge", "journal", "show", "--device", device, "--json")).isZero();
        JsonNode summary = JsonMapper.shared().readTree(out());
        assertThat(summary.path("droppedRecords").asLong(0)).isPositive();
        assertThat(summary.path("questions").asLong(0)).isBetween(1L, 11L);
    }

    // ---- without a network

    private Process offline(List<String> arguments, Path to) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--user",
                "--map-root-user",
                "--net",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dstoa.natives=" + System.getProperty("stoa.natives"),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "io.stoa.cli.Main"));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(to.toFile())
                .start();
    }

    private String offline(int code, Object... arguments) throws IOException, InterruptedException {
        Path to = work.resolve("offline.txt");
        Process process = offline(Arrays.stream(arguments).map(Object::toString).toList(), to);
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        String said = Files.readString(to).strip();
        assertThat(process.exitValue()).as(said).isEqualTo(code);
        return said;
    }

    /** The interfaces of a namespace as these processes have it. */
    private static List<String> interfaces() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("unshare", "--user", "--map-root-user", "--net", "cat", "/proc/net/dev")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Assumptions.assumeTrue(
                process.waitFor() == 0, "no network namespace may be made here (" + said.strip() + "); not tested");
        return said.lines()
                .filter(line -> line.contains(":"))
                .map(line -> line.strip())
                .toList();
    }

    @Test
    void everythingWorksWhereThereIsNoNetwork() throws Exception {
        Assumptions.assumeTrue(
                System.getProperty("os.name").equals("Linux"), "network namespaces are Linux's; not tested here");
        assertThat(interfaces())
                .as("only a loopback that is down")
                .singleElement()
                .asString()
                .startsWith("lo:");
        List<SelfTest.Case> nano = cases(model("nano"));
        List<SelfTest.Case> micro = cases(model("micro"));
        Path one = bundle(1, model("nano"), nano);
        Path two = bundle(2, model("micro"), micro);
        Path three = bundle(3, model("nano"), wrong(nano));

        assertThat(offline(0, "edge", "install", one, "--device", device, "--trust", trust))
                .contains("kiosk 1");
        assertThat(offline(0, "edge", "ask", "--device", device, "--max-tokens", TOKENS, QUESTION))
                .isEqualTo(nano.getFirst().answer().strip());
        assertThat(offline(0, "edge", "install", two, "--device", device)).contains("kiosk 2", "kept to go back to");
        assertThat(offline(0, "edge", "ask", "--device", device, "--max-tokens", TOKENS, QUESTION))
                .isEqualTo(micro.getFirst().answer().strip());
        assertThat(offline(0, "edge", "rollback", "--device", device, "--why", "by hand"))
                .contains("kiosk 1");
        assertThat(offline(12, "edge", "install", three, "--device", device)).contains("Gone back: kiosk 1");
        assertServed(nano.getFirst().answer());
        Path export = work.resolve("kiosk.zip");
        assertThat(offline(0, "edge", "journal", "export", "--device", device, "--out", export))
                .contains("3 questions");
        assertThat(offline(0, "audit", "verify", export)).contains("w1-000001 is intact", "3 of them requests");
    }

    /** Serves on a socket in the file system, which is reached without any interface. */
    private void assertServed(String answer) throws Exception {
        Path socket = work.resolve("s");
        Path to = work.resolve("serving.txt");
        Process process = offline(
                List.of("edge", "run", "--device", device.toString(), "--listen", "unix:" + socket, "--json"), to);
        try {
            long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
            while (!Files.readString(to).contains("address")) {
                assertThat(process.isAlive()).as(Files.readString(to)).isTrue();
                assertThat(System.nanoTime()).isLessThan(patience);
                Thread.sleep(50);
            }
            String body = JsonMapper.shared()
                    .writeValueAsString(Map.of(
                            "messages",
                            List.of(Map.of("role", "user", "content", QUESTION)),
                            "temperature",
                            0,
                            "max_tokens",
                            TOKENS));
            String said = post(socket, body);
            assertThat(said).startsWith("HTTP/1.1 200");
            JsonNode completion = JsonMapper.shared().readTree(said.substring(said.indexOf("\r\n\r\n") + 4));
            assertThat(completion.path("model").asString("")).isEqualTo("kiosk");
            assertThat(completion
                            .path("choices")
                            .path(0)
                            .path("message")
                            .path("content")
                            .asString(""))
                    .isEqualTo(answer);
        } finally {
            process.destroy();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    private static String post(Path socket, String body) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            String request = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nContent-Length: "
                    + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
            ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            InputStream in = Channels.newInputStream(channel);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
