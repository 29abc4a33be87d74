package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.benchmark.ScriptedEngine;
import io.stoa.benchmark.stats.StoppingRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RaceTest {
    private static final int DOCUMENTS = 1000;

    @TempDir
    private Path folder;

    private OwnTasks tasks = new OwnTasks(Path.of(""));

    @BeforeEach
    void sums() {
        tasks = OwnTasks.sums(folder, DOCUMENTS);
    }

    /** Wrong at those of ten documents whose last digit is below {@code wrong}. */
    private static Race.Entrant entrant(String name, int wrong) {
        return entrant(
                name,
                new ScriptedEngine()
                        .answering(prompt -> OwnTasks.number(prompt) % 10 < wrong ? "?" : OwnTasks.sum(prompt)));
    }

    private static Race.Entrant entrant(String name, ScriptedEngine engine) {
        return new Race.Entrant(OwnTasks.model(name), "build", _ -> engine);
    }

    private Race race(long seed, String cache, Race.Entrant reference, Race.Entrant... others) {
        Race.Settings settings =
                new Race.Settings(Prompts.Layout.PLAIN, Optional.empty(), seed, 256, folder.resolve(cache), 0.05, 0.95);
        return new Race(tasks.library(), "sums", Map.of(), OwnTasks.data(), settings, reference, List.of(others));
    }

    @Test
    void aMuchWorseModelIsLetGoEarlyAndAnEqualOneIsNotInferior() {
        List<Long> progress = new ArrayList<>();
        List<Race.Standing> standings;
        try (Race race =
                race(7, "a", entrant("r", 2), entrant("worse", 6), entrant("equal", 2), entrant("better", 1))) {
            assertThat(race.documents()).isEqualTo(DOCUMENTS);
            standings = race.run((done, _) -> progress.add(done));
        }
        assertThat(standings).extracting(Race.Standing::model).containsExactly("worse", "equal", "better");
        Race.Standing worse = standings.get(0);
        assertThat(worse.outcome()).contains(StoppingRule.Outcome.INFERIOR);
        assertThat(worse.documents()).isLessThan(100);
        assertThat(worse.difference().high()).isNegative();
        assertThat(worse.score()).isLessThan(worse.reference());
        assertThat(standings.get(1).outcome()).contains(StoppingRule.Outcome.NOT_INFERIOR);
        assertThat(standings.get(1).documents()).isBetween(worse.documents(), DOCUMENTS - 1);
        assertThat(standings.get(1).score()).isEqualTo(standings.get(1).reference());
        assertThat(standings.get(1).difference().low()).isGreaterThan(-0.05);
        assertThat(standings.get(2).outcome()).contains(StoppingRule.Outcome.NOT_INFERIOR);
        assertThat(standings.get(2).documents()).isLessThan(standings.get(1).documents());
        assertThat(progress).isSorted().startsWith(16L).doesNotContain((long) DOCUMENTS);
    }

    @Test
    void otherMistakesTakeMoreDocumentsThanTheSame() {
        // As often wrong as the reference, but elsewhere: the mean difference is 0, the single ones are not.
        ScriptedEngine elsewhere = new ScriptedEngine()
                .answering(prompt -> OwnTasks.number(prompt) % 10 >= 8 ? "?" : OwnTasks.sum(prompt));
        try (Race race = race(7, "b", entrant("r", 2), entrant("elsewhere", elsewhere), entrant("same", 2))) {
            List<Race.Standing> standings = race.run((_, _) -> {});
            assertThat(standings.get(0).outcome()).isNotEqualTo(Optional.of(StoppingRule.Outcome.INFERIOR));
            assertThat(standings.get(0).documents())
                    .isGreaterThan(2 * standings.get(1).documents());
            assertThat(standings.get(0).difference().low()).isNegative();
            assertThat(standings.get(0).difference().high()).isPositive();
        }
    }

    @Test
    void theSameSeedGivesTheSameAndKeptAnswersAreNotAskedAgain() {
        List<Race.Standing> first;
        try (Race race = race(3, "c", entrant("r", 2), entrant("worse", 6))) {
            first = race.run((_, _) -> {});
        }
        ScriptedEngine silent = new ScriptedEngine();
        try (Race race = race(3, "c", entrant("r", silent), entrant("worse", silent))) {
            assertThat(race.run((_, _) -> {})).isEqualTo(first);
        }
        assertThat(silent.asked()).isEmpty();
        try (Race race = race(3, "d", entrant("r", 2), entrant("worse", 6))) {
            assertThat(race.run((_, _) -> {})).isEqualTo(first);
        }
        ScriptedEngine other = new ScriptedEngine().answering(OwnTasks::sum);
        try (Race race = race(4, "e", entrant("r", other), entrant("worse", 6))) {
            race.run((_, _) -> {});
        }
        assertThat(other.asked())
                .as("another seed is another order")
                .isNotEqualTo(other.asked().stream().sorted().toList());
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        assertThatThrownBy(() -> race(1, "f", entrant("r", 1))).hasMessageContaining("at least one other");
        tasks.write("rolling.yaml", """
                task: rolling
                dataset_path: sums.jsonl
                output_type: loglikelihood_rolling
                doc_to_target: question
                """);
        Race.Settings settings =
                new Race.Settings(Prompts.Layout.PLAIN, Optional.of(5), 1, 256, folder.resolve("g"), 0.05, 0.95);
        assertThatThrownBy(() -> new Race(
                        tasks.library(),
                        "rolling",
                        Map.of(),
                        OwnTasks.data(),
                        settings,
                        entrant("r", 1),
                        List.of(entrant("o", 1))))
                .hasMessageContaining("task rolling: its metric word_perplexity is no mean");
        assertThatThrownBy(() ->
                        new Race.Settings(Prompts.Layout.PLAIN, Optional.empty(), 1, 256, folder, Double.NaN, 0.95))
                .hasMessageContaining("margin");
        assertThatThrownBy(() -> new Race.Settings(Prompts.Layout.PLAIN, Optional.empty(), 1, 256, folder, 0.02, 0.5))
                .hasMessageContaining("confidence");
    }
}
