package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.benchmark.ScriptedEngine;
import io.stoa.benchmark.gate.GateReport;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WatchTest {
    private static final int DOCUMENTS = 400;
    private static final Instant START = Instant.parse("2025-03-01T10:00:00Z");

    @TempDir
    private Path folder;

    private OwnTasks tasks = new OwnTasks(Path.of(""));
    private Instant now = START;
    private final InstantSource time = () -> now;
    private final Clock clock = time.withZone(ZoneOffset.UTC);
    private final List<String> lines = new ArrayList<>();
    private int wrong;
    private int asked;
    private boolean down;

    @BeforeEach
    void baseline() {
        tasks = OwnTasks.sums(folder, DOCUMENTS);
        wrong = 10;
        ask("base");
        asked = 0;
    }

    /** Of documents that are not the baseline's mistakes, {@code wrong} % are wrong. */
    private Watch.Asked ask(String place) {
        if (down) {
            throw StoaException.engine("the endpoint is down");
        }
        asked++;
        ScriptedEngine engine = new ScriptedEngine()
                .answering(prompt -> OwnTasks.number(prompt) % 100 < wrong ? "?" : OwnTasks.sum(prompt));
        try (ResultsFolder results = new ResultsFolder(folder.resolve(place), "m", clock)) {
            Run.Outcome outcome = tasks.run("sums")
                    .ask(
                            new Entrant(OwnTasks.MODEL, now.toString(), 256, _ -> engine),
                            Budget.unlimited(),
                            (_, _) -> {},
                            Optional.of(results));
            return new Watch.Asked(
                    results.folder(), outcome.evaluation().orElseThrow().topmost());
        }
    }

    private Optional<Watch.Round> watch(int times, Optional<Supplier<String>> state, Runnable between) {
        Watch.Settings settings =
                new Watch.Settings(folder.resolve("base"), 0.02, Duration.ofHours(1), OptionalInt.of(times));
        Watch.Sleeper sleeper = pause -> {
            now = now.plus(pause);
            between.run();
        };
        return new Watch(settings, clock, sleeper)
                .run(state, () -> List.of(ask("new")), round -> lines.add(round.line()), _ -> {});
    }

    @Test
    void roundsFollowTheClockAndAreJudged() {
        now = START.plusSeconds(60);
        Optional<Watch.Round> last =
                watch(3, Optional.empty(), () -> wrong = now.isAfter(START.plusSeconds(7000)) ? 40 : 9);
        assertThat(lines)
                .containsExactly(
                        "2025-03-01T10:01:00Z  PASS  sums 0.9000 -> 0.9000",
                        "2025-03-01T11:01:00Z  PASS  sums 0.9000 -> 0.9100",
                        "2025-03-01T12:01:00Z  FAIL  sums 0.9000 -> 0.6000");
        assertThat(last)
                .get()
                .isInstanceOfSatisfying(
                        Watch.Round.Judged.class,
                        judged -> assertThat(judged.verdict()).isEqualTo(GateReport.Verdict.FAIL));
        assertThat(last.orElseThrow().json())
                .startsWith("{\"at\":\"2025-03-01T12:01:00Z\",\"verdict\":\"FAIL\",\"reports\":[{")
                .contains("\"task\":\"sums\"")
                .doesNotContain("\n");
        assertThat(asked).isEqualTo(3);
    }

    @Test
    void aRoundThatFailsDoesNotEndIt() {
        down = true;
        watch(3, Optional.empty(), () -> down = !down);
        assertThat(lines)
                .containsExactly(
                        "2025-03-01T10:00:00Z  FAILED  the endpoint is down",
                        "2025-03-01T11:00:00Z  PASS  sums 0.9000 -> 0.9000",
                        "2025-03-01T12:00:00Z  FAILED  the endpoint is down");
    }

    @Test
    void onChangeARoundWaitsForOne() {
        List<String> states = List.of("a", "a", "a", "b", "b", "away", "away", "b", "b", "c");
        int[] looks = {0};
        Supplier<String> state = () -> {
            String one = states.get(looks[0]++);
            if (one.equals("away")) {
                throw StoaException.engine("the endpoint is away");
            }
            return one;
        };
        watch(5, Optional.of(state), () -> {});
        assertThat(lines)
                .extracting(line -> line.substring(11, 13) + line.substring(20, 28))
                .containsExactly("10  PASS  ", "13  PASS  ", "15  FAILED", "17  PASS  ", "19  PASS  ");
        assertThat(looks[0]).isEqualTo(states.size());
        assertThat(asked).isEqualTo(4);
    }

    @Test
    void onChangeARoundThatFailedIsTriedAgain() {
        down = true;
        watch(2, Optional.of(() -> "same"), () -> down = false);
        assertThat(lines).hasSize(2).last().asString().contains("PASS");
    }

    @Test
    void aMistakeInTheFirstRoundEndsIt() {
        Watch.Settings settings =
                new Watch.Settings(folder.resolve("base"), 0.02, Duration.ofHours(1), OptionalInt.empty());
        Watch watch = new Watch(settings, clock, _ -> {
            throw new AssertionError("there is nothing to wait for");
        });
        assertThatThrownBy(() -> watch.run(
                        Optional.empty(),
                        () -> {
                            throw StoaException.user("unknown task");
                        },
                        round -> lines.add(round.line()),
                        _ -> {}))
                .hasMessage("unknown task");
        assertThatThrownBy(() -> new Watch(
                                new Watch.Settings(
                                        folder.resolve("none"), 0.02, Duration.ofHours(1), OptionalInt.of(1)),
                                clock,
                                _ -> {})
                        .run(Optional.empty(), List::of, round -> lines.add(round.line()), _ -> {}))
                .hasMessageContaining("none: no such file or folder");
        assertThat(lines).isEmpty();
    }

    @Test
    void anInterruptEndsIt() {
        Watch.Settings settings =
                new Watch.Settings(folder.resolve("base"), 0.02, Duration.ofHours(1), OptionalInt.empty());
        Watch watch = new Watch(settings, clock, _ -> {
            throw new InterruptedException();
        });
        Optional<Watch.Round> last =
                watch.run(Optional.empty(), () -> List.of(ask("new")), round -> lines.add(round.line()), _ -> {});
        assertThat(Thread.interrupted()).isTrue();
        assertThat(last).isPresent();
        assertThat(lines).hasSize(1);
    }

    @Test
    void settingsAreChecked() {
        assertThatThrownBy(() -> new Watch.Settings(folder, 0.02, Duration.ZERO, OptionalInt.empty()))
                .hasMessageContaining("positive");
        assertThatThrownBy(() -> new Watch.Settings(folder, 0.02, Duration.ofHours(1), OptionalInt.of(0)))
                .hasMessageContaining("positive");
        assertThatThrownBy(() -> new Watch.Settings(folder, 0, Duration.ofHours(1), OptionalInt.empty()))
                .hasMessageContaining("margin");
    }
}
