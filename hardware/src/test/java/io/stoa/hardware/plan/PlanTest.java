package io.stoa.hardware.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.hardware.cost.BreakEven;
import io.stoa.hardware.cost.CostRange;
import io.stoa.hardware.cost.Money;
import io.stoa.hardware.input.YamlPart;
import io.stoa.hardware.machine.MachineCatalogue;
import io.stoa.hardware.machine.MachineType;
import io.stoa.model.Interval;
import io.stoa.model.Score;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanTest {
    private static final String MODELS = """
        models:
          - {name: 8B, parameters: 8.03e9, layers: 32, width: 4096, kv-heads: 8, key-length: 128,
             quantizations: [{name: Q4_K_M, bits: 4.8944}, {name: Q6_K, bits: 6.56}, {name: Q8_0, bits: 8.5}, {name: F16, bits: 16}]}
          - {name: 70B, parameters: 70.6e9, layers: 80, width: 8192, kv-heads: 8, key-length: 128,
             quantizations: [{name: Q4_K_M, bits: 4.8}, {name: Q6_K, bits: 6.56}, {name: Q8_0, bits: 8.5}, {name: F16, bits: 16}]}
          - {name: 30B-A3B, parameters: 30.5e9, active-parameters: 3.3e9, experts: 128, used-experts: 8, layers: 48, width: 2048, kv-heads: 4, key-length: 128,
             quantizations: [{name: Q4_K_M, bits: 4.8}, {name: Q6_K, bits: 6.56}, {name: Q8_0, bits: 8.5}, {name: F16, bits: 16}]}
          - {name: 1B, parameters: 1.24e9, layers: 16, width: 2048, kv-heads: 8, key-length: 64,
             quantizations: [{name: Q4_K_M, bits: 4.8944}, {name: Q6_K, bits: 6.56}, {name: Q8_0, bits: 8.5}, {name: F16, bits: 16}]}
        """;

    private static final String REST = """
        machines:
          - {name: rented L4, like: L4, hourly-per-device: {amount: 0.80 USD, date: 2026-11-01, source: made up}}
          - {name: rented 4090, like: RTX 4090, hourly-per-device: {amount: 0.69 USD, date: 2026-11-01, source: made up}}
          - {name: rented H100, like: H100 SXM, hourly-per-device: {amount: 2.99 USD, date: 2026-11-01, source: made up}}
        on: [rented L4, rented 4090, rented H100, A100 SXM 80GB, H200 SXM, B200, MI300X, L40S, Apple M4 Max, EPYC 9654]
        contexts: [2048, 4096, 8192, 16384, 32768]
        concurrency: [1, 4, 8, 16, 64]
        parallelism: [1, tensor 2, pipeline 2]
        workload: {prompt-tokens: 1000, answer-tokens: 200, time-to-first-token: 1 s, time-per-output-token: 50 ms}
        utilisation: 0.5
        """;

    @TempDir
    private Path folder;

    private FitPlan plan(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("plan.yaml"), text);
        return FitPlan.read(file, MachineCatalogue.shipped());
    }

    @Test
    void tenThousandCombinationsTakeLessThanASecond() throws IOException {
        FitPlan plan = plan(MODELS + REST);
        assertThat(plan.cells()).isEqualTo(12_000);
        // Processor time, so that it holds on a busy machine, too.
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        long before = clock.getCurrentThreadCpuTime();
        FitSearch.Result result = FitSearch.search(plan);
        double seconds = (clock.getCurrentThreadCpuTime() - before) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%d combinations in %.3f s of processor time: %s%n",
                result.cells(),
                seconds,
                result.counts());
        assertThat(result.cells()).isEqualTo(12_000);
        assertThat(seconds).isLessThan(1);
        assertThat(result.count(FitSearch.Outcome.UNKNOWN)).isPositive();
        assertThat(result.unknown()).containsKey("the 16-bit peak of Apple M4 Max is not known");
        assertThat(result.unknown().values().stream()
                        .mapToInt(Integer::intValue)
                        .sum())
                .isEqualTo(result.count(FitSearch.Outcome.UNKNOWN));
        List<FitSearch.Cell> sure = result.found().stream()
                .filter(cell -> cell.outcome() == FitSearch.Outcome.MEETS)
                .toList();
        assertThat(sure).hasSize(result.count(FitSearch.Outcome.MEETS)).isNotEmpty();
        assertThat(sure).allSatisfy(cell -> {
            assertThat(cell.memory().high())
                    .isLessThanOrEqualTo((double) cell.machine().memory().count());
            assertThat(cell.speed().timeToFirstToken().high()).isLessThanOrEqualTo(1);
            assertThat(cell.speed().timePerOutputToken().high()).isLessThanOrEqualTo(0.05);
        });
        List<Double> costs = sure.stream()
                .flatMap(cell -> cell.perMillion().stream())
                .map(cost -> cost.high().orElseThrow().toDouble())
                .toList();
        assertThat(costs).isNotEmpty().isSorted();
    }

    @Test
    void aModelFileIsPlannedByItsHeader() throws IOException {
        Path model = Path.of("../examples/quickstart/models/mini.gguf")
                .toAbsolutePath()
                .normalize();
        FitPlan plan = plan("""
            models:
              - {name: mini, file: "%s", quantizations: [{name: Q4_0, bits: 4.5}]}
            on: [L4]
            contexts: [256, 512]
            concurrency: [1, 2]
            workload: {prompt-tokens: 100, answer-tokens: 20}
            """.formatted(model));
        FitSearch.Result result = FitSearch.search(plan);
        assertThat(result.cells()).isEqualTo(8);
        // Its weights fit the cache of an L4, so nothing is claimed about its speed.
        assertThat(result.unknown().keySet())
                .allSatisfy(reason -> assertThat(reason).contains("fits the cache of L4, so bandwidth says nothing"));
    }

    @Test
    void brokenPlansNameTheirLine() {
        assertThatThrownBy(() -> plan(MODELS + REST.replace("on: [rented L4", "on: [rented L5")))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("plan.yaml:14:5: on: rented L5")
                .hasMessageContaining("is not in the catalogue");
        assertThatThrownBy(() -> plan(MODELS + REST.replace("[2048,", "[512,")))
                .hasMessageContaining("a context of 512 tokens does not hold a prompt of 1000");
        assertThatThrownBy(() -> plan(MODELS.replace("active-parameters: 3.3e9", "active-parameters: 33e9") + REST))
                .hasMessageContaining("is not between");
        assertThatThrownBy(() -> plan(MODELS + REST.replace("tensor 2", "ring 2")))
                .hasMessageContaining("'ring 2' is not a number of devices");
        assertThatThrownBy(() -> plan(MODELS + REST.replace("0.69 USD", "0.69 EUR")))
                .hasMessageContaining("several currencies");
        String measured = "efficiency: [{machine: %s, bandwidth: [0.6, 0.7], compute: [0.3, 0.4], basis: ours}]\n";
        assertThatThrownBy(() -> plan(MODELS + REST + measured.formatted("L5")))
                .hasMessageContaining("machine: L5 is not in the catalogue");
        assertThatThrownBy(() -> plan(MODELS + REST + measured.formatted("RTX 3090")))
                .hasMessageContaining("machine: RTX 3090 is not one of the machines in on");
        String twice = "efficiency: [{machine: L40S, bandwidth: [0.6, 0.7], compute: [0.3, 0.4], basis: ours},"
                + " {machine: l40s, bandwidth: [0.6, 0.7], compute: [0.3, 0.4], basis: ours}]\n";
        assertThatThrownBy(() -> plan(MODELS + REST + twice)).hasMessageContaining("machine: L40S is here twice");
    }

    @Test
    void measuredSharesAreFoundHoweverTheMachineIsSpelt() throws IOException {
        FitPlan plan = plan(MODELS + REST.replace("L40S", "l40s") + """
            efficiency:
              - {machine: l-40s, bandwidth: [0.6, 0.7], compute: [0.3, 0.4], basis: ours}
              - {machine: Rented L4, bandwidth: [0.5, 0.6], compute: [0.3, 0.4], basis: ours}
            """);
        assertThat(plan.machines())
                .filteredOn(machine -> plan.efficiency(machine).basis().equals("ours"))
                .extracting(MachineType::name)
                .containsExactly("rented L4", "L40S");
    }

    private static ParetoFront.Option option(String name, double cost, Interval quality, Interval latency) {
        return new ParetoFront.Option(
                name, CostRange.exactly(Money.of("1", "USD").times(cost)), quality, latency);
    }

    @Test
    void onlyWhatIsSurelyWorseLeavesTheFront() {
        Interval good = new Interval(0.8, 0.9);
        Interval overlapping = new Interval(0.75, 0.85);
        Interval bad = new Interval(0.5, 0.6);
        Interval time = new Interval(1, 1);
        assertThat(ParetoFront.of(List.of(
                                option("cheap good", 1, good, time),
                                option("dear overlapping", 2, overlapping, time),
                                option("dear bad", 2, bad, time)))
                        .stream()
                        .map(ParetoFront.Option::name))
                .containsExactly("cheap good", "dear overlapping");
    }

    /** Nothing on the front is dominated, all that is left out is, and twins both stay. */
    @Test
    void theFrontIsWhatItSaysOfRandomOptions() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 200; round++) {
            List<ParetoFront.Option> options = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                double quality = random.nextDouble();
                double time = random.nextDouble();
                options.add(option(
                        "o" + i,
                        1 + random.nextInt(5),
                        new Interval(quality, quality + random.nextDouble(0, 0.2)),
                        new Interval(time, time + random.nextDouble(0, 0.2))));
            }
            List<ParetoFront.Option> front = ParetoFront.of(options);
            assertThat(front).as("seed 3, round %d", round).isNotEmpty();
            for (ParetoFront.Option option : options) {
                boolean dominated = front.stream().anyMatch(other -> other.dominates(option));
                assertThat(dominated).isEqualTo(!front.contains(option));
            }
        }
    }

    private static final String TIERS = """
        latency: 5 s
        reference: big
        tasks:
          - {name: triage, share: 0.7, gate: 0.85}
          - {name: contracts, share: 0.3, gate: 0.9}
        tiers:
          - name: small
            per-request: {amount: 0.001 USD, date: 2026-11-01, source: made up}
            latency: [0.4 s, 900 ms]
            acceptance: {triage: {right: 186, of: 200}, contracts: {right: 120, of: 200}}
          - name: middle
            per-request: {amount: 0.0001 USD, date: 2026-11-01, source: made up}
            latency: 1 s
            excluded: its licence does not allow this use
            acceptance: {triage: {right: 200, of: 200}}
          - name: big
            per-request: {amount: 0.01 USD, date: 2026-11-01, source: made up}
            latency: [2 s, 4 s]
            acceptance: {triage: {right: 195, of: 200}, contracts: {right: 960, of: 1000}}
        """;

    @Test
    void eachTaskGoesToTheCheapestTierThatSurelyPasses() {
        TierFile file = TierFile.read(YamlPart.parse("t.yaml", TIERS));
        HybridPlan plan = file.plan();
        assertThat(plan.share("small")).isEqualTo(0.7);
        assertThat(plan.share("big")).isEqualTo(0.3);
        // 0.7 · 0.001 + 0.3 · 0.01 = 0.0037 instead of 0.01.
        assertThat(plan.perRequest().orElseThrow().low().toDouble()).isCloseTo(0.0037, within(1e-12));
        assertThat(plan.saved().orElseThrow().low()).isCloseTo(0.63, within(1e-12));
        assertThat(plan.assignments().getFirst().reasons())
                .containsEntry("middle", "excluded: its licence does not allow this use")
                .containsEntry("big", "passes, and costs more");
        assertThat(plan.assignments().getLast().reasons().get("small")).contains("below the gate of 90.0 %");
        assertThat(ParetoFront.of(file.options()))
                .extracting(ParetoFront.Option::name)
                .containsExactly("small", "big");
    }

    @Test
    void whatIsNotDecidedIsNotServed() {
        HybridPlan plan = TierFile.read(
                        YamlPart.parse("t.yaml", TIERS.replace("right: 960, of: 1000", "right: 92, of: 100")))
                .plan();
        assertThat(plan.assignments().getLast().standing()).isEqualTo(Standing.UNDECIDED);
        assertThat(plan.assignments().getLast().tier()).isEmpty();
        assertThatThrownBy(() -> TierFile.read(YamlPart.parse("t.yaml", TIERS.replace("share: 0.7", "share: 0.6")))
                        .plan())
                .hasMessageContaining("the shares of the tasks sum up to 0.9");
    }

    /** More evidence against a tier never gives it more to serve. */
    @Test
    void fewerRightAnswersNeverServeMore() {
        SplittableRandom random = new SplittableRandom(17);
        for (int round = 0; round < 500; round++) {
            int right = 1 + random.nextInt(199);
            HybridPlan better = two(right);
            HybridPlan worse = two(right - 1);
            assertThat(worse.share("small")).as("seed 17, round %d", round).isLessThanOrEqualTo(better.share("small"));
        }
    }

    private static HybridPlan two(int right) {
        List<HybridPlan.Task> tasks = List.of(new HybridPlan.Task("t", 1, 0.5));
        HybridPlan.Tier small = tier("small", right, "1");
        return HybridPlan.of(tasks, List.of(small, tier("big", 200, "2")), OptionalDouble.empty(), Optional.of("big"));
    }

    private static HybridPlan.Tier tier(String name, int right, String cost) {
        return new HybridPlan.Tier(
                name,
                Map.of("t", Score.wilson(right, 200, 0.95, Score.Stop.EXHAUSTED)),
                CostRange.exactly(Money.of(cost, "USD")),
                new Interval(1, 1),
                Optional.empty());
    }

    @Test
    void aCascadePaysForBothWhereItEscalates() {
        CostRange one = CostRange.exactly(Money.of("1", "USD"));
        CostRange ten = CostRange.exactly(Money.of("10", "USD"));
        Score most = Score.wilson(800, 1000, 0.95, Score.Stop.EXHAUSTED);
        HybridPlan.Cascade cascade = HybridPlan.Cascade.of(one, ten, most.interval());
        assertThat(cascade.leastAccepted()).isCloseTo(0.1, within(1e-12));
        assertThat(cascade.perRequest().low().toDouble())
                .isCloseTo(1 + 10 * (1 - most.interval().high()), within(1e-9));
    }

    @Test
    void aSheetOfCostsAddsUp() {
        CostSheet.Result result = CostSheet.parse("s.yaml", """
            request: {prompt-tokens: 1000, answer-tokens: 200}
            speed: {prompt: [8000, 10000], generation: 1000}
            utilisation: 0.5
            hourly: {amount: 3.00 USD, date: 2026-11-01, source: made up}
            acceptance: {right: 180, of: 200}
            energy: {busy: 700 W, idle: 100 W, pue: 1.2, per-kwh: {amount: 0.30 USD, date: 2026-11-01, source: made up}}
            own: {purchase: {amount: 30000 USD, date: 2026-11-01, source: made up}, lifetime-months: 36}
            api: {input-per-million: {amount: 0.50 USD, date: 2026-11-01, source: made up},
                  output-per-million: {amount: 1.50 USD, date: 2026-11-01, source: made up}}
            requests-per-month: 3000000
            """).result();
        assertThat(result.perMillionGenerated().low().toDouble()).isCloseTo(1.6667, within(0.00005));
        // (1000/8000 + 200/1000) s at 3 USD an hour, half of it paid for nothing.
        assertThat(result.request().perRequest().high().orElseThrow().toDouble())
                .isCloseTo(0.325 * 3 / 3600 / 0.5, within(1e-9));
        assertThat(result.apiRequest().orElseThrow().toDouble()).isCloseTo(0.0008, within(1e-12));
        assertThat(result.perAccepted().orElseThrow().low())
                .isGreaterThan(result.request().perRequest().low());
        assertThat(result.againstApi().orElseThrow()).isInstanceOf(BreakEven.After.class);
        assertThatThrownBy(() -> CostSheet.parse(
                        "s.yaml", "request: {prompt-tokens: 1, answer-tokens: 1}\nspeed: {prompt: 1, generation: 0}"))
                .hasMessageContaining("s.yaml:2:");
    }
}
