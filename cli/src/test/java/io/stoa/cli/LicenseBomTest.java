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
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The verb that writes bills of materials. */
class LicenseBomTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int bom(Map<String, String> environment, Object... arguments) {
        out.reset();
        err.reset();
        House house = new House(
                environment,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC());
        String[] all = Stream.concat(
                        Stream.of("license", "bom"), Arrays.stream(arguments).map(Object::toString))
                .toArray(String[]::new);
        return Main.commandLine(house).execute(all);
    }

    private Path model() throws IOException {
        Path model = Files.createDirectories(folder.resolve("mine"));
        Files.writeString(model.resolve("README.md"), "---\nlicense: mit\nbase_model: Qwen/Qwen3-0.6B\n---\n# mine\n");
        Files.writeString(model.resolve("model.safetensors"), "\2\0\0\0\0\0\0\0{}");
        return model;
    }

    @Test
    void writesEveryFormat() throws IOException {
        for (String format : new String[] {"cyclonedx-1.6", "cyclonedx-1.7", "spdx-3"}) {
            assertThat(bom(Map.of(), model(), "--format", format)).isZero();
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .contains("not legal advice", "Qwen/Qwen3-0.6B", "MIT")
                    .doesNotContain(folder.toString());
        }
        assertThat(bom(Map.of(), model())).isZero();
        JsonNode document = JsonMapper.shared().readTree(out.toString(StandardCharsets.UTF_8));
        assertThat(document.path("specVersion").asString()).isEqualTo("1.6");
    }

    @Test
    void writesAFileWholeAndWithTheTimeThatIsGiven() throws IOException {
        Path file = folder.resolve("models.cdx.json");
        Map<String, String> dated = Map.of("SOURCE_DATE_EPOCH", "1700000000");
        assertThat(bom(dated, model(), "--output", file)).isZero();
        assertThat(Files.readString(file)).contains("2023-11-14T22:13:20Z");
        assertThat(out.size()).isZero();
        try (Stream<Path> all = Files.list(folder)) {
            assertThat(all.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("mine", "models.cdx.json");
        }
        byte[] first = Files.readAllBytes(file);
        assertThat(bom(dated, model(), model(), "--output", file)).isZero();
        assertThat(Files.readAllBytes(file)).isEqualTo(first);
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        assertRefused("did you mean cyclonedx-1.6?", model(), "--format", "cyclonedx-1.5");
        assertRefused("the formats are", model(), "--format", "x".repeat(100_000));
        assertRefused("there is no folder", model(), "--output", folder.resolve("none/x.json"));
        assertRefused("is a folder", model(), "--output", folder);
        assertRefused("is the path right?", folder.resolve("missing"));
        assertRefused("not a path", "\0");
        assertRefused("is it a model's folder?", Files.createDirectories(folder.resolve("empty")));
        for (String seconds : new String[] {"yesterday", "-1", "999999999999999"}) {
            assertThat(bom(Map.of("SOURCE_DATE_EPOCH", seconds), model())).isEqualTo(ExitCode.USER.code());
            assertThat(err.toString(StandardCharsets.UTF_8)).contains("SOURCE_DATE_EPOCH=" + seconds);
        }
    }

    private void assertRefused(String why, Object... arguments) {
        assertThat(bom(Map.of(), arguments)).isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(why);
    }
}
