package io.stoa.gateway.cascade;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A prompt's words as numbers: hashed one- and two-word pieces and what was counted, bounded in time by
 * {@value #MOST_CHARACTERS} characters.
 */
final class TextFeatures {
    /** Places of hashed pieces. */
    static final int BUCKETS = 1 << 13;

    /** Lengths and counts stand before the pieces. */
    static final int COUNTS = 6;

    static final int SIZE = COUNTS + BUCKETS;

    /** Longer prompts are judged by their beginning and their true length. */
    static final int MOST_CHARACTERS = 16_384;

    private TextFeatures() {}

    /** The names of the counted features, in their places. */
    static String name(int place) {
        return switch (place) {
            case 0 -> "length (ln characters)";
            case 1 -> "words (ln)";
            case 2 -> "numbers (ln)";
            case 3 -> "lines (ln)";
            case 4 -> "question marks (ln)";
            case 5 -> "mean word length";
            default -> "words in place " + place;
        };
    }

    /** Length alone, as the baseline knows it. */
    static Features length(String prompt) {
        return Features.dense(new double[] {Math.log1p(prompt.length())});
    }

    static Features of(String prompt) {
        return of(prompt, new HashMap<>());
    }

    /** The features, and which pieces fell into which place. */
    static Features of(String prompt, Map<Integer, String> pieces) {
        String text = prompt.substring(0, Math.min(prompt.length(), MOST_CHARACTERS));
        Counts counts = new Counts();
        TreeMap<Integer, Double> found = new TreeMap<>();
        String before = "";
        for (int i = 0; i < text.length(); ) {
            char c = text.charAt(i);
            if (!Character.isLetterOrDigit(c)) {
                counts.mark(c);
                i++;
                continue;
            }
            int start = i;
            while (i < text.length() && Character.isLetterOrDigit(text.charAt(i))) {
                i++;
            }
            String word = text.substring(start, i).toLowerCase(Locale.ROOT);
            boolean number = Character.isDigit(word.charAt(0));
            counts.word(word, number);
            String piece = number ? "0".repeat(Math.min(6, word.length())) : word;
            put(found, piece, pieces);
            if (!before.isEmpty()) {
                put(found, before + ' ' + piece, pieces);
            }
            before = piece;
        }
        // Each prompt's pieces weigh the same together, or long prompts would be learned for their length twice.
        double norm = Math.sqrt(found.values().stream().mapToDouble(v -> v * v).sum());
        found.replaceAll((_, v) -> 3 * v / norm);
        counts.putInto(found, prompt.length());
        return Features.of(found);
    }

    private static void put(Map<Integer, Double> found, String piece, Map<Integer, String> pieces) {
        int place = COUNTS + Math.floorMod(mixed(piece.hashCode()), BUCKETS);
        found.put(place, 1.0);
        pieces.putIfAbsent(place, piece);
    }

    /** String's hash keeps similar words near each other. */
    private static int mixed(int hash) {
        int h = hash * 0x9E3779B9;
        h ^= h >>> 15;
        h *= 0x85EBCA6B;
        return h ^ (h >>> 13);
    }

    private static final class Counts {
        private int words;
        private int letters;
        private int numbers;
        private int lines;
        private int questions;

        void mark(char c) {
            lines += c == '\n' ? 1 : 0;
            questions += c == '?' ? 1 : 0;
        }

        void word(String word, boolean number) {
            words++;
            letters += word.length();
            numbers += number ? 1 : 0;
        }

        void putInto(Map<Integer, Double> found, int characters) {
            // Centred by hand near usual prompts, so that one penalty suits all features.
            found.put(0, Math.log1p(characters) - 5);
            found.put(1, Math.log1p(words) - 3.5);
            found.put(2, Math.log1p(numbers));
            found.put(3, Math.log1p(lines));
            found.put(4, Math.log1p(questions));
            found.put(5, words == 0 ? 0 : (double) letters / words / 4 - 1);
        }
    }
}
