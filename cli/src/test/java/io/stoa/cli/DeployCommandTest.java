package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DeployCommandTest {
    private static final Path MICRO = Quickstart.SHIPPED.resolve("models/micro.gguf");
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

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

    /** What systemd would run: the command line of a unit, read by its own rules rather than by our writer's. */
    private static List<String> command(String unit) {
        String line = unit.lines()
                .filter(text -> text.startsWith("ExecStart="))
                .findFirst()
                .orElseThrow()
                .substring("ExecStart=".length());
        List<String> words = new ArrayList<>();
        Matcher word = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*+)\"|(\\S+)").matcher(line);
        while (word.find()) {
            String raw = word.group(1) == null ? word.group(2) : word.group(1);
            words.add(raw.replace("%%", "%").replace("$$", "$").replaceAll("\\\\(.)", "$1"));
        }
        return words;
    }

    /** A program called stoa, in a folder with a difficult name, that is this very class path. */
    private Path launcher() throws IOException {
        Path place = Files.createDirectory(folder.resolve("a place with 50% more"));
        String script =
                "#!/bin/sh\nexec '%s' -Xmx256m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED '-Dstoa.natives=%s' -cp '%s' %s \"$@\"\n"
                        .formatted(
                                Path.of(System.getProperty("java.home"), "bin", "java"),
                                Path.of(System.getProperty("stoa.natives", "natives"))
                                        .toAbsolutePath(),
                                absolute(System.getProperty("java.class.path")),
                                Main.class.getName());
        Path stoa = Files.writeString(place.resolve("stoa"), script);
        assertThat(stoa.toFile().setExecutable(true)).isTrue();
        return stoa;
    }

    private static String absolute(String classPath) {
        return String.join(
                File.pathSeparator,
                Arrays.stream(classPath.split(File.pathSeparator, -1))
                        .filter(entry -> !entry.isEmpty())
                        .map(entry -> new File(entry).getAbsolutePath())
                        .toList());
    }

    @Test
    void theUnitReallyServes() throws Exception {
        Path model = Files.copy(MICRO, folder.resolve("my model 100% $HOME.gguf"));
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String name = "a \"name\" with $HOME, 5% and \\";
        assertThat(run(
                        "deploy",
                        model,
                        "--to",
                        "systemd",
                        "--program",
                        launcher(),
                        "--context",
                        256,
                        "--parallel",
                        2,
                        "--threads",
                        1,
                        "--listen",
                        "127.0.0.1:" + port,
                        "--key-env",
                        "STOA_TEST_KEY",
                        "--name",
                        name,
                        "--out",
                        folder))
                .as(err())
                .isZero();
        Path unit = Path.of(out().strip());
        assertThat(unit).hasFileName("stoa-a-name-with-home-5-and.service").exists();
        ProcessBuilder builder = new ProcessBuilder(command(Files.readString(unit)))
                .directory(new File("/"))
                .redirectOutput(folder.resolve("out.txt").toFile())
                .redirectError(folder.resolve("err.txt").toFile());
        builder.environment().clear();
        // What the unit's EnvironmentFile= would hold.
        builder.environment().put("STOA_TEST_KEY", "secret");
        Process service = builder.start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            String base = "http://127.0.0.1:" + port;
            JsonNode models = JsonMapper.shared().readTree(untilServing(client, base + "/v1/models", service));
            assertThat(models.path("data").path(0).path("id").asString("")).isEqualTo(name);
            HttpRequest.Builder chat = HttpRequest.newBuilder(URI.create(base + "/v1/chat/completions"))
                    .timeout(Duration.ofMinutes(1))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}], \"max_tokens\": 8}"));
            assertThat(client.send(chat.build(), HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(401);
            HttpResponse<String> answer = client.send(
                    chat.header("Authorization", "Bearer secret").build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode said = JsonMapper.shared().readTree(answer.body());
            assertThat(said.path("choices")
                            .path(0)
                            .path("message")
                            .path("content")
                            .asString(""))
                    .isNotBlank();
            assertThat(said.path("usage").path("completion_tokens").asInt(0)).isBetween(1, 8);
            service.destroy();
            assertThat(service.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(service.exitValue()).as("what SuccessExitStatus= names").isEqualTo(143);
        } finally {
            service.destroyForcibly();
        }
    }

    private String untilServing(HttpClient client, String uri, Process service) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri))
                .header("Authorization", "Bearer secret")
                .timeout(Duration.ofSeconds(10))
                .build();
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (System.nanoTime() < end && service.isAlive()) {
            try {
                HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                return answer.body();
            } catch (ConnectException _) {
                Thread.sleep(200);
            }
        }
        throw new AssertionError("it does not serve: " + Files.readString(folder.resolve("err.txt")));
    }

    @Test
    void aFileIsWholeAndNotReplacedUnasked() throws Exception {
        assertThat(run("deploy", MICRO, "--to", "ollama", "--context", 256, "--out", folder))
                .as(err())
                .isZero();
        Path file = folder.resolve("Modelfile");
        String first = Files.readString(file);
        assertThat(first).contains("FROM " + MICRO + "\n", "PARAMETER num_ctx 256\n");
        assertThat(err()).contains("ollama create micro -f Modelfile");
        assertThat(run("deploy", MICRO, "--to", "ollama", "--context", 128, "--out", folder))
                .isEqualTo(2);
        assertThat(err()).contains("Modelfile: exists already").contains("--force");
        assertThat(file).hasContent(first);
        assertThat(run("deploy", MICRO, "--to", "ollama", "--context", 128, "--out", folder, "--force"))
                .isZero();
        assertThat(Files.readString(file)).contains("num_ctx 128\n");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void theTextAloneGoesToStdout() {
        assertThat(run("deploy", "acme/small", "--revision", COMMIT, "--to", "compose-vllm", "--out", "-"))
                .isZero();
        assertThat(out())
                .startsWith("# Written by stoa deploy.")
                .contains("services:")
                .doesNotContain("Next:");
        assertThat(err()).contains("Next:").contains("docker compose").contains("whether it fits was not checked");
    }

    @Test
    void jsonSaysWhatWasWritten() throws Exception {
        assertThat(run("deploy", MICRO, "--to", "compose-llama", "--context", 256, "--out", folder, "--json"))
                .isZero();
        JsonNode written = JsonMapper.shared().readTree(out());
        assertThat(written.path("target").asString("")).isEqualTo("compose-llama");
        assertThat(Path.of(written.path("path").asString(""))).exists();
        assertThat(written.path("predictedBytes").asLong(0)).isGreaterThan(256L << 20);
        assertThat(written.path("memoryLimitBytes").asLong(0))
                .isGreaterThan(written.path("predictedBytes").asLong(0));
        assertThat(written.path("next").isArray()).isTrue();
    }

    @Test
    void everyTargetWritesSomething() {
        for (DeployCommand.Destination destination : DeployCommand.Destination.values()) {
            boolean hub = switch (destination) {
                case COMPOSE_VLLM, COMPOSE_SGLANG, KSERVE, LLM_D -> true;
                case SYSTEMD, SYSTEMD_LLAMA_SERVER, COMPOSE_LLAMA, COMPOSE_LLAMA_CUDA, OLLAMA -> false;
            };
            List<Object> arguments = new ArrayList<>(List.of("deploy", hub ? "acme/small" : MICRO));
            arguments.addAll(List.of("--to", destination.label(), "--context", 256, "--out", "-"));
            if (hub) {
                arguments.addAll(List.of("--revision", COMMIT));
            }
            assertThat(run(arguments.toArray())).as(destination + ": " + err()).isZero();
            assertThat(out()).as(destination.label()).startsWith("# Written by stoa deploy. Serves ");
        }
    }

    @Test
    void whatCannotBeIsRefusedByName() {
        record Case(List<Object> arguments, String culprit) {}
        for (Case bad : List.of(
                new Case(List.of(MICRO, "--to", "systemd", "--machine", "100MiB"), "--machine 64GiB"),
                new Case(List.of(MICRO, "--to", "systemd", "--memory", "64MiB"), "--memory 64MiB"),
                new Case(List.of(MICRO, "--to", "systemd", "--memory", "8"), "write it as"),
                new Case(List.of(MICRO, "--to", "systemd", "--listen", "0.0.0.0:80"), "--key-env"),
                new Case(List.of(MICRO, "--to", "systemd", "--listen", "127.0.0.1:0"), "1 to 65535"),
                new Case(List.of(MICRO, "--to", "systemd", "--key-env", "A", "--key-file", "b"), "exclude"),
                new Case(List.of(MICRO, "--to", "systemd", "--kv-cache", "q8_0"), "f16"),
                new Case(List.of(MICRO, "--to", "systemd", "--name", "a\nExecStart=/bin/sh"), "U+000A"),
                new Case(List.of(MICRO, "--to", "kserve"), "GGUF"),
                new Case(List.of(MICRO, "--to", "mainframe"), "compose-vllm"),
                new Case(List.of("missing.gguf", "--to", "systemd"), "missing.gguf"),
                new Case(List.of("acme/small", "--to", "kserve"), "--revision"),
                new Case(List.of("acme/small", "--to", "kserve", "--revision", "main"), "40 hexadecimal"),
                new Case(List.of("acme/small", "--to", "systemd", "--revision", COMMIT), "acme/small"),
                new Case(
                        List.of("acme/small", "--to", "compose-vllm", "--revision", COMMIT, "--image", "vllm/x:latest"),
                        "latest"))) {
            List<Object> arguments = new ArrayList<>(List.of("deploy"));
            arguments.addAll(bad.arguments());
            arguments.addAll(List.of("--out", folder));
            assertThat(run(arguments.toArray())).as(bad + ": " + err()).isEqualTo(2);
            assertThat(err()).as(bad.toString()).contains(bad.culprit());
            assertThat(folder).isEmptyDirectory();
        }
    }
}
