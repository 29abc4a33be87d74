package io.stoa.edge.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.hardware.cost.CostRange;
import io.stoa.hardware.plan.Standing;
import io.stoa.model.Interval;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a fleet's file to its plan. */
class FleetPlanTest {
    static final String MODELS = """
        models:
          - name: Llama 3.2 3B
            shape: {architecture: llama, layers: 28, width: 3072, heads: 24, kv-heads: 8, feed-forward: 8192,
                    vocabulary: 128256, tied: true}
            quantizations: [{name: Q8_0, size: 3422 MB}, {name: Q4_K_M, size: 2019 MB}]
          - name: Llama 3.2 1B
            shape: {architecture: llama, layers: 16, width: 2048, heads: 32, kv-heads: 8, feed-forward: 8192,
                    vocabulary: 128256, tied: true}
            quantizations: [{name: Q4_K_M, bits: 5.23}]
        """;

    @TempDir
    private Path folder;

    private Fleet read(String text) throws IOException {
        return FleetYaml.read(Files.writeString(folder.resolve("fleet.yaml"), text), DeviceCatalogue.shipped());
    }

    private FleetPlan plan(String text) throws IOException {
        return FleetPlan.of(read(text));
    }

    @Test
    void eachClassGetsTheFirstModelThatSurelyDoes() throws IOException {
        FleetPlan plan = plan("""
            workload: {prompt-tokens: 100, answer-tokens: 100, context: 4096, least-tokens-per-second: 2}
            %s
            devices:
              - {name: kiosk, like: Raspberry Pi 5 8GB, count: 40}
              - {name: old, like: Raspberry Pi 4 4GB, count: 10}
              - {name: tablet, like: 'Phone, Apple A17 Pro, 8GB', count: 5}
            """.formatted(MODELS));
        FleetPlan.ClassPlan kiosk = plan.classes().getFirst();
        // 3B in Q8_0: bound 4.4, 1.4 to 2.6 tokens/s: perhaps; in Q4_K_M 2.5 at least.
        assertThat(kiosk.placements().getFirst().standing()).isEqualTo(Standing.UNDECIDED);
        assertThat(kiosk.placements().getFirst().reasons().getFirst()).startsWith("perhaps too slow: ");
        assertThat(kiosk.chosen().orElseThrow().model().label()).isEqualTo("Llama 3.2 3B Q4_K_M");
        FleetPlan.ClassPlan old = plan.classes().get(1);
        assertThat(old.placements().getFirst().standing()).isEqualTo(Standing.MISSES);
        assertThat(old.chosen().orElseThrow().model().label()).isEqualTo("Llama 3.2 1B Q4_K_M");
        FleetPlan.ClassPlan tablet = plan.classes().get(2);
        assertThat(tablet.standing()).isEqualTo(Standing.UNDECIDED);
        assertThat(tablet.chosen().orElseThrow().reasons().getFirst())
                .contains("its speed is not known: the bandwidth of tablet is not known");
        assertThat(tablet.chosen().orElseThrow().speed().bound()).isEmpty();
        assertThat(plan.standing()).isEqualTo(Standing.UNDECIDED);
        assertThat(plan.cost().month()).isEmpty();
        assertThat(plan.cost().unknown()).contains("the cost of kiosk is not known: give its price");
    }

