package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.StoaException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LogitsTest {
    private static Logits logits(float... values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return new Logits(bits);
    }

    @Test
    void probabilitiesSumToOneWhateverTheScale() {
        for (float offset : new float[] {0, 1e4f, -1e4f}) {
            Logits logits = logits(offset, offset + 1, offset + 2);
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
        assertThat(logits(1, 3, 3, Float.NEGATIVE_INFINITY).mostLikely()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void refusesWhatIsNotFinite(float bad) {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> logits(1, bad, 2))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.ENGINE));
        assertThatExceptionOfType(StoaException.class).isThrownBy(() -> logits(Float.NEGATIVE_INFINITY));
    }

    @Test
    void refusesTheNegativeNanThatX86Computes() {
        assertThatExceptionOfType(StoaException.class).isThrownBy(() -> logits(1, Float.intBitsToFloat(0xFFC00000), 2));
    }

    @Test
    void findsTheMostLikelyAsAComparisonOfFloatsDoes() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            float[] values = new float[1 + random.nextInt(5000)];
            int best = 0;
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextInt(9) == 0 ? random.nextInt(-3, 4) : 30 * random.nextGaussian());
                best = values[i] > values[best] ? i : best;
            }
            assertThat(logits(values).mostLikely()).as("seed %d", seed).isEqualTo(best);
        }
    }
}
