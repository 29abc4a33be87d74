package io.stoa.integration.judge.metric;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Support by words: the share of the sentence's n-grams of up to two words that the passages hold, function words aside, and 0
 * where the sentence names a number that they do not. In [0, 1].
 *
 * <p>A sentence of fewer than four words, such as "grey", is held together with the words of its question.
 *
 * <p>What it cannot see: a negation, a changed subject or an order that turns the meaning around while the words stay. How often
 * it errs is what {@link SupportCalibration} states.
 *
 * <p>The share of n-grams that a source holds is the n-gram precision of M. Grusky, M. Naaman and Y. Artzi, "Newsroom", NAACL
 * 2018 (extractive coverage).
 */
public final class WordSupport implements Support {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:['’][\\p{L}]+)?");

    /** A shorter sentence is no claim by itself: the question's words are added. */
    private static final int SHORTEST_CLAIM = 4;

    private static final Set<String> QUESTION_WORDS =
            Set.of("what", "which", "who", "whom", "whose", "where", "when", "why", "how", "many", "much");

    private static final Set<String> FUNCTION_WORDS = Set.of(
            "a", "an", "the", "is", "are", "was", "were", "be", "been", "being", "am", "has", "have", "had", "do",
            "does", "did", "of", "in", "on", "at", "to", "for", "from", "by", "with", "as", "and", "or", "but", "that",
            "this", "these", "those", "it", "its", "he", "she", "they", "his", "her", "their", "there", "which", "who",
            "what", "will", "would", "can", "could", "may", "also");

    @Override
    public double of(String question, String sentence, List<String> passages) {
        List<String> words = words(sentence);
        if (words.isEmpty()) {
            return 0;
        }
        if (words.size() < SHORTEST_CLAIM) {
            List<String> claim = new ArrayList<>(words(question));
            claim.removeAll(QUESTION_WORDS);
            words = List.copyOf(Stream.concat(words.stream(), claim.stream()).toList());
        }
        Set<String> held = new HashSet<>();
        for (String passage : passages) {
            List<String> said = words(passage);
            held.addAll(said);
            held.addAll(pairs(said));
        }
        List<String> claimed = words;
        List<String> counted =
                claimed.stream().filter(word -> !FUNCTION_WORDS.contains(word)).toList();
        for (String word : counted) {
            if (Character.isDigit(word.charAt(0)) && !held.contains(word)) {
                return 0;
            }
        }
        List<String> grams = new ArrayList<>(counted.isEmpty() ? words : counted);
        grams.addAll(pairs(words(sentence)));
        return (double) grams.stream().filter(held::contains).count() / grams.size();
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }

    private static List<String> pairs(List<String> words) {
        List<String> pairs = new ArrayList<>();
        for (int i = 1; i < words.size(); i++) {
            pairs.add(words.get(i - 1) + " " + words.get(i));
        }
        return pairs;
    }
}
