package io.stoa.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.Gate.Outcome;
import io.stoa.model.Score.Stop;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class GateTest {
    @Test
    void theIntervalDecides() {
        Gate gate = new Gate(0.9);

        assertThat(gate.decide(score(98, 100))).isEqualTo(Outcome.PASSES);
        assertThat(gate.decide(score(70, 100))).isEqualTo(Outcome.FAILS);
        assertThat(gate.decide(score(92, 100))).isEqualTo(Outcome.UNDECIDED);
    }

    @Test
    void perfectIsNeverProven() {
        assertThat(new Gate(1).decide(score(500, 500))).isEqualTo(Outcome.UNDECIDED);
        assertThat(new Gate(1).decide(score(499, 500))).isEqualTo(Outcome.FAILS);
        assertThat(new Gate(1).itemsToDecide(score(500, 500))).isEmpty();
    }

    @Test
    void saysHowManyItemsWouldDecide() {
        Gate gate = new Gate(0.9);
        Score now = score(92, 100);

        int needed = gate.itemsToDecide(now).orElseThrow();

        assertThat(needed).isGreaterThan(100);
        assertThat(gate.decide(score((int) Math.ceil(0.92 * needed), needed))).isEqualTo(Outcome.PASSES);
        assertThat(gate.decide(score((int) Math.floor(0.92 * (needed - 30)), needed - 30)))
                .isEqualTo(Outcome.UNDECIDED);
    }

    @Test
    void aScoreOnItsGateIsNeverDecided() {
        assertThat(new Gate(0.9).itemsToDecide(score(90, 100))).isEqualTo(OptionalInt.empty());
    }

    @Test
    void refusesWhatIsNoShare() {
        assertThatThrownBy(() -> new Gate(0)).hasMessageContaining("0.0");
        assertThatThrownBy(() -> new Gate(1.01)).hasMessageContaining("1.01");
    }

    private static Score score(int right, int n) {
        return Score.wilson(right, n, 0.95, Stop.EXHAUSTED);
    }
}
