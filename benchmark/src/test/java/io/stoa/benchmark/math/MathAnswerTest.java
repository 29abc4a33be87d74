package io.stoa.benchmark.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MathAnswerTest {
    /** The thread's own time in nanoseconds, which a busy machine does not lengthen. */
    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                "So we get \\boxed{\\frac{3}{4}}. ~ \\frac{3}{4}",
                "First \\boxed{1}, no: \\boxed{2}. ~ 2",
                "\\boxed{-2} and \\boxed{1} ~ -2, 1",
                "$\\boxed{3}$, $\\boxed{4}$ ~ 3, 4",
                "The value is $\\boxed{28}$ percent. ~ 28\\%",
                "\\boxed{\\{1,\\,2\\}} ~ \\{1,\\,2\\}",
                "\\fbox{9} ~ 9",
                "\\boxed{\\boxed{6}} ~ 6",
                "\\boxed{5} is wrong, the final answer is $7$ ~ 5",
                "With $x=2$ the final answer is $\\sqrt{5}$. I hope it is correct. Then $y=9$. ~ \\sqrt{5}",
                "Final Answer: The final answer is 42. I hope it is correct. There are 3 of 7. ~ 42",
                "The final answer to the question is: \\(12\\). As 5 > 4, done. ~ 12",
                "Answer: 17. I used 3 steps and 4 lemmas. ~ 17",
                "The answer must be $x^2$, see step 4 ~ x^2",
                "We have $a=1$ and then \\[ b = 2. \\] ~ b = 2.",
                "Hence $$\\frac{5}{6}$$ ~ \\frac{5}{6}",
                "Since $x=3$ we are left with 7 ~ 7",
                "It costs $1,250.50 in total ~ 1250.50",
                "there are 1 000 000 people ~ 1000000",
                "about 2,75 litres ~ 2.75",
                "only .5 of it ~ .5",
                "it grew by 15 percent ~ 15\\%",
                "that is 3/4 ~ 3/4",
                "so it is -12 ~ -12",
                "so 2*(3+4) ~ 2*(3+4)",
                "the value 100m2 ~ 100",
                "a total of **96** ~ 96",
            })
    void found(String output, String answer) {
        assertThat(MathAnswer.extract(output)).contains(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "I do not know.", "AZYUK2A", "$", "$$", "\\[", "\\boxed{", "\\boxed{7", "..."})
    void nothingFound(String output) {
        assertThat(MathAnswer.extract(output)).isEmpty();
    }

    @Test
    void whatCannotBeReadGivesWayToWhatCan() {
        assertThat(MathAnswer.extract("Thus $x = 4$ by $\\int f$.")).contains("x = 4");
        assertThat(MathAnswer.extract("Only $\\int f$.")).contains("\\int f");
    }

    @Test
    void harnessDecisionsFollowSentenceAndBox() {
        String solution = "Therefore it is $\\boxed{\\frac{1}{2}}$.";
        String right = "Final Answer: The final answer is $\\frac{2}{4}$. I hope it is correct.";
        String wrong = "Final Answer: The final answer is $\\frac{2}{5}$. I hope it is correct.";
        for (MinervaMath rules : MinervaMath.values()) {
            assertThat(rules.correct(solution, right)).isTrue();
            assertThat(rules.correct(solution, wrong)).isFalse();
            assertThat(rules.correct(solution, "It is $\\frac12$.")).isFalse();
            assertThat(rules.correct("No box.", right)).isFalse();
        }
    }

    @Test
    void hostileTextsEndSoon() {
        List<String> pieces = List.of(
                "\\boxed{",
                "\\boxed{1}",
                "{",
                "$",
                "$1",
                "$$",
                "\\[",
                "\\(",
                "\\",
                "1",
                "1 ",
                "1,000,",
                "1+",
                "(1+",
                "1.",
                " 1-",
                "final answer ",
                "final answer is ",
                "answer ",
                "answer 1",
                "-",
                "1/",
                "=1",
                "\n$",
                "a",
                "\\text{and}",
                "1 000 ",
                "*1");
        for (String piece : pieces) {
            String text = piece.repeat(1_000_000 / piece.length());
            long start = cpu();
            assertThat(MathAnswer.extract(text)).isNotNull();
            Duration time = Duration.ofNanos(cpu() - start);
            assertThat(time).as(piece).isLessThan(Duration.ofMillis(1500));
        }
    }
}
