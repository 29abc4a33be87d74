package io.stoa.hardware.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.hardware.cost.CostRange;
import io.stoa.hardware.cost.Money;
import io.stoa.model.Interval;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class TradeoffTest {
    private static final Tradeoff MOST =
            new Tradeoff(0.931, 0.902, OptionalDouble.of(0.958), Optional.of(new Interval(0.040, 0.044)));

    @Test
    void anAnswerHoldsOverTheWholeInterval() {
        assertThat(MOST.quality(0.90)).isEqualTo(Standing.MEETS);
        assertThat(MOST.quality(0.95)).isEqualTo(Standing.UNDECIDED);
        assertThat(MOST.quality(0.96)).isEqualTo(Standing.MISSES);
        assertThat(MOST.cost(0.044)).isEqualTo(Standing.MEETS);
        assertThat(MOST.cost(0.042)).isEqualTo(Standing.UNDECIDED);
        assertThat(MOST.cost(0.01)).isEqualTo(Standing.MISSES);
        assertThat(MOST.both(0.90, 0.05)).isEqualTo(Standing.MEETS);
        assertThat(MOST.both(0.95, 0.05)).isEqualTo(Standing.UNDECIDED);
        assertThat(MOST.both(0.90, 0.01)).isEqualTo(Standing.MISSES);
    }

    @Test
    void unknownIsNeverReadAsGood() {
        Tradeoff open = new Tradeoff(1.2, 0.3, OptionalDouble.empty(), Optional.empty());
        assertThat(open.quality(0.95)).isEqualTo(Standing.UNDECIDED);
        assertThat(open.quality(5)).isEqualTo(Standing.UNDECIDED);
        assertThat(open.cost(100)).isEqualTo(Standing.UNDECIDED);
        assertThat(open.both(0.2, 100)).isEqualTo(Standing.UNDECIDED);
        assertThatThrownBy(() -> new Tradeoff(0.5, 0.6, OptionalDouble.empty(), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCostIsAShareOfAnotherBetweenItsExtremes() {
        CostRange small = CostRange.of(Money.of("1", "EUR"), Money.of("2", "EUR"));
        CostRange large = CostRange.of(Money.of("50", "EUR"), Money.of("100", "EUR"));
        assertThat(small.shareOf(large)).contains(new Interval(0.01, 0.04));
        assertThat(small.shareOf(new CostRange(Money.of("1", "EUR"), Optional.empty())))
                .isEmpty();
        assertThat(small.shareOf(CostRange.exactly(Money.of("0", "EUR")))).isEmpty();
        assertThatThrownBy(() -> small.shareOf(CostRange.exactly(Money.of("1", "USD"))))
                .hasMessageContaining("one currency");
    }
}
