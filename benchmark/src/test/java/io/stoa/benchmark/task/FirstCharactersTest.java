package io.stoa.benchmark.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class FirstCharactersTest {
    private static final List<String> ITEMS = List.of(
            "a",
            "b",
            "ab",
            "#### ",
            "[$0-9.,]",
            "[^a]",
            "\\d",
            "\\s",
            "\\S",
            "\\.",
            ".",
            "é",
            "👍",
            "[é👍]",
            "\\w",
            "\\W",
            "^",
            "$",
            "\\b",
            "\\B",
            "\\A",
            "\\Z",
            "(?=a)",
            "(?!a)",
            "(?<=a)",
            "(?<!b)",
            "(?i:B)",
            "(?!^)",
            "(?!\\A)",
            "(?>^|a)",
            "(?>a|ab)",
            "(?:^|a)?+",
            "a?+",
            "\\d*+",
            "\\n",
            "-");
    private static final List<String> COUNTS =
            List.of("", "", "", "", "?", "*", "+", "{2,}", "{0,1}", "+?", "*?", "??");

    private static final List<String> LETTERS = List.of(
            "a", "b", "A", "B", "#", "# ", " ", "\n", "1", "0", "$", ".", ",", "é", "k", "\u212a", "👍", "\ud83d",
            "\udc4d", "-");

    @Test
    void aNumberBeginsWithADigitOrASign() {
        Optional<FirstCharacters> first = FirstCharacters.of(Pattern.compile("(-?[$0-9.,]{2,})|(-?[0-9]+)"));

        assertThat(first).isPresent();
        assertThat(first.get().next("They have 12 left", 0)).isEqualTo(10);
        assertThat(first.get().next("They have 12 left", 12)).isEqualTo(17);
        assertThat(first.get().next("two 👍 or é", 0)).isEqualTo(4);
    }

    @Test
    void whatDependsOnTheTextBeforeOrMayBeEmptyAtItsEndIsLeftToJava() {
        for (String expression : List.of("(?<=a)b", "(?<!a)b", "a*", "a|$", "(?!a)", ".", "[a-z]+")) {
            assertThat(FirstCharacters.of(Pattern.compile(expression)))
                    .as(expression)
                    .isEmpty();
        }
    }

    /** The first searches are Java's own, the later ones begin only where a match may. */
    @Test
    void anExpressionFindsTheSameHoweverOftenItHasSearched() {
        long seed = 20261127;
        SplittableRandom random = new SplittableRandom(seed);
        int quicker = 0;
        for (int round = 0; round < 20_000; round++) {
            String expression = expression(random, 2);
            String text = text(random);
            List<List<String>> found = new PythonPattern(expression).findAll(text);
            String rest = new PythonPattern(expression).removeFrom(text);
            PythonPattern used = new PythonPattern(expression);
            for (int i = 0; i < PythonPattern.SEARCHES_BEFORE; i++) {
                used.isIn(text);
            }
            assertThat(used.findAll(text))
                    .as("seed %d, %s in %s", seed, expression, text)
                    .isEqualTo(found);
            assertThat(used.removeFrom(text))
                    .as("seed %d, %s in %s", seed, expression, text)
                    .isEqualTo(rest);
            quicker += FirstCharacters.of(Pattern.compile(
                                    PythonExpression.read(expression, false).java()))
                            .isPresent()
                    ? 1
                    : 0;
        }
        assertThat(quicker).as("seed " + seed).isGreaterThan(4_000);
    }

    private static String expression(SplittableRandom random, int depth) {
        StringBuilder expression = new StringBuilder();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            boolean group = depth > 0 && random.nextInt(4) == 0;
            String item = group ? "(" + expression(random, depth - 1) + ")" : pick(random, ITEMS);
            boolean repeatable = group || !item.matches("\\^|\\$|\\\\[bBAZ]|\\(\\?.*|.*\\+");
            expression.append(item).append(repeatable ? pick(random, COUNTS) : "");
            expression.append(random.nextInt(6) == 0 && i > 1 ? "|" : "");
        }
        return expression.toString();
    }

    private static String text(SplittableRandom random) {
        List<String> letters = new ArrayList<>();
        for (int i = random.nextInt(13); i > 0; i--) {
            letters.add(pick(random, LETTERS));
        }
        return String.join("", letters);
    }

    private static String pick(SplittableRandom random, List<String> of) {
        return of.get(random.nextInt(of.size()));
    }
}
