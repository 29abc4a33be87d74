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

/** The project's own licence is Apache-2.0, so that a pack can be made here without anybody else's text. */
class LicensePackTest {
    private static final Path OWN_LICENSE = Path.of("../LICENSE");
    private static final Path MODEL = Path.of("../examples/quickstart/models/nano.gguf");

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        List<String> all = new ArrayList<>(List.of("license"));
        for (Object argument : arguments) {
            all.add(argument.toString());
        }
        return Main.commandLine(new House(
                        Map.of(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Clock.systemUTC()))
                .execute(all.toArray(String[]::new));
    }

    private int pack(Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(
                "pack",
                "--out",
                folder.resolve("pack"),
                "--use=distribution=weights",
                "--use=commercial=true",
                "--use=outputs-train-models=false",
                "--use=monthly-active-users=1000",
                "--use=domains=[]"));
        all.addAll(List.of(arguments));
        return run(all.toArray());
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aPackIsMadeCheckedBrokenAndCheckedAgain() throws IOException {
        assertThat(pack("embedder=apache-2.0", "--text", OWN_LICENSE, "--use=modification=quantized"))
                .as(err())
                .isZero();
        assertThat(out())
                .contains("LICENSES/Apache-2.0.txt", "CHANGES", "README")
                .endsWith(LicenseCommand.NO_ADVICE + "\n");
        Path pack = folder.resolve("pack");
        assertThat(pack.resolve("LICENSES/Apache-2.0.txt")).hasSameBinaryContentAs(OWN_LICENSE);
        assertThat(run("verify-pack", pack)).as(out()).isZero();
        assertThat(out()).startsWith("WHOLE").contains("not tied to a file");

        Files.writeString(pack.resolve("CHANGES"), "none\n");
        assertThat(run("verify-pack", pack)).isEqualTo(20);
        assertThat(out()).startsWith("BROKEN").contains("CHANGES has 5 of the");
        assertThat(run("verify-pack", pack, "--json")).isEqualTo(20);
        JsonNode json = JsonMapper.shared().readTree(out());
        assertThat(json.at("/report/verdict").asString()).isEqualTo("BROKEN");
        assertThat(json.at("/report/breaks/0/part").asString()).isEqualTo("CHANGES");
        assertThat(json.at("/note").asString()).contains("not legal advice");
    }

    @Test
    void aModelFileTiesThePackToItsBytes() {
        assertThat(pack("generator=" + MODEL + "," + OWN_LICENSE, "--use=modification=none", "--json"))
                .as(err())
                .isZero();
        assertThat(JsonMapper.shared().readTree(out()).at("/outcome").asString())
                .isEqualTo("made");
        assertThat(run("verify-pack", folder.resolve("pack"), "--model", MODEL))
                .as(out())
                .isZero();
        assertThat(run("verify-pack", folder.resolve("pack"), "--model", OWN_LICENSE))
                .isEqualTo(20);
        assertThat(out()).contains("which no model of the pack has");
    }

    @Test
    void whatIsMissingForbiddenOrUnknownIsSaid() {
        assertThat(pack("apache-2.0", "--use=modification=none")).isEqualTo(2);
        assertThat(err()).contains("https://www.apache.org/licenses/LICENSE-2.0", "--text FILE");
        assertThat(folder.resolve("pack")).doesNotExist();
        assertThat(pack("apache-2.0", "--use=modification=none", "--partial")).isEqualTo(11);
        assertThat(run("verify-pack", folder.resolve("pack"))).isEqualTo(11);
        assertThat(out()).startsWith("PARTIAL");
        assertThat(pack("cc-by-nc-4.0", "--use=modification=none", "--text", OWN_LICENSE))
                .isEqualTo(12);
        assertThat(pack("llama3.2", "--use=modification=none", "--json")).isEqualTo(11);
        assertThat(JsonMapper.shared().readTree(out()).at("/missing")).isNotEmpty();
        assertThat(pack("llama3.1", "--use=modification=quantized", "--name", "My-Llama", "--partial"))
                .isEqualTo(2);
        assertThat(err()).contains("does not begin with \"Llama\"");
        assertThat(pack("apache-2.0", "--policy", "nonsense")).isEqualTo(2);
        assertThat(err()).contains("LICENSE=FILE");
        assertThat(run("verify-pack", folder.resolve("nowhere"))).isEqualTo(2);
    }
}
