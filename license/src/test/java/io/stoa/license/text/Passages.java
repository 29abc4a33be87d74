package io.stoa.license.text;

/** Writes the quotes of made-up licences. */
public final class Passages {
    private Passages() {}

    /** The YAML of a quote of a whole passage. */
    public static String yaml(String passage) {
        Words words = Words.of(passage);
        Quote quote = Quote.of(words, 0, words.size());
        return "{start: \"%s\", words: %d, sha256: \"%s\"}".formatted(quote.start(), quote.words(), quote.sha256());
    }
}
