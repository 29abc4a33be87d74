package io.stoa.gateway.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More runs by {@code -Dstoa.trial.runs=1000}. */
class RouteMonitorTest {
    private static final int RUNS = Integer.getInteger("stoa.trial.runs", 100);
    private static final long SEED = Long.getLong("stoa.trial.seed", 20261126);

    @ParameterizedTest
    @ValueSource(doubles = {0.6, 0.7, 0.8, 0.85, 0.9, 0.95})
    void aDropOfFifteenPointsWithdrawsWithinFiveHundred(double level) {
        SplittableRandom random = new SplittableRandom(SEED);
        int[] delays = new int[10 * RUNS];
        int early = 0;
        for (int run = 0; run < delays.length; run++) {
            RouteMonitor monitor = new RouteMonitor(RouteMonitor.Settings.of("c", level, 0));
            int change = random.nextInt(5_000);
            for (int t = 0; t < change; t++) {
                monitor.observe(random.nextDouble() < level);
            }
            early += monitor.withdrawn().isPresent() ? 1 : 0;
            int delay = 0;
            while (monitor.withdrawn().isEmpty()) {
                monitor.observe(random.nextDouble() < level - 0.15);
                delay++;
            }
            delays[run] = delay;
        }
        Arrays.sort(delays);
        long within = Arrays.stream(delays).filter(d -> d <= 500).count();
        System.out.printf(
                "seed %d, level %.2f: %d runs, %d withdrawn before the drop; delay median %d, 90 %% %d, 95 %% %d, 99 %%"
                        + " %d; within 500: %d (%.1f %%)%n",
                SEED,
                level,
                delays.length,
                early,
                delays[delays.length / 2],
                delays[(int) (delays.length * 0.9)],
                delays[(int) (delays.length * 0.95)],
                delays[(int) (delays.length * 0.99)],
                within,
                100.0 * within / delays.length);
        assertThat(delays[delays.length / 2]).isLessThan(400);
        assertThat(within).isGreaterThan((long) ((level < 0.75 ? 0.85 : 0.95) * delays.length));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.6, 0.8, 0.95})
    void stableRoutesStay(double level) {
        SplittableRandom random = new SplittableRandom(SEED + 1);
        int withdrawn = 0;
        for (int run = 0; run < RUNS; run++) {
            RouteMonitor monitor = new RouteMonitor(RouteMonitor.Settings.of("c", level, 0));
            for (int t = 0; t < 100_000 && monitor.withdrawn().isEmpty(); t++) {
                monitor.observe(random.nextDouble() < level);
            }
            withdrawn += monitor.withdrawn().isPresent() ? 1 : 0;
        }
        System.out.printf(
                "seed %d, level %.2f exactly: %d of %d stable runs of 100,000 withdrawn%n",
                SEED + 1, level, withdrawn, RUNS);
        assertThat(withdrawn).isLessThanOrEqualTo(Math.max(2, RUNS / 100));
    }

    @Test
    void aRestartForgetsNothing(@TempDir Path folder) {
        SplittableRandom random = new SplittableRandom(SEED);
        RouteMonitor.Settings settings = RouteMonitor.Settings.of("c", 0.9, 0.01);
        RouteMonitor whole = new RouteMonitor(settings);
        RouteMonitor restarted = new RouteMonitor(settings);
        Path file = folder.resolve("monitor.json");
        for (int t = 0; t < 3_000; t++) {
            boolean right = random.nextDouble() < (t < 1_000 ? 0.9 : 0.7);
            whole.observe(right);
            restarted.observe(right);
            whole.seen(0.9);
            if (t % 500 == 0) {
                restarted.write(file);
                restarted = RouteMonitor.read(file, settings);
            }
        }
        assertThat(whole.withdrawn()).isPresent();
        assertThat(restarted.withdrawn()).isEqualTo(whole.withdrawn());
        assertThat(restarted.evidence()).isEqualTo(whole.evidence());
        assertThat(whole.withdrawn().orElseThrow())
                .contains("fell below the certified 89.0 %")
                .contains("checked answers");
        restarted.write(file);
        assertThat(RouteMonitor.read(file, settings).withdrawn()).isPresent();
        assertThat(RouteMonitor.read(file, RouteMonitor.Settings.of("another", 0.9, 0.01))
                        .withdrawn())
                .isEmpty();
    }

    @Test
    void aBrokenStateIsNotForgottenSilently(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("monitor.json");
        RouteMonitor.Settings settings = RouteMonitor.Settings.of("c", 0.9, 0);
        for (String broken : new String[] {"", "{}", "null", "[1]", "{\"format\":\"stoa-monitor/1\"}"}) {
            Files.writeString(file, broken);
            assertThatThrownBy(() -> RouteMonitor.read(file, settings))
                    .isInstanceOf(StoaException.class)
                    .hasMessageContaining("forgets what it had seen");
        }
        assertThatThrownBy(() -> new RouteMonitor(settings).observe(Double.NaN)).hasMessageContaining("[0, 1]");
        assertThatThrownBy(() -> RouteMonitor.Settings.of("c", 0.1, 0.2)).hasMessageContaining("not a level");
    }

    @Test
    void driftingScoresAreToldAndStableOnesAreNot() {
        SplittableRandom random = new SplittableRandom(SEED);
        int told = 0;
        int[] delays = new int[20];
        for (int run = 0; run < delays.length; run++) {
            RouteMonitor monitor = new RouteMonitor(RouteMonitor.Settings.of("c", 0.9, 0));
            for (int t = 0; t < 20_000; t++) {
                monitor.seen(1 - Math.pow(random.nextDouble(), 3));
            }
            told += monitor.drifted().isPresent() ? 1 : 0;
            while (monitor.drifted().isEmpty() && delays[run] < 50_000) {
                monitor.seen(1 - Math.pow(random.nextDouble(), 1.5));
                delays[run]++;
            }
            assertThat(monitor.withdrawn()).isEmpty();
        }
        Arrays.sort(delays);
        System.out.printf(
                "seed %d: drift told in %d of 20 stable runs, median delay of a shift %d scores%n",
                SEED, told, delays[10]);
        assertThat(told).isLessThanOrEqualTo(1);
        assertThat(delays[10]).isLessThan(2_000);
    }
}
