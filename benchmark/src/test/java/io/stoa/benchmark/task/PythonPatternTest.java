package io.stoa.benchmark.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.stoa.model.StoaException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PythonPatternTest {
    /** Counts as {@code len(re.findall(expression, text))} gives them in Python 3.11. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "a{,2}b;b ab aab aaab;4",
                "x{2};xx xxx;2",
                "{x};a{x}b{;1",
                "{};{}{};2",
                "a{1,b;a{1,b;1",
                "\\bar;ar bar नमar é_ar;1",
                "\\Bar;ar bar _ar;2",
                "\\w+;नमस्ते x² a‿b;5",
                "\\W;नमस्ते;2",
                "[\\W\\d]+;a1 2b;1",
                "[^\\W\\d]+;a1b_é 2;2",
                "[\\S]+;a\u001cb c;3",
                "a(?#a comment)b;ab;1",
                "(?P<q>[ab])(?P=q);aa ab bb;2",
                "[\\b];a\bb;1",
                "\\Aa|a\\Z;aba;2",
                "a*;baac;4",
                "a*;👍;2",
            })
    void countsAsPython(String expression, String text, int count) {
        assertThat(new PythonPattern(expression).countIn(text)).isEqualTo(count);
    }

    @Test
    void flags() {
        assertThat(new PythonPattern("ÉTÉ", Set.of(PythonPattern.Flag.IGNORE_CASE)).isIn("été"))
                .isTrue();
        assertThat(new PythonPattern("^", Set.of(PythonPattern.Flag.MULTILINE)).countIn("a\nb\n"))
                .isEqualTo(3);
        assertThat(new PythonPattern("^").countIn("a\nb\n")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a(b", "\\Qa", "\\p{L}", "[a", "*"})
    void refusesWhatPythonRefuses(String expression) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PythonPattern(expression))
                .withMessageContaining(expression);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a+)+b", "(?:a|a)*b", "(?:a|b)*c"})
    void endsWhatTakesTooLong(String expression) {
        PythonPattern pattern = new PythonPattern(expression);
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> pattern.isIn("a".repeat(100_000)))
                .withMessageContaining(expression);
    }
}
