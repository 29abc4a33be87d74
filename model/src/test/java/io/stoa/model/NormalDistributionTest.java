package io.stoa.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalDistributionTest {
    /** The first three are the check values that the AS 241 paper gives; the others are standard table values. */
    @ParameterizedTest
    @CsvSource({
        "0.25, -0.6744897501960817",
        "0.001, -3.090232306167814",
        "1e-20, -9.262340089798408",
        "0.5, 0",
        "0.975, 1.959963984540054",
        "0.995, 2.575829303548901",
        "0.9995, 3.290526731491926"
    })
    void agreesWithPublishedValues(double p, double z) {
        assertThat(NormalDistribution.quantile(p)).isCloseTo(z, within(1e-12));
    }

    @Test
    void isSymmetricAndGrows() {
        double last = Double.NEGATIVE_INFINITY;
        for (int i = 1; i < 1000; i++) {
            double z = NormalDistribution.quantile(i / 1000.0);
            assertThat(z).as("p = %s", i / 1000.0).isGreaterThan(last);
            assertThat(NormalDistribution.quantile(1 - i / 1000.0)).isCloseTo(-z, within(1e-12));
            last = z;
        }
    }

    @Test
    void refusesWhatIsNoProbability() {
        assertThatThrownBy(() -> NormalDistribution.quantile(0)).hasMessageContaining("0.0");
        assertThatThrownBy(() -> NormalDistribution.quantile(Double.NaN)).hasMessageContaining("NaN");
    }
}
