package io.stoa.edge.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.edge.device.CrashingFiles.Ended;
import io.stoa.edge.device.CrashingFiles.Moment;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ends the process or the power, cuts writes short and fills the disk at every change that an installation, a rollback or
 * a recovery makes. After each, a device starts on what is left.
 */
class DeviceCrashTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    /** How many ways of losing some of what was not forced are tried at each point, besides losing all; 0 draws one way. */
    private static final int SEEDS = Integer.getInteger("stoa.crash.seeds", 0);
    /** The disk is full after every so many bytes; 1 tries each. */
    private static final int BYTES = Integer.getInteger("stoa.crash.bytes", 29);

    private static final Trial PASSES = _ -> new SelfTestReport(0, 0, Optional.empty(), Optional.empty(), List.of());
    private static final Trial FAILS = _ -> SelfTestReport.failed("the answers are wrong");

    @TempDir
    private Path work;

    private final SecretKey key = SignedFolder.newKey();
    private final SignedFolder format = new SignedFolder(key);
    private final Map<String, Integer> endings = new TreeMap<>();
    private Path one = Path.of("");
    private Path two = Path.of("");
    private Path three = Path.of("");
    private int points;
    private int copies;

    @BeforeEach
    void bundles() throws IOException {
        one = bundle("1");
        two = bundle("2");
        three = bundle("3");
    }

    private Path bundle(String version) throws IOException {
        return SignedFolder.write(
                work.resolve("bundle-" + version),
                key,
                Says.version(version),
                Map.of(
                        "model.gguf",
                        ("weights of " + version + " ").repeat(11).getBytes(StandardCharsets.UTF_8),
                        "blobs/sha256/licence",
                        ("duties of " + version).getBytes(StandardCharsets.UTF_8)));
    }

    private Device device(Path folder, DeviceFiles files) {
        return new Device(
                folder,
                files,
                format,
                new Surroundings("linux-x64", Bytes.gibibytes(4), Clock.fixed(NOW, ZoneOffset.UTC)),
                _ -> {});
    }

    private void install(Path folder, DeviceFiles files, Path bundle, Trial trial) {
        InstallOutcome _ = device(folder, files).install(bundle, ClockPolicy.DEVICE, trial, Progress.NONE);
    }

    /**
     * What is done to a device; what may run afterwards, of which nothing is the empty text, and the last must run when it
     * was not cut off.
     */
    private record Scenario(String name, Step before, Step step, List<String> mayRun) {}

    @FunctionalInterface
    private interface Step {
        void run(Path folder, DeviceFiles files);
    }

    private List<Scenario> scenarios() {
        Step nothing = (_, _) -> {};
        Step first = (folder, files) -> install(folder, files, one, PASSES);
        Step second = (folder, files) -> {
            install(folder, files, one, PASSES);
            install(folder, files, two, PASSES);
        };
        return List.of(
                new Scenario("first installation", nothing, first, List.of("", "1")),
                new Scenario(
                        "second", first, (folder, files) -> install(folder, files, two, PASSES), List.of("1", "2")),
                new Scenario(
                        "third", second, (folder, files) -> install(folder, files, three, PASSES), List.of("2", "3")),
                new Scenario(
                        "failed test", second, (folder, files) -> install(folder, files, three, FAILS), List.of("2")),
                new Scenario(
                        "first failed", nothing, (folder, files) -> install(folder, files, one, FAILS), List.of("")),
                new Scenario(
                        "rollback",
                        second,
                        (folder, files) -> {
                            Resident _ = device(folder, files).rollback("asked for", Progress.NONE);
                        },
                        List.of("2", "1")),
                new Scenario(
                        "recovery of a broken trial",
                        (folder, files) -> {
                            second.run(folder, files);
                            breakOff(folder, "force state.json.part", 3);
                        },
                        (folder, files) ->
                                device(folder, files).start(Progress.NONE).close(),
                        List.of("2")),
                new Scenario(
                        "installation after a broken copy",
                        (folder, files) -> {
                            second.run(folder, files);
                            breakOff(folder, "write model.gguf", 1);
                        },
                        (folder, files) -> install(folder, files, three, PASSES),
                        List.of("2", "3")));
    }

    /** Installs the third bundle and ends at the n-th operation of a name. */
    private void breakOff(Path folder, String operation, int which) {
        // found by trying: where an operation lies depends on what was there
        Path trial = copy(folder);
        int seen = 0;
        for (long at = 0; ; at++) {
            Path again = copy(folder);
            CrashingFiles files = CrashingFiles.endingAt(at, Moment.AFTER);
            boolean ended = endedBy(() -> install(again, files, three, PASSES));
            assertThat(ended).as("no " + operation + " in " + trial).isTrue();
            if (files.last().equals(operation) && ++seen == which) {
                CrashingFiles last = CrashingFiles.endingAt(at, Moment.AFTER);
                assertThat(endedBy(() -> install(folder, last, three, PASSES))).isTrue();
                return;
            }
        }
    }

    private static boolean endedBy(Runnable step) {
        try {
            step.run();
            return false;
        } catch (Ended _) {
            return true;
        }
    }

    /** What runs after a start; nothing is the empty text. Whatever runs was verified by the start. */
    private String runs(Path folder) {
        try (Running running = device(folder, CrashingFiles.counting()).start(Progress.NONE)) {
            return running.resident().version();
        } catch (StoaException e) {
            assertThat(e.sentence()).contains("nothing is installed");
            return "";
        }
    }

    private void check(Scenario scenario, Path folder, String how) {
        points++;
        String version = runs(folder);
        assertThat(scenario.mayRun()).as(scenario.name() + ", " + how).contains(version);
        assertThat(runs(folder))
                .as(scenario.name() + ", " + how + ", started again")
                .isEqualTo(version);
        endings.merge(scenario.name() + " → " + (version.isEmpty() ? "nothing" : version), 1, Integer::sum);
        if (points % 8 == 0) {
            checkGoesOn(scenario, folder, how);
        }
    }

    /** Not bricked: the next installation succeeds, and nothing but two slots is left. */
    private void checkGoesOn(Scenario scenario, Path folder, String how) {
        install(folder, CrashingFiles.counting(), three, PASSES);
        assertThat(runs(folder))
                .as(scenario.name() + ", " + how + ", installed after")
                .isEqualTo("3");
        assertThat(names(folder))
                .as(scenario.name() + ", " + how)
                .isSubsetOf("state.json", "slots", "lock", "a.lock", "b.lock");
    }

    private static Set<String> names(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            Set<String> names = new TreeSet<>();
            all.forEach(each -> names.add(String.valueOf(each.getFileName())));
            return names;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path copy(Path folder) {
        Path to = work.resolve("copy-" + copies++);
        if (!Files.exists(folder)) {
            return to;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(folder.relativize(each).toString()));
            }
            return to;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path each : all.toList().reversed()) {
                    Files.delete(each);
                }
            }
        }
    }

    /** Does a step on a copy of a folder, with something that goes wrong. */
    private void point(
            Scenario scenario, Path start, CrashingFiles files, Optional<Random> lost, double share, String how)
            throws IOException {
        Path folder = copy(start);
        try {
            scenario.step().run(folder, files);
        } catch (Ended _) {
            if (lost.isPresent()) {
                files.losePower(lost.get(), share);
            }
        } catch (StoaException e) {
            assertThat(e.kind()).as(how).isEqualTo(StoaException.Kind.RESOURCES);
        }
        check(scenario, folder, how + " (" + files.last() + ")");
        delete(folder);
    }

    /** What the whole step does when nothing goes wrong. */
    private CrashingFiles whole(Scenario scenario, Path start) throws IOException {
        scenario.before().run(start, CrashingFiles.counting());
        CrashingFiles counting = CrashingFiles.counting();
        Path whole = copy(start);
        scenario.step().run(whole, counting);
        // what is done stays done when the power goes then
        counting.losePower(new Random(0), 0);
        assertThat(runs(whole)).as(scenario.name()).isEqualTo(scenario.mayRun().getLast());
        check(scenario, whole, "not cut off");
        checkGoesOn(scenario, whole, "not cut off");
        delete(whole);
        return counting;
    }

    @Test
    void whereverTheProcessOrThePowerEndsOneWholeBundleRuns() throws IOException {
        long seed = Long.getLong("stoa.seed", System.nanoTime());
        Random random = new Random(seed);
        for (Scenario scenario : scenarios()) {
            Path start = work.resolve("start-" + scenario.name());
            CrashingFiles counting = whole(scenario, start);
            for (long at = 0; at < counting.operations(); at++) {
                for (Moment moment : Moment.values()) {
                    if (moment != Moment.MIDDLE || counting.isWrite(at)) {
                        endAt(scenario, start, at, moment, random, seed);
                    }
                }
            }
        }
        System.out.println(points + " ends of the process or the power (seed " + seed + "): " + endings);
        assertThat(points).isGreaterThan(1000);
    }

    private void endAt(Scenario scenario, Path start, long at, Moment moment, Random random, long seed)
            throws IOException {
        String where = " " + moment + " operation " + at + ", seed " + seed;
        point(scenario, start, CrashingFiles.endingAt(at, moment), Optional.empty(), 1, "killed" + where);
        double share = SEEDS == 0 && random.nextBoolean() ? 1 : 0;
        point(scenario, start, CrashingFiles.endingAt(at, moment), Optional.of(random), share, "power lost" + where);
        for (int i = 0; i < SEEDS; i++) {
            point(scenario, start, CrashingFiles.endingAt(at, moment), Optional.of(random), 1, "some lost" + where);
        }
    }

    @Test
    void whereverTheDiskIsFullOneWholeBundleRuns() throws IOException {
        for (Scenario scenario : scenarios()) {
            Path start = work.resolve("start-" + scenario.name());
            CrashingFiles counting = whole(scenario, start);
            for (long bytes = 0; bytes < counting.written(); bytes += BYTES) {
                CrashingFiles full = CrashingFiles.fullAfter(bytes);
                point(scenario, start, full, Optional.empty(), 1, "full after " + bytes + " bytes");
            }
            for (long at = 0; at < counting.operations(); at++) {
                CrashingFiles refusing = CrashingFiles.refusingFrom(at);
                point(scenario, start, refusing, Optional.empty(), 1, "refused from operation " + at);
            }
        }
        System.out.println(points + " full disks: " + endings);
        assertThat(points).isGreaterThan(500);
    }
}
