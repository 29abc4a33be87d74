package io.stoa.benchmark.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.benchmark.compare.Standings.Pair;
import io.stoa.benchmark.compare.Standings.Standing;
import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

final class StandingsTest {
    private static final Path PREDICTIONS = Path.of("../../shared/data/results/mmlu-pro-predictions.csv");

    @Test
    void whatTheItemsCannotTellApartIsTied() {
        ScoredItems strong = model("strong", 200, i -> i % 10 < 8 ? 1 : 0);
        ScoredItems twin = model("twin", 200, i -> (i % 10 < 8 && i != 0) || i == 8 || i == 9 ? 1 : 0);
        ScoredItems weak = model("weak", 200, i -> i % 10 < 3 ? 1 : 0);

        Standings standings = Standings.of(List.of(weak, strong, twin), false, 0.95);

        assertThat(standings.standings()).extracting(Standing::model).containsExactly("twin", "strong", "weak");
        assertThat(standings.standings()).extracting(Standing::best).containsExactly(1, 1, 3);
        assertThat(standings.standings()).extracting(Standing::worst).containsExactly(2, 2, 3);
        Pair tie = standings.pairs().getFirst();
        assertThat(tie.tied()).isTrue();
        // One against two disagreements: p = 1.
        assertThat(tie.p()).isEqualTo(1);
        assertThat(tie.difference()).isCloseTo(0.005, within(1e-12));
        assertThat(tie.visible().orElseThrow()).isGreaterThan(0.005);
    }

    /** By hand: 6 disagreements, all to one side, p = 2 · (1/2)⁶; three such pairs would be corrected by 3. */
    @Test
    void manyPairsNeedStrongerEvidence() {
        ScoredItems first = model("a", 30, i -> i < 12 ? 1 : 0);
        ScoredItems second = model("b", 30, i -> i < 6 ? 1 : 0);
        ScoredItems third = model("c", 30, i -> 0);

        Standings two = Standings.of(List.of(first, second), false, 0.95);
        Standings three = Standings.of(List.of(first, second, third), false, 0.95);

        assertThat(two.pairs().getFirst().adjusted()).isCloseTo(0.03125, within(1e-12));
        assertThat(two.pairs().getFirst().tied()).isFalse();
        assertThat(three.pairs().getFirst().p()).isCloseTo(0.03125, within(1e-12));
        assertThat(three.pairs().getFirst().adjusted()).isCloseTo(0.0625, within(1e-12));
        assertThat(three.pairs().getFirst().tied()).isTrue();
    }

    @Test
    void otherItemsAreRefusedUnlessTheCommonOnesAreAskedFor() {
        ScoredItems more = model("more", 12, i -> i % 2);
        ScoredItems fewer = model("fewer", 10, i -> i % 2);

        assertThatThrownBy(() -> Standings.of(List.of(more, fewer), false, 0.95))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("2 of 12 are not common")
                .hasMessageContaining("--common");
        Standings standings = Standings.of(List.of(more, fewer), true, 0.95);
        assertThat(standings.items()).isEqualTo(10);
        assertThat(standings.leftOut()).isEqualTo(2);
    }

    @Test
    void nothingInCommonCannotBeCompared() {
        ScoredItems one = new ScoredItems("one", Map.of("a", Optional.of(1.0)), Map.of());
        ScoredItems other = new ScoredItems("other", Map.of("b", Optional.of(1.0)), Map.of());

        assertThatThrownBy(() -> Standings.of(List.of(one, other), true, 0.95))
                .hasMessageContaining("no item in common");
        assertThatThrownBy(() -> Standings.of(List.of(one, one), true, 0.95)).hasMessageContaining("called \"one\"");
        assertThatThrownBy(() -> Standings.of(List.of(one), true, 0.95)).hasMessageContaining("at least two");
    }

    /** Answers that agree within a subject hold as many facts as there are subjects, not as there are answers. */
    @Test
    void clustersWidenTheIntervals() {
        Map<String, Optional<Double>> first = new LinkedHashMap<>();
        Map<String, Optional<Double>> second = new LinkedHashMap<>();
        Map<String, String> subjects = new LinkedHashMap<>();
        for (int subject = 0; subject < 8; subject++) {
            double better = subject < 5 ? 1 : 0;
            for (int i = 0; i < 50; i++) {
                String id = subject + "/" + i;
                first.put(id, Optional.of(better));
                second.put(id, Optional.of(1 - better));
                subjects.put(id, "subject " + subject);
            }
        }
        Standings fixed = Standings.of(
                List.of(new ScoredItems("a", first, Map.of()), new ScoredItems("b", second, Map.of())), false, 0.95);
        Standings clustered = Standings.of(
                List.of(new ScoredItems("a", first, subjects), new ScoredItems("b", second, subjects)), false, 0.95);

        assertThat(fixed.pairs().getFirst().tied()).isFalse();
        assertThat(clustered.pairs().getFirst().tied()).isTrue();
        assertThat(clustered.clusters()).isEqualTo(8);
        assertThat(clustered.standings().getFirst().interval().width())
                .isGreaterThan(3 * fixed.standings().getFirst().interval().width());
    }

    @Test
    void gradedScoresAreComparedByPermutation() {
        SplittableRandom random = new SplittableRandom(12);
        ScoredItems better = model("better", 60, i -> 0.5 + 0.4 * random.nextDouble());
        ScoredItems worse = model("worse", 60, i -> 0.3 + 0.4 * random.nextDouble());

        Pair pair = Standings.of(List.of(worse, better), false, 0.95).pairs().getFirst();

        assertThat(pair.first()).isEqualTo("better");
        assertThat(pair.tied()).isFalse();
        assertThat(pair.p()).isBetween(0.00001, 0.001);
        assertThat(pair.interval().contains(0.2)).isTrue();
    }

    /** The published predictions of six models: one tie. */
    @Test
    void ranksPublishedPredictions() {
        assumeTrue(Files.exists(PREDICTIONS), "the published MMLU-Pro predictions are not here");
        List<ScoredItems> models = new ResponseReader(Optional.empty(), Optional.empty(), Optional.empty(), _ -> {})
                .table(PREDICTIONS, List.of());

        Standings standings = Standings.of(models, false, 0.95);

        assertThat(standings.items()).isEqualTo(12_032);
        assertThat(standings.standings())
                .extracting(Standing::model)
                .containsExactly(
                        "gemma-7b", "Yi-6b-Chat", "Qwen1.5-7B-Chat", "Yi-6B", "Llama-2-13b-hf", "Llama-2-7b-hf");
        assertThat(standings.standings()).extracting(Standing::best).containsExactly(1, 2, 2, 4, 5, 6);
        assertThat(standings.pairs().stream().filter(Pair::tied)).hasSize(1);
    }

    private static ScoredItems model(String name, int items, IntToDoubleFunction score) {
        Map<String, Optional<Double>> scores = new LinkedHashMap<>();
        for (int i = 0; i < items; i++) {
            scores.put("item " + i, Optional.of(score.applyAsDouble(i)));
        }
        return new ScoredItems(name, scores, Map.of());
    }
}
