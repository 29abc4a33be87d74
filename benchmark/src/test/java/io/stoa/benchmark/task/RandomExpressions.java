package io.stoa.benchmark.task;

import java.util.List;
import java.util.SplittableRandom;

/** Expressions in Python's syntax as no person would write them, many of which take exponential time. */
final class RandomExpressions {
    private static final List<String> ATOMS = List.of(
            "a", "b", "[", "]", " ", "#", ".", "\\w", "\\d", "\\s", "[ab]", "[^\\[]", "[[]", "[]a]", "[^]b]", "[a\\]]",
            "[&&a]", "\\b", "^", "$", "\\[", "\\(", "\\)", "(?#()", "(?#[)", "(?=a)", "(?!b)", "{", "}", "\\x61", "\\1",
            "(?:)", "(?:|)");
    private static final List<String> REPEATS =
            List.of("*", "+", "?", "*?", "+?", "??", "{2}", "{,3}", "{1,40}", "{2,}", "*+", "++", "{3}?");
    private static final List<String> OPENERS =
            List.of("(", "(", "(?:", "(?:", "(?x:", "(?i:", "(?=", "(?!", "(?>", "(?<=", "(?P<n>", "(?-x:");
    private static final List<String> TEXT = List.of("a", "a", "a", "a", "b", "[", "]", " ", "#", "1");

    private final SplittableRandom random;

    RandomExpressions(SplittableRandom random) {
        this.random = random;
    }

    String next() {
        return (random.nextInt(6) == 0 ? "(?x)" : "") + sequence(0);
    }

    String text(int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append(TEXT.get(random.nextInt(TEXT.size())));
        }
        return text.toString();
    }

    private String sequence(int depth) {
        StringBuilder sequence = new StringBuilder();
        int parts = random.nextInt(1, 5);
        for (int i = 0; i < parts; i++) {
            sequence.append(depth < 3 && random.nextInt(3) == 0 ? of(OPENERS) + sequence(depth + 1) + ")" : of(ATOMS));
            sequence.append(random.nextInt(3) == 0 ? of(REPEATS) : "");
            sequence.append(random.nextInt(6) == 0 && i + 1 < parts ? "|" : "");
        }
        return sequence.toString();
    }

    private String of(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
