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
    private static Entrant entrant(String name, int wrong) {
        return entrant(
                name,
                new ScriptedEngine()
                        .answering(prompt -> OwnTasks.number(prompt) % 10 < wrong ? "?" : OwnTasks.sum(prompt)));
    }

    private static Entrant entrant(String name, ScriptedEngine engine) {
        return new Entrant(OwnTasks.model(name), "build", 256, _ -> engine);
    }

    private Race race(long seed, String cache, Entrant reference, Entrant... others) {
        return race("sums", seed, cache, reference, others);
    }

    private Race race(String task, long seed, String cache, Entrant reference, Entrant... others) {
        Race.Settings settings = new Race.Settings(asking(cache), seed, 0.05, 0.95);
        return new Race(tasks.library(), task, Map.of(), OwnTasks.data(), settings, reference, List.of(others));
    }

    private Run.Settings asking(String cache) {
        return new Run.Settings(Prompts.Layout.PLAIN, Optional.empty(), 0, folder.resolve(cache));
    }

    @Test
    void aMuchWorseModelIsLetGoEarlyAndAnEqualOneIsNotInferior() {
        List<Long> progress = new ArrayList<>();
        List<Race.Standing> decided = new ArrayList<>();
        List<Race.Standing> standings;
        try (Race race =
                race(7, "a", entrant("r", 2), entrant("worse", 6), entrant("equal", 2), entrant("better", 1))) {
            assertThat(race.documents()).isEqualTo(DOCUMENTS);
            standings = race.run((done, _) -> progress.add(done), decided::add);
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
        assertThat(decided)
                .as("told as soon as it is known")
                .containsExactly(standings.get(0), standings.get(2), standings.get(1));
        assertThat(progress).isSorted().startsWith(16L).doesNotContain((long) DOCUMENTS);
    }

    @Test
    void otherMistakesTakeMoreDocumentsThanTheSame() {
        // As often wrong as the reference, but elsewhere: the mean difference is 0, the single ones are not.
        ScriptedEngine elsewhere = new ScriptedEngine()
                .answering(prompt -> OwnTasks.number(prompt) % 10 >= 8 ? "?" : OwnTasks.sum(prompt));
        try (Race race = race(7, "b", entrant("r", 2), entrant("elsewhere", elsewhere), entrant("same", 2))) {
            List<Race.Standing> standings = race.run((_, _) -> {}, _ -> {});
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
            first = race.run((_, _) -> {}, _ -> {});
        }
        ScriptedEngine silent = new ScriptedEngine();
        try (Race race = race(3, "c", entrant("r", silent), entrant("worse", silent))) {
            assertThat(race.run((_, _) -> {}, _ -> {})).isEqualTo(first);
        }
        assertThat(silent.asked()).isEmpty();
        try (Race race = race(3, "d", entrant("r", 2), entrant("worse", 6))) {
            assertThat(race.run((_, _) -> {}, _ -> {})).isEqualTo(first);
        }
        ScriptedEngine other = new ScriptedEngine().answering(OwnTasks::sum);
        try (Race race = race(4, "e", entrant("r", other), entrant("worse", 6))) {
            race.run((_, _) -> {}, _ -> {});
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
        assertThatThrownBy(() -> race("rolling", 1, "g", entrant("r", 1), entrant("o", 1)))
                .hasMessageContaining("task rolling: its metric word_perplexity is no mean");
        tasks.write("unsafe.yaml", "include: sums.yaml\ntask: unsafe\nunsafe_code: true\n");
        assertThatThrownBy(() -> race("unsafe", 1, "g", entrant("r", 1), entrant("o", 1)))
                .hasMessageContaining("task unsafe runs code");
        assertThatThrownBy(() -> new Run.Settings(Prompts.Layout.PLAIN, Optional.of(0), 1, folder))
                .hasMessageContaining("limit");
        assertThatThrownBy(() -> new Race.Settings(asking("g"), 1, Double.NaN, 0.95))
                .hasMessageContaining("margin");
        assertThatThrownBy(() -> new Race.Settings(asking("g"), 1, 0.02, 0.5)).hasMessageContaining("confidence");
    }

    @Test
    void whereLessIsBetterTheModelWithLessWins() {
        tasks.write("wrong.yaml", """
                include: sums.yaml
                task: wrong
                metric_list: [{metric: exact_match, aggregation: mean, higher_is_better: false}]
                """);
        try (Race race = race("wrong", 7, "h", entrant("r", 5), entrant("more", 1), entrant("less", 9))) {
            List<Race.Standing> standings = race.run((_, _) -> {}, _ -> {});
            assertThat(standings.get(0).outcome()).contains(StoppingRule.Outcome.INFERIOR);
            assertThat(standings.get(1).outcome()).contains(StoppingRule.Outcome.NOT_INFERIOR);
            assertThat(standings.get(1).score()).isGreaterThan(standings.get(1).reference());
        }
    }

    @Test
    void aTaskThatAGroupListsTwiceCountsOnce() {
        tasks.write("twice.yaml", "group: twice\ntask: [sums, sums]\n");
        try (Race race = race("twice", 7, "i", entrant("r", 2), entrant("o", 2))) {
            assertThat(race.documents()).isEqualTo(DOCUMENTS);
        }
    }

    @Test
    void theOrderChangesNoAnswer() {
        Run run = tasks.run("sums", asking("j"));
        for (Entrant entrant : List.of(entrant("r", 2), entrant("o", 6))) {
            run.ask(entrant, Budget.unlimited(), (_, _) -> {}, Optional.empty());
        }
        ScriptedEngine silent = new ScriptedEngine();
        try (Race race = race(4, "j", entrant("r", silent), entrant("o", silent))) {
            assertThat(race.run((_, _) -> {}, _ -> {}).getFirst().outcome()).contains(StoppingRule.Outcome.INFERIOR);
        }
        assertThat(silent.asked()).isEmpty();
    }

    @Test
    void anAnswerDependsOnTheModelsOwnContext() {
        ScriptedEngine engine = new ScriptedEngine().answering(OwnTasks::sum);
        Entrant wide = new Entrant(OwnTasks.model("o"), "build", 512, _ -> engine);
        for (int i = 0; i < 2; i++) {
            try (Race race = race(3, "k", entrant("r", 0), wide)) {
                race.run((_, _) -> {}, _ -> {});
            }
        }
        int asked = engine.asked().size();
        Entrant narrow = new Entrant(OwnTasks.model("o"), "build", 256, _ -> engine);
        try (Race race = race(3, "k", entrant("r", 0), narrow)) {
            race.run((_, _) -> {}, _ -> {});
        }
        assertThat(engine.asked()).hasSize(2 * asked);
    }

    @Test
    void aModelThatIsDecidedLetsItsAnswersGo() {
        Run run = tasks.run("sums", asking("l"));
        Entrant worse = entrant("worse", 6);
        try (Race race = race(7, "l", entrant("r", 2), worse, entrant("equal", 2))) {
            race.run((_, _) -> {}, standing -> {
                if (standing.model().equals("worse")) {
                    // Would be refused while the race holds the file.
                    assertThat(run.ask(worse, Budget.unlimited(), (_, _) -> {}, Optional.empty())
                                    .known())
                            .isBetween(16, DOCUMENTS - 1);
                }
            });
        }
    }
}
