package io.stoa.benchmark.metric;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which letter an answer in prose settles on. What is announced as the answer ("Answer: B", "the answer is (B)") counts
 * before a letter that only stands somewhere, and the last before an earlier one, because reasoning comes first. Only
 * capitals count: "a" is a word.
 */
public final class ChosenLetter {
    private static final String BETWEEN =
            "(?:[\\s\"'`“”‘’(\\[{*$]|\\\\[(\\[]|\\\\(?:boxed|text|textbf|mathbf|mathrm)\\{)*";

    /** What follows a letter that stands for a choice, where it does not begin a sentence of its own. */
    private static final String GOES_ON = "(?!is\\b|because\\b|since\\b|as\\b)\\p{Ll}";

    /** "I think". */
    private static final String NOT_I = "(?!(?<=I)\\s+" + GOES_ON + ")";

    /** "A careful reading", "I think". */
    private static final String NO_WORD = "(?!(?<=[AI])\\s+" + GOES_ON + ")";

    private final List<Pattern> patterns;

    /** @param count how many choices there are, lettered from A; at most 26 */
    public ChosenLetter(int count) {
        if (count < 1 || count > 26) {
            throw new IllegalArgumentException("choices are lettered from A to Z, so 1 to 26 of them: " + count);
        }
        String letter = "([A-" + (char) ('A' + count - 1) + "])(?![\\p{L}\\p{N}_'’])";
        patterns = List.of(
                Pattern.compile("(?i:\\banswer)" + BETWEEN + "(?i::|is\\s*:?)" + BETWEEN + "(?i:definitely\\s+)?"
                        + BETWEEN + letter + NOT_I),
                Pattern.compile("\\A" + BETWEEN + letter + NO_WORD + "(?=[\\s.,:;)\\]}\"'*]*(?:\\s|\\z))"),
                Pattern.compile("(?<![\\p{L}\\p{N}_])" + letter + "[\\s.)\\]}\"'”*$\\\\]*\\z"));
    }

    /** The letter, or nothing where the answer settles on none. */
    public Optional<String> in(String answer) {
        return patterns.stream()
                .flatMap(pattern -> pattern.matcher(answer).results().reduce((_, last) -> last).stream())
                .map(match -> match.group(1))
                .findFirst();
    }
}