    @Test
    void whatDoesNotFitNamesItsPartsAndTheContextThatWould() throws IOException {
        FleetPlan plan = plan("""
            workload: {prompt-tokens: 100, answer-tokens: 100, context: 32768}
            %s
            devices:
              - {name: board, like: Raspberry Pi 5 4GB, count: 1}
            """.formatted(MODELS));
        Placement three = plan.classes().getFirst().placements().get(1);
        Fit.TooLarge large = (Fit.TooLarge) three.fit();
        assertThat(large.reason())
                .contains("keys and values of 32768 tokens 3.50 GiB")
                .contains("the device has 3.50 GiB beside 512.0 MiB for its system");
        int longest = large.longestContext().orElseThrow();
        assertThat(longest).isBetween(6000, 14_000);
        assertThat(three.reasons().getFirst()).contains("a context of " + longest + " tokens would fit");
        DeviceClass board = plan.fleet().devices().getFirst();
        assertThat(Fit.of(three.model(), board, withContext(plan.fleet().workload(), longest)))
                .isNotInstanceOf(Fit.TooLarge.class);
        assertThat(Fit.of(three.model(), board, withContext(plan.fleet().workload(), longest + 256)))
                .isNotInstanceOf(Fit.Fits.class);
    }

    private static Workload withContext(Workload workload, int context) {
        return new Workload(
                workload.promptTokens(),
                workload.answerTokens(),
                context,
                workload.sequences(),
                workload.cacheType(),
                workload.flashAttention(),
                workload.requestsPerDay(),
                workload.leastTokensPerSecond());
    }

    @Test
    void aSmallerCacheTypeMakesRoom() throws IOException {
        String text = """
            workload: {prompt-tokens: 100, answer-tokens: 100, context: 32768, kv-type: %s}
            %s
            devices: [{name: board, like: Raspberry Pi 5 8GB, count: 1}]
            """;
        Fit.Fits wide = (Fit.Fits) plan(text.formatted("F16", MODELS))
                .classes()
                .getFirst()
                .placements()
                .get(1)
                .fit();
        Fit.Fits narrow = (Fit.Fits) plan(text.formatted("Q8_0", MODELS))
                .classes()
                .getFirst()
                .placements()
                .get(1)
                .fit();
        assertThat((double) narrow.parts().keysAndValues().count()
                        / wide.parts().keysAndValues().count())
                .isCloseTo(8.5 / 16, within(1e-9));
    }

    @Test
    void unknownStaysUnknown() throws IOException {
        FleetPlan plan = plan("""
            workload: {prompt-tokens: 100, answer-tokens: 100}
            models:
              - {name: Strange, quantizations: [{name: Q4, size: 2 GB}, {name: Q8, size: 9 GB}]}
            devices: [{name: board, like: Raspberry Pi 5 8GB, count: 1}]
            """);
        Placement small = plan.classes().getFirst().placements().getFirst();
        assertThat(small.fit()).isInstanceOf(Fit.Unknown.class);
        assertThat(small.standing()).isEqualTo(Standing.UNDECIDED);
        assertThat(small.speed()).isInstanceOf(DecodeSpeed.Unknown.class);
        assertThat(small.speed().bound().orElseThrow()).isCloseTo(8.55, within(1e-9));
        assertThat(small.energy()).isEmpty();
        Placement large = plan.classes().getFirst().placements().get(1);
        assertThat(large.fit()).isInstanceOf(Fit.TooLarge.class);
        assertThat(((Fit.TooLarge) large.fit()).longestContext()).isEqualTo(OptionalInt.empty());
        assertThat(plan.standing()).isEqualTo(Standing.UNDECIDED);
    }

    @Test
    void energyIsPowerByTime() throws IOException {
        FleetPlan plan = plan("""
            workload: {prompt-tokens: 100, answer-tokens: 100, requests-per-day: 100}
            %s
            devices: [{name: board, like: Raspberry Pi 5 8GB, count: 1}]
            """.formatted(MODELS));
        Placement placement = plan.classes().getFirst().chosen().orElseThrow();
        DecodeSpeed.Estimated speed = (DecodeSpeed.Estimated) placement.speed();
        EnergyUse energy = placement.energy().orElseThrow();
        assertThat(energy.joulesPerToken().high())
                .isCloseTo(11 / speed.tokensPerSecond().low(), within(1e-9));
        // Idle all day is 0.096 kWh, under load all day 0.264.
        Interval day = energy.kilowattHoursPerDay().orElseThrow();
        assertThat(day.low()).isBetween(0.096, day.high());
        assertThat(day.high()).isLessThan(0.264);
        double busy = 100 * speed.requestSeconds(plan.fleet().workload()).high() / 86_400;
        assertThat(day.high()).isCloseTo(0.024 * (4 + 7 * busy), within(1e-9));
    }

