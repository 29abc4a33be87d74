package io.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stoa.model.StoaException;
import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.DoubleNode;

class CanonicalJsonTest {
    private final JsonMapper mapper = JsonMapper.shared();

    /** The IEEE 754 bits and what ECMAScript writes for them: RFC 8785, appendix B. */
    @ParameterizedTest
    @CsvSource({
        "0000000000000000, 0",
        "8000000000000000, 0",
        "0000000000000001, 5e-324",
        "8000000000000001, -5e-324",
        "7fefffffffffffff, 1.7976931348623157e+308",
        "ffefffffffffffff, -1.7976931348623157e+308",
        "4340000000000000, 9007199254740992",
        "c340000000000000, -9007199254740992",
        "4430000000000000, 295147905179352830000",
        "44b52d02c7e14af5, 9.999999999999997e+22",
        "44b52d02c7e14af6, 1e+23",
        "44b52d02c7e14af7, 1.0000000000000001e+23",
        "444b1ae4d6e2ef4e, 999999999999999700000",
        "444b1ae4d6e2ef4f, 999999999999999900000",
        "444b1ae4d6e2ef50, 1e+21",
        "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
        "3eb0c6f7a0b5ed8d, 0.000001",
        "41b3de4355555553, 333333333.3333332",
        "41b3de4355555554, 333333333.33333325",
        "41b3de4355555555, 333333333.3333333",
        "41b3de4355555556, 333333333.3333334",
        "41b3de4355555557, 333333333.33333343",
        "becbf647612f3696, -0.0000033333333333333333",
        "43143ff3c1cb0959, 1424953923781206.2",
    })
    void writesNumbersAsEcmascriptDoes(String bits, String expected) {
        double value = Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));
        assertThat(CanonicalJson.number(value)).isEqualTo(expected);
    }

    @Test
    void numbersReadBackToTheSameDouble() {
        long seed = new Random().nextLong();
        System.out.println("CanonicalJsonTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            double any = Double.longBitsToDouble(random.nextLong());
            double plain = random.nextInt(100) / Math.pow(10, random.nextInt(12));
            for (double value : new double[] {any, plain, random.nextDouble()}) {
                if (Double.isFinite(value)) {
                    assertThat(Double.parseDouble(CanonicalJson.number(value)))
                            .as("seed %d", seed)
                            .isEqualTo(value);
                }
            }
        }
    }

    /** The example of RFC 8785, section 3.2.3, and the one of 3.2.2. */
    @Test
    void sortsByUtf16UnitsAndEscapesTheLeast() {
        String unsorted =
                "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}";
        assertThat(CanonicalJson.write(mapper.readTree(unsorted)))
                .isEqualTo("{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}");
        String escaped =
                "{\"string\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\"literals\":[null,true,false]}";
        assertThat(CanonicalJson.write(mapper.readTree(escaped)))
                .isEqualTo("{\"literals\":[null,true,false],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }

    @Test
    void keepsWhatTheRfcGivesUp() {
        assertThat(CanonicalJson.write(mapper.readTree("9223372036854775807"))).isEqualTo("9223372036854775807");
        String half = CanonicalJson.write(mapper.valueToTree("a\ud83d"));
        assertThat(half).isEqualTo("\"a\\ud83d\"");
        assertThat(mapper.readValue(half, String.class)).isEqualTo("a\ud83d");
    }

    @Test
    void refusesWhatIsNoDouble() {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> CanonicalJson.write(DoubleNode.valueOf(Double.NaN)))
                .withMessageContaining("NaN");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> CanonicalJson.write(DecimalNode.valueOf(new BigDecimal("0.1"))))
                .withMessageContaining("0.1");
    }
}
