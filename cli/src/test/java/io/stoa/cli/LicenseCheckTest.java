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

class LicenseCheckTest {
    private static final List<String> SERVICE = List.of(
            "--use=commercial=true",
            "--use=distribution=hosted",
            "--use=modification=none",
            "--use=outputs-train-models=false",
            "--use=domains=[]",
            "--use=guardrails-weakened=false",
            "--use=monthly-active-users=700000000");

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        out.reset();
        err.reset();
        return Main.commandLine(new House(
                        Map.of(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Clock.systemUTC()))
                .execute(arguments);
    }

    private int check(String... arguments) {
        List<String> all = new ArrayList<>(List.of("license", "check"));
        all.addAll(SERVICE);
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theExitCodeIsTheOutcome() {
        assertThat(check("--model=generator=mit")).isZero();
        assertThat(out()).startsWith("ALLOWED\n").endsWith(LicenseCommand.NO_ADVICE + "\n");
        assertThat(check("--model=generator=llama3.1", "--model=embedder=mit")).isEqualTo(10);
        assertThat(out()).contains("[ ] show \"Built with Llama\"", "; display \"Built with Llama\"");
        assertThat(check("--model=generator=stabilityai-ai-community")).isEqualTo(11);
        assertThat(out()).contains("To be known first:", "annual-revenue");
        assertThat(check("--model=generator=apache-2.0,cc-by-nc-4.0", "--why-not"))
                .isEqualTo(12);
        assertThat(out()).contains("commercial: false", "in place of: generator");
    }

    @Test
    void oneModelMayBeUsedInItsOwnWay() {
        assertThat(check("--model=generator=mit", "--model=judge=gemma", "--use=judge.distribution=internal"))
                .isEqualTo(10);
        assertThat(out()).doesNotContain("terms that bind recipients");
        assertThat(check("--model=judge=gemma")).isEqualTo(10);
        assertThat(out()).contains("terms that bind recipients");
        assertThat(check("--model=guard=llama3.2", "--use=guard.multimodal=true", "--use=territories=DE"))
                .isEqualTo(12);
    }

    @Test
    void jsonHasTheProofAndTheInverse() {
        assertThat(check("--model=generator=llama3.1", "--inverse", "--json")).isEqualTo(10);
        JsonNode json = JsonMapper.shared().readTree(out());
        assertThat(json.at("/answer/outcome").asString()).isEqualTo("ALLOWED_WITH_DUTIES");
        assertThat(json.at("/answer/parts/0/proof/grounds")).isNotEmpty();
        assertThat(json.at("/inverse/limits/0/most").asLong()).isEqualTo(700_000_000);
        assertThat(json.at("/inverse/matrix").size()).isEqualTo(32);
        assertThat(json.at("/note").asString()).contains("not legal advice");
    }

    @Test
    void anAssessmentFileIsChecked() {
        Path file = Path.of("../examples/quickstart/stoa.yaml");
        assertThat(run("license", "check", file.toString())).as(err()).isZero();
        assertThat(out()).contains("nano", "micro", "mini");
    }

    @Test
    void mistakesAreNamed() {
        assertThat(run("license", "check")).isEqualTo(2);
        assertThat(err()).contains("no model is named", "--model generator=llama3.1");
        assertThat(check("--model=llama3.1")).isEqualTo(2);
        assertThat(err()).contains("ROLE=LICENSE");
        assertThat(check("--model=generator=no-such-licence")).isEqualTo(2);
        assertThat(err()).contains("no-such-licence");
        assertThat(check("--model=generator=mit", "--use=users=5")).isEqualTo(2);
        assertThat(err()).contains("monthly-active-users");
        assertThat(check("--model=generator=mit", "--use=judge.commercial=true"))
                .isEqualTo(2);
        assertThat(err()).contains("no model is called judge");
        assertThat(check("--model=generator=mit", "--use=commercial=perhaps")).isEqualTo(2);
        assertThat(err()).contains("true or false");
    }

    @Test
    void anExpressionIsALicence() {
        assertThat(check("--model=generator=MIT AND Apache-2.0")).isZero();
        assertThat(out()).contains("MIT License allows", "Apache License 2.0 allows");
        assertThat(check("--model=generator=MIT OR Unheard-Of")).isZero();
        assertThat(check("--model=generator=MIT AND Unheard-Of")).isEqualTo(11);
        assertThat(out()).contains("MIT AND Unheard-Of");
    }

    @Test
    void aPaperThatCannotBeReadLeavesTheLicenceUnknown() throws IOException {
        Path model = folder.resolve("model.gguf");
        Files.copy(Path.of("../examples/quickstart/models/nano.gguf"), model);
        Path card = folder.resolve("card.md");
        for (byte[] content : List.of(new byte[0], new byte[5_000], new byte[2 << 20])) {
            Files.write(card, content);
            assertThat(check("--model=generator=" + model + "," + card)).isEqualTo(11);
            assertThat(out()).contains("UNKNOWN", "have a lawyer read what is said in " + card);
        }
        Files.writeString(card, "---\nlicense: apache-2.0\n---\n");
        assertThat(check("--model=generator=" + model + "," + card)).isZero();
        Files.writeString(card, "---\nlicense: mit\nlicense: apache-2.0\n---\n");
        assertThat(check("--model=generator=" + model + "," + card)).isEqualTo(11);
        assertThat(out()).contains("a key stands twice");
        assertThat(check("--model=generator=" + folder)).isEqualTo(2);
        assertThat(err()).contains("is a folder");
    }

    @Test
    void whatIsTheSameForAllUsesIsSaidOnce() {
        assertThat(check("--model=generator=llama3.1", "--use=monthly-active-users=800000000", "--inverse"))
                .isEqualTo(12);
        assertThat(out()).contains("Every kind of use (other facts as said): FORBIDDEN");
        assertThat(check("--model=generator=cc-by-nc-4.0", "--why-not")).isEqualTo(12);
        assertThat(out()).contains("It would be allowed with").doesNotContain("kind of use");
        assertThat(check("--model=generator=cc-by-nc-4.0", "--inverse")).isEqualTo(12);
        assertThat(out()).contains("Kinds of use", "outputs train");
    }

    @Test
    void combinationsAreAnswered() {
        assertThat(run("license", "combine", "llama3.1", "mit", "--how", "republish"))
                .isEqualTo(12);
        assertThat(run("license", "combine", "apache-2.0", "GPL-3.0-only", "--how", "code"))
                .isEqualTo(10);
        assertThat(run("license", "combine", "mit", "Unheard-Of", "--how", "merge"))
                .isEqualTo(11);
        assertThat(run("license", "combine", "mit", "../LICENSE", "--how", "merge"))
                .isEqualTo(10);
        assertThat(run("license", "combine", "mit", "lama3.1", "--how", "merge"))
                .isEqualTo(11);
        assertThat(err()).contains("did you mean llama3.1?");
        assertThat(run("license", "combine", "gemma", "llama3.1", "--json")).isZero();
        assertThat(JsonMapper.shared().readTree(out()).at("/ways").size()).isEqualTo(6);
    }
}