    /** Five thousand tokens of prompt took a quarter of an hour on the board, for 3B models. */
    @Test
    void aLongPromptTakesMinutes() throws IOException {
        FleetPlan plan = plan("""
            workload: {prompt-tokens: 5000, answer-tokens: 100}
            %s
            devices: [{name: board, like: Raspberry Pi 5 8GB, count: 1}]
            """.formatted(MODELS));
        DecodeSpeed.Estimated speed = (DecodeSpeed.Estimated)
                plan.classes().getFirst().placements().get(1).speed();
        assertThat(speed.promptSeconds().contains(900)).isTrue();
    }

    @Test
    void whatTheDayAsksForIsHeldAgainstTheDay() throws IOException {
        String text = """
            workload: {prompt-tokens: 50, answer-tokens: 200, requests-per-day: %s}
            %s
            devices: [{name: board, like: Raspberry Pi 5 8GB, count: 1}]
            """;
        assertThat(plan(text.formatted("100", MODELS)).standing()).isEqualTo(Standing.MEETS);
        FleetPlan busy = plan(text.formatted("20000", MODELS));
        assertThat(busy.standing()).isEqualTo(Standing.MISSES);
        assertThat(busy.classes().getFirst().placements().getFirst().reasons().getFirst())
                .startsWith("cannot do the work: 2.000e+04 requests a day would keep it busy");
        assertThat(busy.cost().unknown().getFirst()).contains("no model runs on it");
    }

    @Test
    void theFleetCostsLossOfValueAndEnergyBesideAServer() throws IOException {
        FleetPlan plan = plan("""
            workload: {prompt-tokens: 100, answer-tokens: 100, requests-per-day: 200}
            %s
            devices:
              - {name: kiosk, like: Raspberry Pi 5 8GB, count: 100,
                 price: {amount: 96 EUR, date: 2026-11-01, source: made up}}
            electricity: {amount: 0.30 EUR, date: 2026-11-01, source: made up}
            lifetime-months: 48
            server:
              name: cloud
              input-per-million: {amount: 0.50 EUR, date: 2026-11-01, source: made up}
              output-per-million: {amount: 1.50 EUR, date: 2026-11-01, source: made up}
            """.formatted(MODELS));
        CostRange month = plan.cost().month().orElseThrow();
        // 2 EUR of value and 0.1 to 0.26 kWh a day of each.
        assertThat(month.low().toDouble()).isBetween(200 + 100 * 30.4 * 0.096 * 0.30, 300.0);
        assertThat(month.high().orElseThrow().toDouble()).isBetween(month.low().toDouble(), 450.0);
        double requests = 200 * 30.4375 * 100;
        assertThat(plan.cost().serverMonth().orElseThrow().low().toDouble())
                .isCloseTo(requests * (100 * 0.5 + 100 * 1.5) / 1e6, within(1e-6));
        Interval share = plan.cost().ofServer().orElseThrow();
        assertThat(share.low())
                .isCloseTo(
                        month.low()
                                .dividedBy(
                                        plan.cost().serverMonth().orElseThrow().low()),
                        within(1e-9));
        assertThat(plan.cost().unknown()).isEmpty();
        assertThat(plan.fleet().prices()).hasSize(4);
    }

