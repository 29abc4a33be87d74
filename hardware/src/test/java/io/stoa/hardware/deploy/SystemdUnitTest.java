package io.stoa.hardware.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SystemdUnitTest {
    @TempDir
    Path folder;

    private String verified(Artifact artifact) throws Exception {
        Path analyze = Path.of("/usr/bin/systemd-analyze");
        assumeThat(analyze).as("systemd-analyze, which judges units").isExecutable();
        Path unit = Files.writeString(folder.resolve(artifact.fileName()), artifact.text());
        Process process = new ProcessBuilder(analyze.toString(), "verify", "--man=no", unit.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return said + (process.exitValue() == 0 ? "" : "exit code " + process.exitValue());
    }

    private Path program(String name) throws Exception {
        Path program = Files.writeString(folder.resolve(name), "#!/bin/sh\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
    }

    @ParameterizedTest
    @EnumSource(Target.Service.class)
    void systemdTakesTheUnit(Target.Service server) throws Exception {
        Target target =
                new Target.Systemd(server, program("a server with 50% more").toString());
        for (Deployment deployment : List.of(
                Sample.of(Sample.GGUF),
                Sample.of(Sample.gguf("/srv/it's \"my\" 100% $HOME\\model: öäü.gguf"), "a % $b \"c\" \\d ; \\"),
                Sample.with(Sample.GGUF, new ApiKey.Variable("LLAMA_API_KEY")))) {
            assertThat(verified(target.artifact(deployment))).isEmpty();
        }
    }

    @Test
    void systemdTakesACredential() throws Exception {
        Target target = new Target.Systemd(
                Target.Service.LLAMA_SERVER, program("llama-server").toString());
        Artifact artifact = target.artifact(Sample.with(Sample.GGUF, new ApiKey.File("/etc/keys/50%")));
        assertThat(artifact.text()).contains("LoadCredential=api-key:/etc/keys/50%%\n");
        assertThat(artifact.text()).contains(" --api-key-file %d/api-key\n");
        assertThat(verified(artifact)).isEmpty();
    }

    /** The name in systemd's complaint is the one that it read: our quoting is its quoting. */
    @Test
    void systemdReadsTheProgramThatWasMeant() throws Exception {
        String missing = folder.resolve("no such % 100%% place/stoa").toString();
        assertThat(verified(new Target.Systemd(Target.Service.STOA, missing).artifact(Sample.of(Sample.GGUF))))
                .contains("Command " + missing + " is not executable");
    }

    @Test
    void theJudgeSeesMistakes() throws Exception {
        Artifact artifact = Sample.systemd(Target.Service.STOA).artifact(Sample.of(Sample.GGUF));
        assertThat(verified(new Artifact(
                        artifact.fileName(),
                        artifact.text().replace("ProtectHome=", "ProtectHouse="),
                        List.of(),
                        List.of())))
                .contains("ProtectHouse");
    }

    @Test
    void itIsHardened() {
        String text = Sample.systemd(Target.Service.STOA)
                .artifact(Sample.of(Sample.GGUF))
                .text();
        assertThat(UnitText.settings(text))
                .contains(
                        new UnitText.Setting("Service", "DynamicUser", "yes"),
                        new UnitText.Setting("Service", "ProtectSystem", "strict"),
                        new UnitText.Setting("Service", "NoNewPrivileges", "yes"),
                        new UnitText.Setting("Service", "CapabilityBoundingSet", ""),
                        new UnitText.Setting("Service", "MemoryMax", "24576M"),
                        new UnitText.Setting("Service", "Restart", "on-failure"),
                        new UnitText.Setting("Service", "IPAddressDeny", "any"));
        assertThat(text)
                .contains("ExecStart=/opt/stoa/bin/serve engine --model /srv/models/small.gguf --listen 127.0.0.1:8080"
                        + " --alias small --context 4096 --slots 8 --threads 4\n");
    }

    /** Home folders are empty to the service, but for the model and for the program's folder. */
    @Test
    void aProgramAtHomeIsShown() {
        Target home = new Target.Systemd(Target.Service.STOA, "/home/me/my stoa/stoa");
        assertThat(UnitText.settings(home.artifact(Sample.of(Sample.GGUF)).text()))
                .contains(new UnitText.Setting("Service", "BindReadOnlyPaths", "\"/home/me/my stoa\""));
        assertThat(Sample.systemd(Target.Service.STOA)
                        .artifact(Sample.of(Sample.GGUF))
                        .text())
                .containsOnlyOnce("BindReadOnlyPaths=");
    }

    @Test
    void whatTheServerCannotDoIsRefused() {
        Target stoa = Sample.systemd(Target.Service.STOA);
        assertThatThrownBy(() -> stoa.artifact(Sample.with(Sample.GGUF, CacheType.Q8_0)))
                .hasMessageContaining("f16");
        assertThatThrownBy(() -> stoa.artifact(Sample.withGpuLayers(Sample.GGUF, 10)))
                .hasMessageContaining("--gpu-layers");
        assertThatThrownBy(() -> stoa.artifact(Sample.of(Sample.HUB))).hasMessageContaining("acme/small-instruct");
        assertThatThrownBy(() -> Sample.systemd(Target.Service.LLAMA_SERVER)
                        .artifact(Sample.with(Sample.GGUF, new ApiKey.Variable("OTHER"))))
                .hasMessageContaining("LLAMA_API_KEY");
        for (String program : List.of("/opt/$x/stoa", "/opt/\"x/stoa", "/opt/it's/stoa", "/opt/a\\b/stoa")) {
            assertThatThrownBy(() -> new Target.Systemd(Target.Service.STOA, program).artifact(Sample.of(Sample.GGUF)))
                    .hasMessageContaining(program);
        }
    }
}
