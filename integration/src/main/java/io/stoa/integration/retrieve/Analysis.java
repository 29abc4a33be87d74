package io.stoa.integration.retrieve;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.da.DanishAnalyzer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.fi.FinnishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.nl.DutchAnalyzer;
import org.apache.lucene.analysis.no.NorwegianAnalyzer;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.sv.SwedishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * How a text becomes words. Words are cut by Unicode's rules (UAX #29) and lower-cased; then, by choice, the language's
 * stop words are left out and what remains is stemmed (Porter's stemmer for English, as Anserini does; Snowball's and
 * Savoy's for others).
 *
 * @param stem whether {@code returned} finds {@code return}
 * @param stopWords whether words such as {@code the} are left out
 */
public record Analysis(Language language, boolean stem, boolean stopWords) {
    /** English words, stemmed, without stop words: what published figures of BM25 are measured with. */
    public static final Analysis USUAL = new Analysis(Language.ENGLISH, true, true);

    public Analysis {
        requireNonNull(language, "language");
    }

    /** What the words are in. */
    public enum Language {
        /** Any: no stop words and no stems are known. */
        ANY,
        DANISH,
        DUTCH,
        ENGLISH,
        FINNISH,
        FRENCH,
        GERMAN,
        ITALIAN,
        NORWEGIAN,
        PORTUGUESE,
        RUSSIAN,
        SPANISH,
        SWEDISH;

        private CharArraySet stopSet() {
            return switch (this) {
                case ANY -> CharArraySet.EMPTY_SET;
                case DANISH -> DanishAnalyzer.getDefaultStopSet();
                case DUTCH -> DutchAnalyzer.getDefaultStopSet();
                case ENGLISH -> EnglishAnalyzer.getDefaultStopSet();
                case FINNISH -> FinnishAnalyzer.getDefaultStopSet();
                case FRENCH -> FrenchAnalyzer.getDefaultStopSet();
                case GERMAN -> GermanAnalyzer.getDefaultStopSet();
                case ITALIAN -> ItalianAnalyzer.getDefaultStopSet();
                case NORWEGIAN -> NorwegianAnalyzer.getDefaultStopSet();
                case PORTUGUESE -> PortugueseAnalyzer.getDefaultStopSet();
                case RUSSIAN -> RussianAnalyzer.getDefaultStopSet();
                case SPANISH -> SpanishAnalyzer.getDefaultStopSet();
                case SWEDISH -> SwedishAnalyzer.getDefaultStopSet();
            };
        }

        private Analyzer stemming(CharArraySet left) {
            return switch (this) {
                case ANY -> new StandardAnalyzer(left);
                case DANISH -> new DanishAnalyzer(left);
                case DUTCH -> new DutchAnalyzer(left);
                case ENGLISH -> new EnglishAnalyzer(left);
                case FINNISH -> new FinnishAnalyzer(left);
                case FRENCH -> new FrenchAnalyzer(left);
                case GERMAN -> new GermanAnalyzer(left);
                case ITALIAN -> new ItalianAnalyzer(left);
                case NORWEGIAN -> new NorwegianAnalyzer(left);
                case PORTUGUESE -> new PortugueseAnalyzer(left);
                case RUSSIAN -> new RussianAnalyzer(left);
                case SPANISH -> new SpanishAnalyzer(left);
                case SWEDISH -> new SwedishAnalyzer(left);
            };
        }
    }

    /** What cuts texts so; the caller closes it. */
    public Analyzer analyzer() {
        CharArraySet left = stopWords ? language.stopSet() : CharArraySet.EMPTY_SET;
        return stem ? language.stemming(left) : new StandardAnalyzer(left);
    }

    /** The words of a text, in their order. */
    public List<String> words(String text) {
        List<String> words = new ArrayList<>();
        try (Analyzer analyzer = analyzer();
                TokenStream stream = analyzer.tokenStream("", text)) {
            CharTermAttribute word = stream.addAttribute(CharTermAttribute.class);
            stream.reset();
            while (stream.incrementToken()) {
                words.add(word.toString());
            }
            stream.end();
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot fail to be read", e);
        }
        return words;
    }

    /** As it is kept with a store, such as {@code english stem stop}. */
    @Override
    public String toString() {
        return String.join(
                " ",
                Stream.of(language.name().toLowerCase(Locale.ROOT), stem ? "stem" : "", stopWords ? "stop" : "")
                        .filter(word -> !word.isEmpty())
                        .toList());
    }

    /**
     * Reads what {@link #toString()} writes.
     *
     * @throws IllegalArgumentException when it is something else
     */
    public static Analysis of(String written) {
        List<String> words = List.of(written.split(" ", -1));
        Analysis analysis = new Analysis(
                Language.valueOf(words.getFirst().toUpperCase(Locale.ROOT)),
                words.contains("stem"),
                words.contains("stop"));
        if (!analysis.toString().equals(written)) {
            throw new IllegalArgumentException("no analysis of words: " + written);
        }
        return analysis;
    }
}