    @Test
    void aServerByTheHourIsSplitByItsTime() throws IOException {
        Fleet fleet = read("""
            workload: {prompt-tokens: 1000, answer-tokens: 100}
            %s
            devices: [{name: board, like: Raspberry Pi 5 8GB, count: 1}]
            server: {name: L4, hourly: {amount: 0.72 USD, date: 2026-11-01, source: made up}, prompt: [1000, 2000],
                     generation: [100], utilisation: 0.5}
            """.formatted(MODELS));
        CostRange cost = fleet.server().orElseThrow().perRequest(fleet.workload());
        // 0.0004 USD a second in use: 0.5 or 1 s and 1 s.
        assertThat(cost.low().toDouble()).isCloseTo(0.0006, within(1e-12));
        assertThat(cost.high().orElseThrow().toDouble()).isCloseTo(0.0008, within(1e-12));
    }

    @Test
    void everythingWrongIsToldAtOnceWithItsLine() {
        assertThatThrownBy(() -> read("""
            workload: {prompt-tokens: 100, answer-tokens: 100, context: 150}
            models:
              - {name: none}
              - {name: bits only, quantizations: [{name: Q4, bits: 4.5}]}
              - {name: both, quantizations: [{name: Q4, bits: 4.5, size: 2 GB}]}
              - {name: heads, shape: {architecture: llama, layers: 2, width: 64, heads: 3, kv-heads: 2,
                 feed-forward: 128, vocabulary: 100}, quantizations: [{name: Q8, bits: 8}]}
              - {name: gone, file: gone.gguf}
            devices:
              - {name: board, like: Raspberry Pi 5 8GB, count: 1}
            """))
                .hasMessageContaining("fleet.yaml:1:61: a context of 150 tokens does not hold")
                .hasMessageContaining("fleet.yaml:3:5: none: give a file, or quantizations")
                .hasMessageContaining("fleet.yaml:4:")
                .hasMessageContaining("fleet.yaml:5:")
                .hasMessageContaining("fleet.yaml:6:")
                .hasMessageContaining("fleet.yaml:8:")
                .hasMessageContaining("gone.gguf does not exist");
        assertThatThrownBy(() -> read("""
            workload: {prompt-tokens: 100, answer-tokens: 100}
            models: [{name: it, quantizations: [{name: Q, size: 2 GB}]}]
            devices:
              - {name: a, like: Raspberry Pi 6, count: 1}
              - {name: b, like: Raspberry Pi 5 8GB, count: 1, memory: 8 MB}
              - {name: c, like: Raspberry Pi 5 8GB, count: 1, bandwidth: 999999 GB/s}
              - {name: d, count: 1}
              - {name: e, like: Raspberry Pi 5 8GB, count: 1, price: {amount: 8 XYZ, date: 2026-11-31, source: s}}
              - {name: f, like: Raspberry Pi 5 8GB, count: 1, power: {busy: 5 W, idle: 6 W}}
              - {name: g, memory: 1 GiB, reserve: 2 GiB, count: 1}
            """))
                .hasMessageContaining("fleet.yaml:4:21: the device Raspberry Pi 6 is not in the catalogue")
                .hasMessageContaining("fleet.yaml:5:59: not believed: a small device has between")
                .hasMessageContaining("fleet.yaml:6:62: not believed: such memory gives")
                .hasMessageContaining("fleet.yaml:7:5: d: say its memory")
                .hasMessageContaining("fleet.yaml:8:")
                .hasMessageContaining("fleet.yaml:9:")
                .hasMessageContaining("fleet.yaml:10:");
        assertThatThrownBy(() -> read("""
            workload: {prompt-tokens: 100, answer-tokens: 100}
            models: [{name: it, quantizations: [{name: Q, size: 2 GB}]}]
            devices:
              - {name: a, like: Raspberry Pi 5 8GB, count: 1, price: {amount: 8 EUR, date: 2026-11-01, source: s}}
            electricity: {amount: 1 USD, date: 2026-11-01, source: s}
            """)).hasMessageContaining("in several currencies");
    }

