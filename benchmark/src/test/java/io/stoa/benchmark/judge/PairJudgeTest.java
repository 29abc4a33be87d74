package io.stoa.benchmark.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.benchmark.ScriptedEngine;
import io.stoa.benchmark.judge.PairJudge.Pair;
import io.stoa.model.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class PairJudgeTest {
    private static final PairPrompt PROMPT = new PairPrompt("{question} | {first} | {second}", VerdictRule.LAST_LINE);

    private static Preferences compare(List<Pair> pairs, Function<List<String>, String> judge) {
        ScriptedEngine engine = new ScriptedEngine()
                .answering(message -> "verdict: " + judge.apply(List.of(message.split(" \\| ", -1))));
        return new PairJudge(engine, PROMPT, 10).compare(pairs, Progress.NONE);
    }

    private static List<Pair> pairs(int count) {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pairs.add(new Pair("p" + i, "Q" + i, "long answer", "short"));
        }
        return pairs;
    }

    @Test
    void whatWinsInBothOrdersWins() {
        Preferences preferences =
                compare(pairs(10), shown -> shown.get(1).length() > shown.get(2).length() ? "first" : "second");

        assertThat(preferences.outcomes()).isEqualTo(Map.of(Preference.Outcome.ONE, 10));
        assertThat(preferences.inconsistent()).isZero();
        JudgesShare share = preferences.share(0.95);
        assertThat(share.share()).isEqualTo(1);
        // Ten wins are not certainty.
        assertThat(share.interval().low()).isLessThan(0.9);
    }

    /** A judge that prefers a place says nothing about the answers. */
    @Test
    void aPreferredPlaceIsATieAndCounted() {
        Preferences first = compare(pairs(6), _ -> "first");
        Preferences second = compare(pairs(6), _ -> "second");

        assertThat(first.outcomes()).isEqualTo(Map.of(Preference.Outcome.ALWAYS_FIRST, 6));
        assertThat(second.outcomes()).isEqualTo(Map.of(Preference.Outcome.ALWAYS_SECOND, 6));
        assertThat(first.inconsistent()).isEqualTo(6);
        assertThat(first.share(0.95).share()).isEqualTo(0.5);
    }

    @Test
    void tiesLossesAndWhatCannotBeRead() {
        Map<String, List<String>> said = Map.of(
                "Q0", List.of("tie", "tie"),
                "Q1", List.of("second", "first"),
                "Q2", List.of("first", "tie"),
                "Q3", List.of("first", "none"),
                "Q4", List.of("perhaps so", "second"));
        Preferences preferences = compare(
                pairs(5),
                shown -> said.getOrDefault(shown.getFirst(), List.of())
                        .get(shown.get(1).startsWith("long") ? 0 : 1));

        assertThat(preferences.preferences())
                .containsExactly(
                        new Preference.Compared("p0", Preference.Outcome.TIE),
                        new Preference.Compared("p1", Preference.Outcome.OTHER),
                        new Preference.Compared("p2", Preference.Outcome.UNDECIDED),
                        new Preference.Dropped("p3", Unreadable.OFF_SCALE),
                        new Preference.Dropped("p4", Unreadable.NO_VERDICT));
        assertThat(preferences.inconsistent()).isEqualTo(1);
        assertThat(preferences.dropped()).isEqualTo(Map.of(Unreadable.OFF_SCALE, 1, Unreadable.NO_VERDICT, 1));
        assertThat(preferences.share(0.95).n()).isEqualTo(3);
    }

    @Test
    void refusesWhatCannotBeCompared() {
        assertThatThrownBy(() -> new PairPrompt("{question} {first}", VerdictRule.JSON))
                .hasMessageContaining("has no {second}");
        assertThatThrownBy(() -> compare(pairs(2), _ -> "both are fine").share(0.95))
                .hasMessageContaining("of 2 pairs none could be read");
    }
}
