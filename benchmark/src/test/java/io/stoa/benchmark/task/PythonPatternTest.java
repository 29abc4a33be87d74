package io.stoa.benchmark.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.stoa.model.StoaException;
import io.stoa.model.WatchedText;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
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
                "[^\\[]+;ab[cd;2",
                "[[]+a;[[a[;1",
                "[]a]+;]a]b;1",
                "[^]a]+;]b]c;2",
                "[&&]+;a&&b;1",
                "(?x) a b # c*;ab a b;1",
                "(?x)[ #]+\\ a;a# a;1",
                "(?x: a b)c d;abc d;1",
                "(?i:a)b;Ab AB;1",
                "a(?#*)+b;aab;1",
                "(?P<first_half>a)(?P=first_half);aa;1",
                "a{,}b;aab b;2",
                "\\x41\\u0042;AB;1",
                "\\101[\\102];AB;1",
                "(a)\\1;aa;1",
                "a++b;aab;1",
                "(?>a+)b;aab;1",
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
    @ValueSource(
            strings = {
                "a(b",
                "a)b",
                "\\Qa",
                "\\p{L}",
                "[a",
                "[]",
                "[^]",
                "*",
                "a|*",
                "(+)",
                "^*",
                "a**",
                "a{2}{3}",
                "(?#a",
                "a(?i)b",
                "(?<n>a)",
                "(?P<n>a)(?P<n>b)",
                "(?P=n)",
                "(a\\1)",
                "(a)\\2",
                "(a)(?(1)b|c)",
                "\\x4",
                "a\\",
                "(?a)b",
                "a{3,2}",
                "(?<=a|bc)d",
                "(?<=a{1,2})b"
            })
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

    /** Each ends within its number of steps only if they are counted; none of them says so at first sight. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[^\\[](a+)+b",
                "[[](a+)+b",
                "[\\[](a+)+b",
                "(?x)(a+)+ b",
                "(?x)(a+) # ) \n +b",
                "(?#[)(a+)+b",
                "(?x: (a+) +)b",
                "(?#(?x)(a|a)*b",
                "(a*)*b",
                "(?:a?){60}a{60}c",
                "(a|a?)+b",
                "(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)"
                        + "(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?:|)(?!)",
                "(?:(?:(?:){10000}){10000}){10000}(?!)",
            })
    void countsWhatMayTakeLong(String expression) {
        PythonPattern pattern = new PythonPattern(expression);
        assertThat(pattern.isCounted(70)).isTrue();
        String text = "[" + "a".repeat(70);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            try {
                assertThat(pattern.isIn(text.repeat(2))).isFalse();
            } catch (StoaException e) {
                assertThat(e).hasMessageContaining("too many steps");
            }
        });
    }

    /** Counting takes time, which answers of the usual length need not take. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "#### (\\-?[0-9\\.\\,]+)",
                "(-?[$0-9.,]{2,})|(-?[0-9]+)",
                "(?i)(?:^|\\s)answer is (\\(?[A-J]\\)?)",
                "answer is \\(?([ABCDEFGHIJ])\\)?",
                "(?<=The answer is )(.*)(?=.)",
                "[^\\[]+\\]",
            })
    void doesNotCountWhatCannotTakeLong(String expression) {
        assertThat(new PythonPattern(expression).isCounted(1_200)).isFalse();
    }

    /** What is not counted needs no more steps than counting would have allowed. */
    @Test
    void uncountedSearchesEnd() {
        long seed = System.nanoTime();
        System.out.println("PythonPatternTest.uncountedSearchesEnd: seed " + seed);
        RandomExpressions random = new RandomExpressions(new SplittableRandom(seed));
        int searched = 0;
        int counted = 0;
        for (int i = 0; i < 2_000; i++) {
            String expression = random.next();
            PythonPattern pattern;
            try {
                pattern = new PythonPattern(expression);
            } catch (IllegalArgumentException _) {
                continue;
            }
            Pattern java = Pattern.compile(
                    PythonExpression.read(expression, false).java(),
                    Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNIX_LINES);
            for (int length : new int[] {0, 1, 10, 30, 100, 300, 1_000}) {
                if (pattern.isCounted(length)) {
                    counted++;
                    continue;
                }
                searched++;
                for (String text : List.of("a".repeat(length), random.text(length), random.text(length))) {
                    WatchedText watched = new WatchedText(
                            text,
                            PythonPattern.MOST_STEPS,
                            () -> new IllegalStateException(expression + " on " + text));
                    try {
                        java.matcher(watched).results().forEach(_ -> {});
                    } catch (StackOverflowError _) {
                        // Too deep is a refusal, and a quick one.
                    }
                }
            }
        }
        assertThat(searched).isGreaterThan(1_000);
        assertThat(counted).isGreaterThan(100);
    }
}
