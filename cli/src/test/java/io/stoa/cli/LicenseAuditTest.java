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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LicenseAuditTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private int run(String day, String... arguments) {
        out.reset();
        err.reset();
        Clock clock = Clock.fixed(Instant.parse(day + "T12:00:00Z"), ZoneOffset.UTC);
        return Main.commandLine(new House(
                        Map.of(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        clock))
                .execute(arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private void card(String model, String front) throws IOException {
        Files.createDirectories(folder.resolve("models").resolve(model));
        Files.writeString(folder.resolve("models").resolve(model).resolve("README.md"), "---\n" + front + "\n---\n");
    }

    private String models() {
        return folder.resolve("models").toString();
    }

    @Test
    void theExitCodeIsTheGate() throws IOException {
        card("open", "license: mit");
        assertThat(run("2026-12-01", "license", "audit", models())).isZero();
        assertThat(out()).contains("PASS     open  MIT", "1 model: 1 pass").endsWith(LicenseCommand.NO_ADVICE + "\n");
        card("strange", "license: other");
        assertThat(run("2026-12-01", "license", "audit", models())).isEqualTo(11);
        assertThat(out()).contains("license-unknown:");
        card("tuned", "license: apache-2.0\nbase_model: meta-llama/Llama-3.1-8B");
        Path sarif = folder.resolve("a.sarif");
        Path html = folder.resolve("a.html");
        assertThat(run(
                        "2026-12-01",
                        "license",
                        "audit",
                        models(),
                        "--json",
                        "--sarif",
                        sarif.toString(),
                        "--html",
                        html.toString()))
                .isEqualTo(12);
        JsonNode json = JsonMapper.shared().readTree(out());
        assertThat(json.at("/outcome").asString()).isEqualTo("FAIL");
        assertThat(json.at("/audit/models/2/issues/0/rule").asString()).isEqualTo("TERMS_DROPPED");
        assertThat(json.at("/note").asString()).contains("not legal advice");
        assertThat(Files.readString(sarif)).contains("\"terms-dropped\"");
        assertThat(Files.readString(html)).contains("not legal advice");
    }

    @Test
    void nothingToAuditIsNotAPass() throws IOException {
        Files.createDirectories(folder.resolve("models"));
        assertThat(run("2026-12-01", "license", "audit", models())).isEqualTo(11);
        assertThat(out()).contains("UNKNOWN: no models");
        card("open", "license: mit");
        Path empty = Files.writeString(folder.resolve("empty.yaml"), "");
        assertThat(run("2026-12-01", "license", "audit", models(), "--policy", empty.toString()))
                .isEqualTo(2);
        for (String option : List.of("--sarif", "--html")) {
            assertThat(run(
                            "2026-12-01",
                            "license",
                            "audit",
                            models(),
                            option,
                            folder.resolve("no/where").toString()))
                    .isEqualTo(2);
            assertThat(err.toString(StandardCharsets.UTF_8)).contains(option, "there is no folder");
        }
    }

    @Test
    void aPolicyGatesAndItsMistakesAreNamed() throws IOException {
        card("open", "license: mit");
        Path policy = Files.writeString(folder.resolve("policy.yaml"), "deny: [mit]\n");
        assertThat(run("2026-12-01", "license", "audit", models(), "--policy", policy.toString()))
                .isEqualTo(12);
        Files.writeString(policy, "alow: [mit]\n");
        assertThat(run("2026-12-01", "license", "audit", models(), "--policy", policy.toString()))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("alow", "did you mean allow");
        assertThat(run(
                        "2026-12-01",
                        "license",
                        "audit",
                        folder.resolve("nowhere").toString()))
                .isEqualTo(2);
    }

    @Test
    void changesAreSaidUntilTheyAreAccepted() throws IOException {
        card("m", "license: gemma");
        String state = folder.resolve("state.json").toString();
        assertThat(run("2026-12-01", "license", "watch", models(), "--state", state))
                .isZero();
        assertThat(out()).contains("the claims of 1 model are kept");
        assertThat(run("2026-12-02", "license", "watch", models(), "--state", state))
                .isZero();
        assertThat(out()).contains("nothing changed since 2026-12-01");
        assertThat(run("2028-01-01", "license", "watch", models(), "--state", state))
                .isEqualTo(11);
        assertThat(out()).contains("reading-stale: m in m LicenseRef-gemma-terms-of-use was read on");
        card("m", "license: apache-2.0");
        for (int i = 0; i < 2; i++) {
            assertThat(run("2026-12-03", "license", "watch", models(), "--state", state, "--json"))
                    .isEqualTo(12);
            assertThat(out()).contains("DECLARED_CHANGED", "STANDING_CHANGED");
        }
        assertThat(run("2026-12-03", "license", "watch", models(), "--state", state, "--accept"))
                .isZero();
        assertThat(run("2026-12-04", "license", "watch", models(), "--state", state))
                .isZero();
        Files.writeString(folder.resolve("state.json"), "{\"models\": 3}");
        assertThat(run("2026-12-04", "license", "watch", models(), "--state", state))
                .isEqualTo(2);
    }
}
