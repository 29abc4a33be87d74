package io.stoa.benchmark.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChosenLetterTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "I think it is B.|B",
                "Answer: I think it is B.|B",
                "A careful reading shows that it is (C).|C",
                "The final answer is $\\boxed{B}$.|B",
                "\\[\\boxed{B}\\]|B",
                "A|A",
                "A is right|A",
                "(I) because of the law|I",
                "The answer is A because of the law.|A",
                "I do not know.|-",
                "The answer is definitely **D**|D",
                "Answer: A~~On reflection, the answer is (E).|E"
            })
    void findsTheLetterThatAnAnswerSettlesOn(String answer, String letter) {
        assertThat(new ChosenLetter(10).in(answer.replace('~', '\n')).orElse("-"))
                .isEqualTo(letter);
    }
}
