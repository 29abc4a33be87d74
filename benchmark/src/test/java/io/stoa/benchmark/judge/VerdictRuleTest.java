package io.stoa.benchmark.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class VerdictRuleTest {
    @Test
    void readsTheLastLine() {
        Map<String, String> readable = Map.of(
                "verdict: yes", "yes",
                "The dates differ.\n\nVerdict: No.\n\n", "no",
                "**Verdict:** Yes", "yes",
                "**Verdict: 4**", "4",
                "verdict: no, I thought at first.\r\n`verdict: \"yes\"`\r\n", "yes",
                "## VERDICT : perhaps", "perhaps");

        readable.forEach((answer, word) ->
                assertThat(VerdictRule.LAST_LINE.word(answer)).as(answer).contains(word));
    }

    /** What is almost a verdict is none. */
    @Test
    void guessesNothing() {
        for (String answer : List.of(
                "",
                "yes",
                "verdict: yes\nI hope this helps!",
                "verdict: yes or no",
                "The verdict: yes",
                "verdict: 4/5",
                "verdict: -1",
                "verdict: 4.5",
                "verdict:",
                "verdict yes",
                "verdict: yes verdict: no")) {
            assertThat(VerdictRule.LAST_LINE.word(answer)).as(answer).isEmpty();
        }
    }

    @Test
    void readsJson() {
        Map<String, String> readable = Map.of(
                "{\"verdict\": \"Yes\"}", "yes",
                "```json\n{\"reason\": \"a {brace} inside\", \"verdict\": \" no \"}\n```", "no",
                "The set {1} differs. {\"verdict\": 3}", "3",
                "{\"verdict\": true}", "yes",
                "{\"verdict\": false, \"confidence\": {\"value\": 0.3}}", "no");

        readable.forEach((answer, word) ->
                assertThat(VerdictRule.JSON.word(answer)).as(answer).contains(word));
    }

    @Test
    void guessesNothingFromJson() {
        for (String answer : List.of(
                "",
                "verdict: yes",
                "{\"verdict\": \"yes\", \"verdict\": \"no\"}",
                "{\"verdict\": null}",
                "{\"verdict\": 3.5}",
                "{\"verdict\": [\"yes\"]}",
                "{\"answer\": \"yes\"}",
                "{\"verdict\": \"yes\"",
                "} {",
                "[\"verdict\"]",
                "{\"verdict\": \"yes\"} or {\"verdict\": \"no\"")) {
            assertThat(VerdictRule.JSON.word(answer)).as(answer).isEmpty();
        }
    }

    /** Nor do long or deep answers take long. */
    @Test
    void hostileAnswersAreUnreadable() {
        String deep = "{\"verdict\":".repeat(100_000) + "1" + "}".repeat(100_000);

        assertThat(VerdictRule.JSON.word(deep)).isEmpty();
        assertThat(VerdictRule.JSON.word("{".repeat(1_000_000) + "}")).isEmpty();
        assertThat(VerdictRule.LAST_LINE.word("*".repeat(1_000_000) + "verdict: " + "*".repeat(1_000_000) + "!"))
                .isEmpty();
    }

    @Test
    void scalesKnowTheirWords() {
        Scale.Grades grades = new Scale.Grades(1, 5);

        assertThat(grades.score("1")).hasValue(0);
        assertThat(grades.score("4")).hasValue(0.75);
        assertThat(grades.grade(0.75)).isEqualTo(4);
        assertThat(grades.score("0")).isEmpty();
        assertThat(grades.score("6")).isEmpty();
        assertThat(grades.score("yes")).isEmpty();
        assertThat(new Scale.YesNo().score("yes")).hasValue(1);
        assertThat(new Scale.YesNo().score("perhaps")).isEmpty();
        assertThatThrownBy(() -> new Scale.Grades(5, 5)).hasMessageContaining("5 to 5");
    }
}
