package io.stoa.gateway.cascade;

import java.util.Map;
import java.util.TreeMap;

/**
 * A prompt as numbers: what can be counted, and its words and pairs of words by a hash. Bounded in time by
 * {@value #MOST_CHARACTERS} characters, and made without garbage where only a score is wanted.
 */
final class TextFeatures {
    /** Places of hashed pieces. */
    static final int BUCKETS = 1 << 13;

    /** Lengths and counts stand before the pieces. */
    static final int COUNTS = 6;

    static final int SIZE = COUNTS + BUCKETS;

    /** Longer prompts are judged by their beginning and their true length. */
    static final int MOST_CHARACTERS = 8_192;

    /** What the pieces of one prompt weigh together, beside counts that vary by about one. */
    private static final double PIECES = 3;

    private TextFeatures() {}

    /** Hears where a piece falls, and which text it is. */
    private interface Pieces {
        void piece(int place, int start, int end);
    }

    /** The name of a counted feature. */
    static String name(int place) {
        return switch (place) {
            case 0 -> "length";
            case 1 -> "number of words";
            case 2 -> "number of numbers";
            case 3 -> "number of lines";
            case 4 -> "number of question marks";
            case 5 -> "mean word length";
            default -> "words in place " + place;
        };
    }

    static double length(String prompt) {
        // Near 0 for usual prompts, so that one penalty suits all features.
        return Math.log1p(prompt.length()) - 5;
    }

    static Features of(String prompt) {
        TreeMap<Integer, Double> found = new TreeMap<>();
        Counts counts = scan(prompt, (place, _, _) -> found.merge(place, 1.0, Double::sum));
        double factor = counts.factor();
        found.replaceAll((_, count) -> count * factor);
        for (int i = 0; i < COUNTS; i++) {
            found.put(i, counts.value(i, prompt));
        }
        return Features.of(found);
    }

    /** The same as multiplying {@link #of} with weights, without making it. */
    static double times(String prompt, double[] weights, int offset) {
        double[] sum = new double[1];
        Counts counts = scan(prompt, (place, _, _) -> sum[0] += weights[offset + place]);
        double score = sum[0] * counts.factor();
        for (int i = 0; i < COUNTS; i++) {
            score += weights[offset + i] * counts.value(i, prompt);
        }
        return score;
    }

    /** What each feature adds to a score, by a name for people. */
    static Map<String, Double> contributions(String prompt, double[] weights, int offset) {
        Map<String, Double> shares = new TreeMap<>();
        Counts counts = scan(prompt, (_, _, _) -> {});
        double factor = counts.factor();
        scan(
                prompt,
                (place, start, end) -> shares.merge(
                        '"' + prompt.substring(start, end).replaceAll("\\s+", " ") + '"',
                        weights[offset + place] * factor,
                        Double::sum));
        for (int i = 0; i < COUNTS; i++) {
            shares.put(name(i), weights[offset + i] * counts.value(i, prompt));
        }
        return shares;
    }

    private static Counts scan(String prompt, Pieces pieces) {
        int end = Math.min(prompt.length(), MOST_CHARACTERS);
        Counts counts = new Counts();
        int before = 0;
        int beforeStart = -1;
        for (int i = 0; i < end; ) {
            char c = prompt.charAt(i);
            if (!Character.isLetterOrDigit(c)) {
                counts.mark(c);
                i++;
                continue;
            }
            int start = i;
            boolean number = Character.isDigit(c);
            int hash = 7;
            for (; i < end && Character.isLetterOrDigit(prompt.charAt(i)); i++) {
                // All numbers of one length are one word: which one it is says nothing.
                hash = 31 * hash + (number ? '0' : Character.toLowerCase(prompt.charAt(i)));
            }
            counts.word(i - start, number);
            pieces.piece(place(hash), start, i);
            if (beforeStart >= 0) {
                counts.pieces++;
                pieces.piece(place(31 * before + hash + 1), beforeStart, i);
            }
            before = hash;
            beforeStart = start;
        }
        return counts;
    }

    private static int place(int hash) {
        // Polynomial hashes keep similar words near each other; multiplying spreads them (Knuth, vol. 3, 6.4).
        int spread = hash * 0x9E3779B9;
        spread ^= spread >>> 15;
        spread *= 0x85EBCA6B;
        return COUNTS + ((spread ^ (spread >>> 13)) & (BUCKETS - 1));
    }

    private static final class Counts {
        private int pieces;
        private int words;
        private int letters;
        private int numbers;
        private int lines;
        private int questions;

        void mark(char c) {
            lines += c == '\n' ? 1 : 0;
            questions += c == '?' ? 1 : 0;
        }

        void word(int length, boolean number) {
            words++;
            pieces++;
            letters += length;
            numbers += number ? 1 : 0;
        }

        /** Long prompts' words weigh as much as short ones', or their length would be learned twice. */
        double factor() {
            return PIECES / Math.sqrt(Math.max(1, pieces));
        }

        double value(int place, String prompt) {
            return switch (place) {
                case 0 -> length(prompt);
                case 1 -> Math.log1p(words) - 3.5;
                case 2 -> Math.log1p(numbers);
                case 3 -> Math.log1p(lines);
                case 4 -> Math.log1p(questions);
                default -> words == 0 ? 0 : letters / (4.0 * words) - 1;
            };
        }
    }
}
