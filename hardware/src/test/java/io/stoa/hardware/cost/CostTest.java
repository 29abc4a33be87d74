package io.stoa.hardware.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.Interval;
import io.stoa.model.Score;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CostTest {
    private static final Money NOTHING = Money.of("0", "USD");

    @Test
    void threeDollarsAnHourAtHalfLoadAreOneAndTwoThirdsPerMillion() {
        Money cost = TokenCost.perMillion(Money.of("3.00", "USD"), 1000, 0.5);
        assertThat(cost.toDouble()).isCloseTo(1.6667, within(0.00005));
        assertThat(cost).hasToString("1.667 USD");
    }

    @Test
    void currenciesAreNotMixed() {
        assertThatThrownBy(() -> Money.of("1", "USD").plus(Money.of("1", "EUR")))
                .hasMessageContaining("USD and EUR cannot be set against each other");
        assertThat(Money.of("0.1", "EUR").plus(Money.of("0.2", "EUR")).amount()).isEqualByComparingTo("0.3");
    }

    /** Prompt and answer together cost what the request costs, whatever the split. */
    @Test
    void promptAndAnswerShareTheCostOfARequest() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 1000; i++) {
            int prompt = 1 + random.nextInt(10_000);
            int answer = 1 + random.nextInt(2_000);
            double read = random.nextDouble(0.001, 5);
            double write = random.nextDouble(0.001, 50);
            double load = random.nextDouble(0.01, 1);
            TokenCost.Request cost = TokenCost.request(
                    Money.of("2.5", "USD"),
                    prompt,
                    answer,
                    new Interval(read, 2 * read),
                    new Interval(write, 3 * write),
                    load);
            double parts = cost.perMillionInput().low().toDouble() * prompt / 1e6
                    + cost.perMillionOutput().low().toDouble() * answer / 1e6;
            double whole = 2.5 * (read + write) / 3600 / load;
            assertThat(cost.perRequest().low().toDouble())
                    .as("seed 5, case %d", i)
                    .isCloseTo(whole, within(1e-9 * whole));
            assertThat(parts).isCloseTo(whole, within(1e-9 * whole));
            assertThat(cost.perMillion().high().orElseThrow())
                    .isGreaterThanOrEqualTo(cost.perMillion().low());
        }
    }

    @Test
    void acceptedAnswersCarryTheirIntervalThrough() {
        Score half = Score.wilson(50, 100, 0.95, Score.Stop.EXHAUSTED);
        CostRange cost = TokenCost.perAccepted(CostRange.exactly(Money.of("1", "USD")), half);
        assertThat(cost.low().toDouble()).isCloseTo(1 / half.interval().high(), within(1e-9));
        assertThat(cost.high().orElseThrow().toDouble())
                .isCloseTo(1 / half.interval().low(), within(1e-9));
        Score none = Score.wilson(0, 20, 0.95, Score.Stop.EXHAUSTED);
        assertThat(TokenCost.perAccepted(CostRange.exactly(Money.of("1", "USD")), none)
                        .high())
                .isEmpty();
    }

    @Test
    void energyFollowsFromPowerAndLoad() {
        // 700 W busy, 100 W idle, half the time, PUE 1.2: 480 Wh an hour for 1.8 million tokens.
        Energy energy = new Energy(700, 100, 1.2);
        assertThat(energy.kilowattHours(0.5)).isCloseTo(0.48, within(1e-12));
        assertThat(energy.kilowattHoursPerMillion(1000, 0.5)).isCloseTo(0.48 / 1.8, within(1e-12));
        assertThatThrownBy(() -> new Energy(100, 200, 1)).hasMessageContaining("idle power at most");
    }

    private static OwnMachine own(String purchase, String perKilowattHour, String monthly) {
        return new OwnMachine(
                Money.of(purchase, "USD"),
                NOTHING,
                36,
                new Energy(1000, 1000, 1),
                Money.of(perKilowattHour, "USD"),
                Money.of(monthly, "USD"),
                10);
    }

    @Test
    void ownHardwarePaysOffAfterPurchaseOverSavings() {
        // Running: 730.5 kWh · 0.20 = 146.10; the cloud: 2 · 730.5 = 1461; 13,149 ÷ 1,314.90 = 10 months.
        OwnMachine own = own("13149", "0.20", "0");
        BreakEven result = own.breakEven(new Rent.Cloud(Money.of("2", "USD"), 10, true), 1e6);
        assertThat(result).isInstanceOfSatisfying(BreakEven.After.class, after -> {
            assertThat(after.months()).isCloseTo(10, within(1e-9));
            assertThat(after.requests()).isCloseTo(1e7, within(1.0));
            assertThat(after.withinLife()).isTrue();
        });
    }

    @Test
    void whatRunsDearerThanItsRentNeverPaysOff() {
        BreakEven result = own("100", "0.20", "5000").breakEven(new Rent.Api(Money.of("0.001", "USD")), 1e6);
        assertThat(result)
                .isInstanceOfSatisfying(
                        BreakEven.Never.class,
                        never -> assertThat(never.reason())
                                .contains("5146.10 USD a month")
                                .contains("1000.00 USD"));
        assertThat(own("100000", "0.20", "0").breakEven(new Rent.Api(Money.of("0.0002", "USD")), 1e6))
                .isInstanceOfSatisfying(
                        BreakEven.After.class,
                        after -> assertThat(after.withinLife()).isFalse());
    }

    /** At the volume found the two cost the same, a little more is cheaper and a little less dearer. */
    @Test
    void theBreakEvenVolumeIsWhereBothCostTheSame() {
        SplittableRandom random = new SplittableRandom(9);
        int found = 0;
        for (int i = 0; i < 300; i++) {
            OwnMachine own = own(Integer.toString(1000 + random.nextInt(50_000)), "0.3", "100");
            Rent rent = new Rent.Api(Money.of("1", "USD").times(random.nextDouble(1e-5, 1e-2)));
            if (own.breakEvenVolume(rent) instanceof BreakEven.From(double requests)) {
                found++;
                double own1 = own.withDepreciation(requests).toDouble();
                assertThat(own1)
                        .as("seed 9, case %d", i)
                        .isCloseTo(rent.monthly(requests).toDouble(), within(1e-6 * own1));
                assertThat(own.withDepreciation(requests * 1.01)).isLessThan(rent.monthly(requests * 1.01));
            }
        }
        assertThat(found).isGreaterThan(50);
    }

    @Test
    void moreMachinesAreBoughtWhereOneIsNotEnough() {
        OwnMachine own = own("1000", "0", "10");
        double full = 10 * 3600 * OwnMachine.HOURS_PER_MONTH;
        assertThat(own.machines(full)).isEqualTo(1);
        assertThat(own.machines(full * 2.5)).isEqualTo(3);
        assertThat(own.running(full * 2.5)).hasToString("30.00 USD");
    }
}
