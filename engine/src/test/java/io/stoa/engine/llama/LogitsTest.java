package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.StoaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LogitsTest {
    @Test
    void probabilitiesSumToOneWhateverTheScale() {
        for (float offset : new float[] {0, 1e4f, -1e4f}) {
            Logits logits = new Logits(new float[] {offset, offset + 1, offset + 2});
            double normalizer = logits.logNormalizer();
            double sum = 0;
            for (int token = 0; token < 3; token++) {
                sum += Math.exp(logits.logProbability(token, normalizer));
            }
            assertThat(sum).isCloseTo(1, within(1e-9));
            // e² / (1 + e + e²)
            assertThat(Math.exp(logits.logProbability(2, normalizer))).isCloseTo(0.665240956, within(1e-8));
        }
    }

    @Test
    void ofEqualsTheLowestTokenIsTheMostLikely() {
        assertThat(new Logits(new float[] {1, 3, 3, Float.NEGATIVE_INFINITY}).mostLikely())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void refusesWhatIsNotFinite(float bad) {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> new Logits(new float[] {1, bad, 2}))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.ENGINE));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> new Logits(new float[] {Float.NEGATIVE_INFINITY}));
    }
}
