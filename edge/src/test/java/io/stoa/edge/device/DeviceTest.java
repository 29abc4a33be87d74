package io.stoa.edge.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.edge.device.DeviceEvent.Kind;
import io.stoa.edge.device.SignedFolder.Says;
import io.stoa.model.Bytes;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final Trial PASSES = _ -> new SelfTestReport(3, 3, Optional.of(40.0), Optional.empty(), List.of());

    @TempDir
    private Path work;

    private final SecretKey key = SignedFolder.newKey();
    private final SignedFolder format = new SignedFolder(key);
    private final List<DeviceEvent> events = new ArrayList<>();
    private int made;

    private Path bundle(Says says) throws IOException {
        return bundle(says, "weights of " + says.version());
    }

    private Path bundle(Says says, String weights) throws IOException {
        return SignedFolder.write(
                work.resolve("bundle-" + made++),
                key,
                says,
                Map.of("model.gguf", weights.getBytes(StandardCharsets.UTF_8)));
    }

    private Device device() {
        return device(NOW);
    }

    private Device device(Instant now) {
        return new Device(
                work.resolve("device"),
                new SystemFiles(),
                format,
                new Surroundings("linux-x64", Bytes.gibibytes(4), Clock.fixed(now, ZoneOffset.UTC)),
                events::add);
    }

    private InstallOutcome install(Path bundle) {
        return device().install(bundle, ClockPolicy.DEVICE, PASSES, Progress.NONE);
    }

    private String runs() {
        try (Running running = device().start(Progress.NONE)) {
            return running.resident().version();
        }
    }

    private void assertRefused(InstallOutcome outcome, String... words) {
        assertThat(outcome).isInstanceOf(InstallOutcome.Refused.class);
        assertThat(((InstallOutcome.Refused) outcome).why()).contains(words);
        assertThat(runs()).isEqualTo("5");
    }

    @Test
    void whatIsNotForThisDeviceIsRefusedBeforeAnythingChanges() throws IOException {
        assertThat(install(bundle(Says.version("5")))).isInstanceOf(InstallOutcome.Installed.class);

        assertRefused(install(bundle(Says.version("6").platform("linux-arm64"))), "linux-arm64", "linux-x64");
        assertRefused(install(bundle(Says.version("6").named("tablet"))), "tablet", "kiosk", "--device");
        assertRefused(install(bundle(Says.version("6").needing(Bytes.gibibytes(5)))), "5.00 GiB", "4.00 GiB");
        assertRefused(install(bundle(Says.version("4.9"))), "version 4.9", "version 5", "rollback");
        assertRefused(install(bundle(Says.version("5"), "other weights")), "another version 5", "higher version");
        assertRefused(install(bundle(Says.version("5.0"), "other weights")), "another version 5.0");
        assertRefused(
                install(bundle(Says.version("6").expiring("2026-01-01T00:00:00Z", "2026-11-26T12:00:00Z"))),
                "expired at 2026-11-26T12:00:00Z",
                "this device's clock");
        Path stranger = SignedFolder.write(
                work.resolve("stranger"), SignedFolder.newKey(), Says.version("6"), Map.of("model.gguf", new byte[] {1
                }));
        assertRefused(install(stranger), "signature is wrong");
        assertRefused(install(work.resolve("nowhere")), "no bundle");

        assertThat(events).filteredOn(event -> event.kind() == Kind.REFUSED).hasSize(9);
        assertThat(events.getFirst().kind()).isEqualTo(Kind.INSTALLED);
    }

    @Test
    void aBundleThatIsCutOrChangedOnItsWayIsRefused() throws IOException {
        assertThat(install(bundle(Says.version("5")))).isInstanceOf(InstallOutcome.Installed.class);

        Path cut = bundle(Says.version("6"));
        Files.writeString(cut.resolve("model.gguf"), "wei");
        assertRefused(install(cut), "ends after 3 of 12 bytes");
        Path longer = bundle(Says.version("6"));
        Files.writeString(longer.resolve("model.gguf"), "weights of 6 and more");
        assertRefused(install(longer), "is longer than the 12 bytes");
        Path changed = bundle(Says.version("6"));
        Files.writeString(changed.resolve("model.gguf"), "weights of 7");
        assertRefused(install(changed), "model.gguf was changed");
        Path missing = bundle(Says.version("6"));
        Files.delete(missing.resolve("model.gguf"));
        assertRefused(install(missing), "model.gguf", "cannot be read");
        assertThat(work.resolve("device/slots/b")).doesNotExist();
    }

    @Test
    void aClockThatIsBehindWhatASignatureSaysJudgesNothing() throws IOException {
        Path young = bundle(Says.version("6").expiring("2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z"));
        Device behind = device(Instant.parse("2020-01-01T00:00:00Z"));

        InstallOutcome refused = behind.install(young, ClockPolicy.DEVICE, PASSES, Progress.NONE);
        assertThat(((InstallOutcome.Refused) refused).why())
                .contains("2020-01-01", "signatures vouch for 2026-11-01", "--clock signed");

        InstallOutcome installed = behind.install(young, ClockPolicy.SIGNED, PASSES, Progress.NONE);
        assertThat(((InstallOutcome.Installed) installed).notes().getFirst()).contains("2020-01-01", "2026-11-01");
        try (Running running = behind.start(Progress.NONE)) {
            assertThat(running.notes().getFirst()).contains("set the clock");
        }
        // frozen: what expired before the newest signature seen here stays out, whatever the clock says
        Path old = bundle(Says.version("7").expiring("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"));
        InstallOutcome expired = behind.install(old, ClockPolicy.SIGNED, PASSES, Progress.NONE);
        assertThat(((InstallOutcome.Refused) expired).why()).contains("expired at 2026-01-01", "latest signed time");
    }

    @Test
    void aClockThatWentBackIsNotBelieved() throws IOException {
        Device later = device(Instant.parse("2027-05-01T00:00:00Z"));
        assertThat(later.install(bundle(Says.version("5")), ClockPolicy.DEVICE, PASSES, Progress.NONE))
                .isInstanceOf(InstallOutcome.Installed.class);

        // set back by whoever holds an old bundle that would have expired
        InstallOutcome outcome = device(NOW)
                .install(
                        bundle(Says.version("6").expiring("2026-11-01T00:00:00Z", "2027-04-01T00:00:00Z")),
                        ClockPolicy.DEVICE,
                        PASSES,
                        Progress.NONE);
        assertThat(((InstallOutcome.Refused) outcome).why()).contains("has said 2027-05-01", "--clock signed");
    }

    @Test
    void anExpiredBundleRunsOnAndSaysSo() throws IOException {
        assertThat(install(bundle(Says.version("5")))).isInstanceOf(InstallOutcome.Installed.class);
        try (Running running = device(Instant.parse("2030-01-01T00:00:00Z")).start(Progress.NONE)) {
            assertThat(running.notes()).singleElement().asString().contains("expired at 2027-11-01", "goes on running");
        }
    }

    @Test
    void aFailedSelfTestGoesBackAndTheNextVersionMayCome() throws IOException {
        assertThat(install(bundle(Says.version("5")))).isInstanceOf(InstallOutcome.Installed.class);
        Path bad = bundle(Says.version("6"));
        InstallOutcome back = device().install(
                        bad, ClockPolicy.DEVICE, _ -> SelfTestReport.failed("0 of 3 answers agree"), Progress.NONE);
        assertThat(((InstallOutcome.RolledBack) back).running().orElseThrow().version())
                .isEqualTo("5");
        assertThat(runs()).isEqualTo("5");
        assertThat(device().status().note()).contains("went back from kiosk 6", "0 of 3 answers agree");
        assertThat(device().status().highest()).contains("5");

        Trial thrown = _ -> {
            throw new IllegalStateException("the engine broke");
        };
        InstallOutcome broke = device().install(bad, ClockPolicy.DEVICE, thrown, Progress.NONE);
        assertThat(((InstallOutcome.RolledBack) broke).test().failures().getFirst())
                .contains("the engine broke");
        assertThat(install(bundle(Says.version("7")))).isInstanceOf(InstallOutcome.Installed.class);
        assertThat(runs()).isEqualTo("7");
        assertThat(events.stream().map(DeviceEvent::kind))
                .containsExactly(Kind.INSTALLED, Kind.ROLLED_BACK, Kind.ROLLED_BACK, Kind.INSTALLED);
    }

    @Test
    void goingBackVerifiesAndMayBeTakenBack() throws IOException {
        Path five = bundle(Says.version("5"));
        assertThat(install(five)).isInstanceOf(InstallOutcome.Installed.class);
        assertThatThrownBy(() -> device().rollback("too slow", Progress.NONE))
                .hasMessageContaining("no bundle to go back");
        assertThat(install(bundle(Says.version("6")))).isInstanceOf(InstallOutcome.Installed.class);

        assertThat(device().rollback("too slow", Progress.NONE).version()).isEqualTo("5");
        assertThat(runs()).isEqualTo("5");
        // the floor stays: nobody brings back what is older than 6 by calling it new
        assertThat(install(bundle(Says.version("5.5")))).isInstanceOf(InstallOutcome.Refused.class);
        assertThat(device().rollback("was not slower", Progress.NONE).version()).isEqualTo("6");
        assertThat(runs()).isEqualTo("6");

        Files.writeString(work.resolve("device/slots/a/model.gguf"), "tampered with");
        assertThatThrownBy(() -> device().rollback("again", Progress.NONE)).isInstanceOf(StoaException.class);
        assertThat(runs()).isEqualTo("6");
    }

    @Test
    void aDamagedBundleIsGoneBackFromAndMayBeInstalledAgain() throws IOException {
        assertThat(install(bundle(Says.version("5")))).isInstanceOf(InstallOutcome.Installed.class);
        Path six = bundle(Says.version("6"));
        assertThat(install(six)).isInstanceOf(InstallOutcome.Installed.class);
        assertThat(install(six)).isInstanceOf(InstallOutcome.Unchanged.class);
        Files.writeString(work.resolve("device/slots/b/model.gguf"), "weights of 7");

        try (Running running = device().start(Progress.NONE)) {
            assertThat(running.resident().version()).isEqualTo("5");
            assertThat(running.notes().getFirst()).contains("damaged", "model.gguf was changed");
        }
        assertThat(events.getLast().kind()).isEqualTo(Kind.RECOVERED);
        assertThat(install(six)).isInstanceOf(InstallOutcome.Installed.class);
        assertThat(runs()).isEqualTo("6");
    }

    @Test
    void aDamagedMemoryIsMadeAnewFromWhatIsWhole() throws IOException {
        assertThat(install(bundle(Says.version("5")))).isInstanceOf(InstallOutcome.Installed.class);
        assertThat(install(bundle(Says.version("10")))).isInstanceOf(InstallOutcome.Installed.class);
        Path state = work.resolve("device/state.json");
        for (String damage : List.of("", "{}", Files.readString(state).replace("\"10\"", "\"99\""))) {
            Files.writeString(state, damage);
            assertThat(device().status().problems().getFirst()).contains("state.json is damaged");
            assertThat(runs()).isEqualTo("10");
            assertThat(device().status().highest()).contains("10");
        }
        Files.writeString(state, "");
        Files.writeString(work.resolve("device/slots/b/model.gguf"), "broken");
        assertThat(runs()).isEqualTo("5");
    }

    @Test
    void whileABundleIsOnTrialTheOneBeforeAnswers() throws IOException {
        assertThat(install(bundle(Says.version("5")))).isInstanceOf(InstallOutcome.Installed.class);
        List<String> seen = new ArrayList<>();
        Trial looking = _ -> {
            seen.add(runs());
            assertThatThrownBy(() -> install(bundle(Says.version("8")))).hasMessageContaining("another process");
            assertThatThrownBy(() -> device().rollback("now", Progress.NONE)).hasMessageContaining("another process");
            assertThat(device().status().busy()).isTrue();
            return SelfTestReport.failed("looked at");
        };
        assertThat(device().install(bundle(Says.version("6")), ClockPolicy.DEVICE, looking, Progress.NONE))
                .isInstanceOf(InstallOutcome.RolledBack.class);
        assertThat(seen).containsExactly("5");
        assertThat(device().status().busy()).isFalse();
    }

    @Test
    void aBundleThatStillRunsIsNotOverwritten() throws IOException {
        assertThat(install(bundle(Says.version("5")))).isInstanceOf(InstallOutcome.Installed.class);
        try (Running five = device().start(Progress.NONE)) {
            assertThat(install(bundle(Says.version("6")))).isInstanceOf(InstallOutcome.Installed.class);
            InstallOutcome outcome = install(bundle(Says.version("7")));
            assertThat(((InstallOutcome.Refused) outcome).why()).contains("slot a", "still run");
            assertThat(five.bundle().model()).hasContent("weights of 5");
        }
        assertThat(install(bundle(Says.version("7")))).isInstanceOf(InstallOutcome.Installed.class);
    }

    @Test
    void withoutAnythingInstalledItSaysWhatToDo() {
        assertThatThrownBy(() -> device().start(Progress.NONE)).hasMessageContaining("stoa edge install");
        assertThatThrownBy(() -> device().status()).hasMessageContaining("stoa edge install");
    }

    @Test
    void versionsAreComparedNumberByNumber() {
        assertThat(new BundleVersion("2.10")).isGreaterThan(new BundleVersion("2.9.9"));
        assertThat(new BundleVersion("2")).isEqualByComparingTo(new BundleVersion("2.0"));
        assertThat(new BundleVersion("99999999999999999999")).isGreaterThan(new BundleVersion("3"));
        for (String wrong : List.of("", "1.", "v1", "1..2", "-1", "1".repeat(65))) {
            assertThatThrownBy(() -> new BundleVersion(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void namesThatLeaveTheSlotAreNoFilesOfABundle() {
        for (String wrong :
                List.of("../x", "/etc/passwd", "a/../b", ".hidden", "a//b", "a\\b", "", "a/b/c/d/e/f/g/h/i")) {
            assertThatThrownBy(() -> new BundleFormat.Entry(wrong, 1)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(new BundleFormat.Entry("blobs/sha256/ab-c_d.gguf", 1).bytes())
                .isOne();
    }
}
