package io.stoa.benchmark.stats;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.Interval;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Values of other programs for made-up judgements. */
final class ReferenceJudgedTest {
    private static final Offset<Double> CLOSE = within(1e-9);

    private static JsonNode published = JsonMapper.shared().createObjectNode();

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = requireNonNull(ReferenceJudgedTest.class.getResourceAsStream("judged.json"))) {
            published = JsonMapper.shared().readTree(in);
        }
    }

    /** κ of scikit-learn, its error of statsmodels, plain and with quadratic (Fleiss-Cohen) weights. */
    @Test
    void agreesWithScikitLearnAndStatsmodels() {
        int compared = 0;
        for (JsonNode one : published.path("agreement")) {
            List<Double> first = numbers(one.path("first"));
            List<Double> second = numbers(one.path("second"));
            compare(Agreement.of(first, second), one.path("plain"));
            compare(Agreement.ofGrades(first, second), one.path("graded"));
            compared++;
        }
        assertThat(compared).isEqualTo(39);
    }

    private static void compare(Agreement agreement, JsonNode expected) {
        assertThat(agreement.kappa()).isCloseTo(expected.path("kappa").doubleValue(), CLOSE);
        // The root makes much of the last digits of a variance of 0.
        assertThat(agreement.standardError())
                .isCloseTo(expected.path("standard_error").doubleValue(), within(1e-7));
    }

    @Test
    void meansArePoweredAsInNumPy() {
        int compared = 0;
        for (JsonNode one : published.path("prediction_powered")) {
            List<Double> human = numbers(one.path("human"));
            List<Double> judge = numbers(one.path("judge"));
            List<Double> others = numbers(one.path("others"));
            List<PredictionPowered.Pair> pairs = new ArrayList<>();
            for (int i = 0; i < human.size(); i++) {
                pairs.add(new PredictionPowered.Pair(human.get(i), judge.get(i)));
            }
            PredictionPowered tuned = PredictionPowered.of(pairs, others);
            PredictionPowered plain = PredictionPowered.of(pairs, others, 1);
            assertThat(tuned.lambda()).isCloseTo(one.path("lambda").doubleValue(), CLOSE);
            assertThat(tuned.estimate()).isCloseTo(one.path("estimate").doubleValue(), CLOSE);
            assertThat(tuned.standardError())
                    .isCloseTo(one.path("standard_error").doubleValue(), CLOSE);
            assertThat(plain.estimate()).isCloseTo(one.path("estimate_at_1").doubleValue(), CLOSE);
            assertThat(plain.standardError())
                    .isCloseTo(one.path("standard_error_at_1").doubleValue(), CLOSE);
            compared++;
        }
        assertThat(compared).isEqualTo(30);
    }

    @Test
    void sharesAreCorrectedAsLangAndReiczigelDo() {
        int known = 0;
        for (JsonNode one : published.path("judged_share")) {
            JsonNode n = one.path("counts");
            JudgedShare share = new JudgedShare(
                    n.get(0).intValue(),
                    n.get(1).intValue(),
                    n.get(2).intValue(),
                    n.get(3).intValue(),
                    n.get(4).intValue(),
                    n.get(5).intValue());
            Interval interval = share.interval(one.path("confidence").doubleValue());
            assertThat(share.estimate()).isCloseTo(one.path("estimate").doubleValue(), CLOSE);
            assertThat(interval.low()).isCloseTo(one.path("interval").get(0).doubleValue(), CLOSE);
            assertThat(interval.high()).isCloseTo(one.path("interval").get(1).doubleValue(), CLOSE);
            known += interval.width() < 1 ? 1 : 0;
        }
        assertThat(known).isEqualTo(35);
    }

    private static List<Double> numbers(JsonNode list) {
        return list.valueStream().map(JsonNode::doubleValue).toList();
    }
}
