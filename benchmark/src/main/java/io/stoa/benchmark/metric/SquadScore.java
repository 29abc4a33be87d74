package io.stoa.benchmark.metric;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How well a short answer matches the best of its references, as the official scripts of SQuAD count it: in small
 * letters, without ASCII punctuation, without the words a, an and the.
 *
 * <p>Source: P. Rajpurkar et al., arXiv 1606.05250 and (questions without an answer) arXiv 1806.03822.
 *
 * @param exact 1 where the normalized texts are equal, else 0
 * @param f1 of the words that both have, from 0 to 1
 */
public record SquadScore(double exact, double f1) {
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /** Bounds of words as Python's {@code \b} sees them: letters and numbers of every script, no combining marks. */
    private static final Pattern ARTICLE = Pattern.compile("(?<![\\p{L}\\p{N}_])(?:a|an|the)(?![\\p{L}\\p{N}_])");

    /**
     * Scores an answer. Each number is the largest over the references, so both may come from different ones.
     *
     * @param references those of which nothing is left by normalization do not count; where none is left, the question has
     *     no answer, and right is an answer of which nothing is left either
     */
    public static SquadScore of(String prediction, List<String> references) {
        List<String> made = words(prediction);
        List<List<String>> wanted = references.stream()
                .map(SquadScore::words)
                .filter(words -> !words.isEmpty())
                .toList();
        double exact = 0;
        double f1 = 0;
        for (List<String> words : wanted.isEmpty() ? List.<List<String>>of(List.of()) : wanted) {
            exact = Math.max(exact, made.equals(words) ? 1 : 0);
            f1 = Math.max(f1, f1(made, words));
        }
        return new SquadScore(exact, f1);
    }

    private static double f1(List<String> made, List<String> wanted) {
        if (made.isEmpty() || wanted.isEmpty()) {
            return made.equals(wanted) ? 1 : 0;
        }
        int common = Words.common(Words.ngrams(made, 1), Words.ngrams(wanted, 1));
        return Words.harmonicMean((double) common / made.size(), (double) common / wanted.size());
    }

    /** The normalized words. */
    private static List<String> words(String text) {
        StringBuilder bare = new StringBuilder();
        text.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(codePoint -> PUNCTUATION.indexOf(codePoint) < 0)
                .forEach(bare::appendCodePoint);
        return Words.of(ARTICLE.matcher(bare).replaceAll(" "));
    }

    /**
     * A scored question that may have no answer.
     *
     * @param score exact match or F1, from 0 to 1
     * @param answerable whether the question has references
     * @param answered whether the model said anything
     * @param noAnswer the probability that the model gives to there being no answer
     */
    public record Question(double score, boolean answerable, boolean answered, double noAnswer) {}

    /**
     * The mean score, from 0 to 1, had the model kept silent wherever it holds no answer for likelier than the best
     * threshold: {@code best_exact} and {@code best_f1}. The threshold is chosen on the very items, so it flatters.
     *
     * @param questions at least one
     */
    public static double best(List<Question> questions) {
        if (questions.isEmpty()) {
            throw new IllegalArgumentException("a mean needs at least one question");
        }
        List<Question> surest = new ArrayList<>(questions);
        surest.sort(Comparator.comparingDouble(Question::noAnswer));
        double sum =
                questions.stream().filter(question -> !question.answerable()).count();
        double best = sum;
        for (Question question : surest) {
            sum += question.answerable() ? question.score() : question.answered() ? -1 : 0;
            best = Math.max(best, sum);
        }
        return best / questions.size();
    }
}
