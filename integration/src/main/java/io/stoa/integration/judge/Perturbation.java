package io.stoa.integration.judge;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Changes of an item that must not change what is right. Each is drawn by a seed and the item's id, so that it is the same for
 * every pipeline.
 */
public enum Perturbation {
    /** Two letters inside one or two words are swapped; words with a capital letter or a digit, such as names, stay. */
    TYPO,
    /** The question is put in other words around it, as people do. */
    PARAPHRASE,
    /** Passages of other items' questions are mixed into those that were found. */
    DISTRACTOR,
    /** The passages that were found come in another order. */
    ORDER;

    private static final Pattern WORD = Pattern.compile("(?<![\\p{L}\\p{N}])\\p{Ll}{4,40}(?![\\p{L}\\p{N}])");

    private static final List<String> FRAMES = List.of(
            "Could you tell me the following? %s",
            "I would like to know: %s",
            "%s Thank you.",
            "Hello, I have a question. %s",
            "%s Please answer briefly.",
            "One of our customers asks: %s");

    /** What people call it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it changes the question; otherwise it changes the passages. */
    public boolean ofQuestion() {
        return switch (this) {
            case TYPO, PARAPHRASE -> true;
            case DISTRACTOR, ORDER -> false;
        };
    }

    /** The question changed; for those that change passages, the question as it is. */
    String question(TestItem item, long seed) {
        Random random = random(item, seed);
        return switch (this) {
            case TYPO -> typo(item.question(), random);
            case PARAPHRASE -> FRAMES.get(random.nextInt(FRAMES.size())).formatted(item.question());
            case DISTRACTOR, ORDER -> item.question();
        };
    }

    /**
     * A list changed.
     *
     * @param others what distractors are drawn from
     */
    <T> List<T> passages(TestItem item, List<T> found, List<T> others, long seed) {
        Random random = random(item, seed);
        List<T> changed = new ArrayList<>(found);
        switch (this) {
            case TYPO, PARAPHRASE -> {}
            case ORDER -> Collections.shuffle(changed, random);
            case DISTRACTOR -> {
                List<T> strange = new ArrayList<>(others);
                strange.removeAll(found);
                Collections.shuffle(strange, random);
                for (T one : strange.subList(0, Math.min(strange.size(), Math.max(1, found.size() / 2)))) {
                    changed.add(random.nextInt(changed.size() + 1), one);
                }
            }
        }
        return changed;
    }

    private Random random(TestItem item, long seed) {
        return new Random(seed * 31 + item.id().hashCode() * 1_000_003L + name().hashCode());
    }

    private static String typo(String question, Random random) {
        List<MatchResult> words =
                new ArrayList<>(WORD.matcher(question).results().toList());
        Collections.shuffle(words, random);
        StringBuilder changed = new StringBuilder(question);
        for (MatchResult word : words.subList(0, Math.min(words.size(), 1 + random.nextInt(2)))) {
            int at = word.start() + 1 + random.nextInt(word.end() - word.start() - 2);
            char letter = changed.charAt(at);
            changed.setCharAt(at, changed.charAt(at + 1));
            changed.setCharAt(at + 1, letter);
        }
        return changed.toString();
    }
}