    @Test
    void impossibleTimingsAreRefusedAndOwnOnesNarrowTheInterval() throws IOException {
        String text = """
            workload: {prompt-tokens: 50, answer-tokens: 50}
            %s
            devices:
              - name: board
                like: 'N100 mini PC, DDR5, 16GB'
                count: 3
                measured:
                  - source: our bench
                    engine: stoa engine
                    rows:
                      - {model: Llama 3.2 3B, quantization: Q4_K_M, tokens-per-second: %s}
                      - {model: other, read: 808 MB, tokens-per-second: 26}
            """;
        DeviceClass board = read(text.formatted(MODELS, "11")).devices().getFirst();
        assertThat(board.measured()).hasSize(2);
        BandwidthShare share =
                BandwidthShare.of(board.measured(), board.bandwidth().orElseThrow());
        assertThat(share.interval().width()).isLessThan(0.6);
        assertThat(share.expected().orElseThrow()).isBetween(0.5, 0.6);
        assertThatThrownBy(() -> read(text.formatted(MODELS, "21")))
                .hasMessageContaining("fleet.yaml:20:")
                .hasMessageContaining("impossible as measured (bandwidth)");
        // A larger model than the board has memory for was not timed there.
        assertThatThrownBy(() -> read(text.formatted(MODELS, "11").replace("808 MB", "28 GB")))
                .hasMessageContaining("impossible as measured (memory)");
    }

    @Test
    void theCatalogueSaysOfEachFigureHowItIsKnown() {
        DeviceCatalogue catalogue = DeviceCatalogue.shipped();
        assertThat(catalogue.all()).hasSizeGreaterThanOrEqualTo(16);
        for (DeviceClass device : catalogue.all()) {
            assertThat(device.known().values())
                    .allMatch(known -> known.matches("(declared|measured|assumed): \\S.*"), device.name());
            assertThat(device.known()).containsKeys("memory", "reserve");
            assertThat(device.known().containsKey("bandwidth"))
                    .isEqualTo(device.bandwidth().isPresent());
            assertThat(device.known().containsKey("power"))
                    .isEqualTo(device.power().isPresent());
            device.accelerator().ifPresent(each -> assertThat(each.sentence()).contains("processor only"));
        }
        assertThatThrownBy(() -> DeviceCatalogue.parse(
                        Path.of("devices.yaml"),
                        "devices:\n  - {name: x, memory: 1 GiB, reserve: 256 MiB, known: {memory: 'declared: y'}}\n"))
                .hasMessageContaining("devices.yaml:2:5: known does not say how reserve is known");
    }

    /** Whatever is written, it is planned or refused as the user's. */
    @Test
    void scrambledFilesAreRefusedWithAPlace() throws IOException {
        String good = """
            workload: {prompt-tokens: 100, answer-tokens: 100, requests-per-day: 20}
            %s
            devices:
              - {name: kiosk, like: Raspberry Pi 5 8GB, count: 100,
                 price: {amount: 96 EUR, date: 2026-11-01, source: made up}, power: {busy: 9 W, idle: 3 W}}
            electricity: {amount: 0.30 EUR, date: 2026-11-01, source: made up}
            lifetime-months: 48
            """.formatted(MODELS);
        SplittableRandom random = new SplittableRandom(7);
        List<String> odd =
                List.of("", "0", "-1", "1e999", "NaN", "[", "{", ": ", "\n", "99999999999", "MB", "&a", "*a");
        int planned = 0;
        for (int trial = 0; trial < 300; trial++) {
            List<String> words = new ArrayList<>(List.of(good.split("(?<=[ ,:])", -1)));
            words.set(random.nextInt(words.size()), odd.get(random.nextInt(odd.size())));
            try {
                plan(String.join("", words));
                planned++;
            } catch (StoaException e) {
                assertThat(e.kind()).as("seed 7, trial " + trial).isEqualTo(StoaException.Kind.USER);
                assertThat(e.getMessage()).contains("fleet.yaml");
            }
        }
        assertThat(planned).isBetween(1, 250);
    }
}
