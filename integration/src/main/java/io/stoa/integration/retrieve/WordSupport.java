package io.stoa.integration.retrieve;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The share of a sentence's words, without stop words and stemmed, that the passages hold; 0 where a number of the
 * sentence is in none of them, because a wrong number makes a wrong sentence. Quick, the same each time, and blind to who
 * did what to whom and to "not": for those, {@link JudgedSupport}.
 *
 * @param enough in (0, 1]
 */
public record WordSupport(Analysis analysis, double enough) implements Support {
    /** English words, of which three quarters have to be there. */
    public static final WordSupport USUAL = new WordSupport(Analysis.USUAL, 0.75);

    public WordSupport {
        if (!(enough > 0 && enough <= 1)) {
            throw new IllegalArgumentException("a share that is enough is in (0, 1]: " + enough);
        }
    }

    @Override
    public String name() {
        return "share of words (" + analysis + ")";
    }

    @Override
    public double of(String sentence, List<String> passages) {
        Set<String> said = new HashSet<>(analysis.words(sentence));
        if (said.isEmpty()) {
            return 0;
        }
        Set<String> there = new HashSet<>();
        passages.forEach(passage -> there.addAll(analysis.words(passage)));
        int found = 0;
        for (String word : said) {
            if (there.contains(word)) {
                found++;
            } else if (word.codePoints().anyMatch(Character::isDigit)) {
                return 0;
            }
        }
        return (double) found / said.size();
    }
}
