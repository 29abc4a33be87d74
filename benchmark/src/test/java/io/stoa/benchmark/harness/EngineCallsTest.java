package io.stoa.benchmark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.benchmark.ScriptedEngine;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EngineCallsTest {
    /**
     * Of a text with tokens 1, 2, … after begin token 0: first and last token of each window, and how many count; from
     * lm_eval.utils of lm-evaluation-harness 0.4.13 (get_rolling_token_windows, make_disjoint_window).
     */
    @ParameterizedTest
    @CsvSource({
        "0, 4, ''",
        "1, 4, 0-1/1",
        "3, 4, 0-3/3",
        "4, 4, 0-4/4",
        "5, 4, 0-4/4 1-5/1",
        "8, 4, 0-4/4 4-8/4",
        "9, 4, 0-4/4 4-8/4 5-9/1",
        "11, 4, 0-4/4 4-8/4 7-11/3",
        "7, 1, 0-1/1 1-2/1 2-3/1 3-4/1 4-5/1 5-6/1 6-7/1",
        "10, 3, 0-3/3 3-6/3 6-9/3 7-10/1",
        "23, 7, 0-7/7 7-14/7 14-21/7 16-23/2",
        "21, 20, 0-20/20 1-21/1"
    })
    void windowsAreTheHarness(int length, int most, String expected) {
        List<Integer> text = IntStream.rangeClosed(1, length).boxed().toList();
        assertThat(EngineCalls.windows(0, text, most).stream()
                        .map(window -> window.tokens().getFirst() + "-"
                                + window.tokens().getLast() + "/" + window.scored())
                        .collect(Collectors.joining(" ")))
                .isEqualTo(expected);
    }

    private static RawAnswer rolling(EngineCalls calls, String text) {
        return calls.ask(List.of(List.of(new Request.Rolling(text)))).getFirst().getFirst();
    }

    @Test
    void eachTokenOfATextCountsOnce() {
        ScriptedEngine engine = new ScriptedEngine().spelling().reading(4);
        EngineCalls calls = new EngineCalls(engine, 1, 0);
        assertThat(rolling(calls, "abcd")).isEqualTo(new RawAnswer.Likelihood(-4, true));
        assertThat(engine.asked())
                .as("a text that fills the context is read at once")
                .containsExactly("\0abcd");
        assertThat(calls.promptTokens()).isEqualTo(5);
        assertThat(rolling(calls, "abcdefghi")).isEqualTo(new RawAnswer.Likelihood(-9, true));
        assertThat(engine.asked()).containsExactly("\0abcd", "\0abcd", "defgh", "efghi");
        assertThat(calls.promptTokens()).isEqualTo(5 + 15);
        assertThat(calls.answerTokens()).as("nothing is generated").isZero();
        assertThat(rolling(calls, "")).as("as the harness has it").isEqualTo(new RawAnswer.Likelihood(0, true));
        assertThat(engine.asked()).hasSize(4);
    }

    @Test
    void anEngineWithoutTokensIsRefusedBeforeItIsAsked() {
        ScriptedEngine engine = new ScriptedEngine();
        Request.Context nothing = new Request.Context.Text("");
        Request.Context question = new Request.Context.Text("which");
        assertThatThrownBy(() -> new EngineCalls(engine, 1, 0)
                        .ask(List.of(
                                List.of(new Request.Likelihood(question, "x"), new Request.Likelihood(nothing, "x")))))
                .hasMessageContaining("scripted 1 does not tell a text's tokens");
        assertThat(engine.asked()).isEmpty();
    }
}
