package io.stoa.integration.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.integration.judge.PipelineGate.Ruling;
import io.stoa.integration.judge.PipelineGate.Verdict;
import io.stoa.model.Score.Stop;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class PipelineGateTest {
    private static EvaluationRun run(String name, int n, IntPredicate right) {
        List<Judged> items = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            items.add(new Judged(
                    "i" + i,
                    Optional.empty(),
                    true,
                    List.of(new Judged.Try(
                            Map.of("success", right.test(i) ? 1.0 : 0.0),
                            "",
                            true,
                            OptionalDouble.empty(),
                            "",
                            Map.of(),
                            0,
                            0,
                            0))));
        }
        return new EvaluationRun(EvaluationRun.FORMAT, name, "s", "items", Stop.EXHAUSTED, 5, 0, items, Map.of());
    }

    private static Ruling judge(EvaluationRun before, EvaluationRun after) {
        return new PipelineGate(0.02, Set.of("success"), Map.of()).judge(before, after);
    }

    @Test
    void passesWhereTheLossIsRuledOut() {
        Ruling ruling = judge(run("old", 400, i -> i % 10 != 0), run("new", 400, i -> i % 10 != 0));
        assertThat(ruling.verdict()).isEqualTo(Verdict.PASS);
        assertThat(ruling.sentence())
                .startsWith("new is no worse than old by more than 2.0 points (success 90.0 % → 90.0 %");
    }

    @Test
    void failsWhereALossIsShown() {
        Ruling ruling = judge(run("old", 200, i -> i % 10 != 0), run("new", 200, i -> i % 10 != 0 && i % 7 != 0));
        assertThat(ruling.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(ruling.sentence())
                .matches("new does not pass: success 90.0 % → 77.0 %, -13.0 \\[-17.\\d, -\\d+.\\d] points over 200"
                        + " items \\(0 better, 26 worse\\): a loss is shown, and one of more than 2.0 points is"
                        + " not ruled out");
    }

    @Test
    void doesNotDecideOverAFewItems() {
        Ruling ruling = judge(run("old", 20, _ -> true), run("new", 20, i -> i > 0));
        assertThat(ruling.verdict()).isEqualTo(Verdict.UNDECIDED);
        assertThat(ruling.sentence()).contains("items would tell");
    }

    @Test
    void leastScoresAreHeldAgainstTheBound() {
        PipelineGate gate = new PipelineGate(0.5, Set.of("success"), Map.of("success", 0.99));
        assertThat(gate.judge(run("old", 50, _ -> true), run("new", 50, i -> i > 9))
                        .verdict())
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void refusesRunsOfOtherItemsAndMeasuresThatThereAreNot() {
        assertThatThrownBy(() -> judge(run("old", 5, _ -> true), run("new", 6, _ -> true)))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("\"i5\" is only in the second");
        assertThatThrownBy(() -> new PipelineGate(0, Set.of("calls"), Map.of())
                        .judge(run("old", 5, _ -> true), run("new", 5, _ -> true)))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("no item of both runs has the measure \"calls\"; they have success");
    }

    /** A version that loses exactly the margin passes in at most one of twenty trials. */
    @Test
    void seldomPassesALossOfTheMargin() {
        long seed = 20_261_127;
        Random random = new Random(seed);
        int passed = 0;
        for (int trial = 0; trial < 400; trial++) {
            boolean[] old = new boolean[300];
            boolean[] now = new boolean[300];
            for (int i = 0; i < old.length; i++) {
                double drawn = random.nextDouble();
                old[i] = drawn < 0.85;
                now[i] = drawn < 0.79 || drawn > 0.96;
            }
            PipelineGate gate = new PipelineGate(0.02, Set.of("success"), Map.of());
            passed += gate.judge(run("old", 300, i -> old[i]), run("new", 300, i -> now[i]))
                                    .verdict()
                            == Verdict.PASS
                    ? 1
                    : 0;
        }
        assertThat(passed / 400.0).as("seed " + seed).isLessThanOrEqualTo(0.075);
    }

    @Test
    void comparesTwoRunsRowByRow() {
        PipelineComparison comparison =
                PipelineComparison.of(run("small", 100, i -> i % 2 == 0), run("large", 100, i -> i % 10 != 0));
        assertThat(comparison.rows()).hasSize(1);
        assertThat(comparison.rows().getFirst().shown()).isTrue();
        assertThat(comparison.rows().getFirst().difference().estimate()).isEqualTo(0.4);
    }
}
