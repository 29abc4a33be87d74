package io.stoa.benchmark.task;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Against what CPython 3.11 drew. */
final class PythonRandomTest {
    static Stream<JsonNode> drawn() throws IOException {
        try (InputStream in = requireNonNull(PythonRandomTest.class.getResourceAsStream("python-random.json"))) {
            return JsonMapper.shared().readTree(in).valueStream().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("drawn")
    void drawsWhatPythonDraws(JsonNode python) {
        PythonRandom random =
                new PythonRandom(new BigInteger(python.path("seed").stringValue()));

        for (JsonNode bits : python.path("bits")) {
            assertThat(random.bits(32)).isEqualTo(bits.longValue());
        }
        for (JsonNode number : python.path("doubles")) {
            assertThat(random.next()).isEqualTo(number.doubleValue());
        }
        int[] bounds = {1, 2, 3, 10, 1000, (1 << 20) + 1, Integer.MAX_VALUE};
        for (int i = 0; i < bounds.length; i++) {
            assertThat(random.below(bounds[i]))
                    .isEqualTo(python.path("below").get(i).intValue());
        }
        int[][] sizes = {{10, 3}, {5, 5}, {100, 6}, {22, 6}, {21, 5}, {85, 5}, {86, 5}, {1000, 26}, {7473, 6}, {7473, 9}
        };
        for (int i = 0; i < sizes.length; i++) {
            assertThat(random.sample(numbers(sizes[i][0]), sizes[i][1]))
                    .isEqualTo(integers(python.path("samples").get(i)));
        }
        List<Integer> shuffled = new ArrayList<>(numbers(12));
        random.shuffle(shuffled);
        assertThat(shuffled).isEqualTo(integers(python.path("shuffled")));
        for (JsonNode choice : python.path("choices")) {
            assertThat(random.choice(List.of("a", "b", "c", "d", "e", "f", "g")))
                    .isEqualTo(choice.stringValue());
        }
        assertThat(random.bits(31)).isEqualTo(python.path("after").longValue());
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        PythonRandom random = new PythonRandom(1);

        assertThatThrownBy(() -> random.sample(List.of(1, 2), 3)).hasMessageContaining("3 cannot be drawn from 2");
        assertThatThrownBy(() -> random.below(0)).hasMessageContaining("below 0");
        assertThatThrownBy(() -> random.bits(33)).hasMessageContaining("33");
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private static List<Integer> integers(JsonNode list) {
        return list.valueStream().map(JsonNode::intValue).toList();
    }
}
