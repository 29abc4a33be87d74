package io.stoa.inspect.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts as the words in them, each with how often it is there; a rendering may move white space and marks about. */
final class Words {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}\\p{M}]+");

    /** Marks such as {@code <|im_start|>}, {@code </think>} and {@code [INST]}. */
    private static final Pattern MARK = Pattern.compile("<[|｜/]?[^<>\\s./]{1,40}>|\\[/?[A-Z_]{1,30}\\]");

    private static final String[] FIRST = {"vel", "tas", "brin", "quo", "mer", "zol", "fen", "gra"};
    private static final String[] SECOND = {"mora", "quin", "dolf", "rask", "tive", "lusk", "ombe", "yent"};
    private static final String[] THIRD = {"ix", "ull", "arn", "ep", "oth", "ynd", "esk", "urm"};

    private static final Set<String> CALENDAR = Set.of(
            "jan",
            "feb",
            "mar",
            "apr",
            "may",
            "jun",
            "jul",
            "aug",
            "sep",
            "oct",
            "nov",
            "dec",
            "january",
            "february",
            "march",
            "april",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
            "mon",
            "tue",
            "wed",
            "thu",
            "fri",
            "sat",
            "sun",
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
            "am",
            "pm");

    private final Map<String, Integer> counts = new TreeMap<>();

    private Words(String text) {
        Matcher words = WORD.matcher(text);
        while (words.find()) {
            counts.merge(words.group(), 1, Integer::sum);
        }
    }

    static Words of(String text) {
        return new Words(text);
    }

    /** Three words that no text has by chance, others for each place (up to 170). */
    static String neutral(int place) {
        return word(3 * place) + " " + word(3 * place + 1) + " " + word(3 * place + 2);
    }

    static String word(int number) {
        return FIRST[number % 8] + SECOND[number / 8 % 8] + THIRD[number / 64 % 8];
    }

    Words plus(Words other) {
        Words sum = new Words("");
        sum.counts.putAll(counts);
        other.counts.forEach((word, count) -> sum.counts.merge(word, count, Integer::sum));
        return sum;
    }

    /** Those that this has more often. */
    Words minus(Words other) {
        Words rest = new Words("");
        counts.forEach((word, count) -> {
            int left = count - other.counts.getOrDefault(word, 0);
            if (left > 0) {
                rest.counts.put(word, left);
            }
        });
        return rest;
    }

    /** Without numbers and the names of months and days. */
    Words withoutDates() {
        Words rest = new Words("");
        counts.forEach((word, count) -> {
            boolean date = word.chars().allMatch(Character::isDigit)
                    || CALENDAR.contains(word.toLowerCase(java.util.Locale.ROOT))
                    || word.matches("[0-9]+(st|nd|rd|th|T[0-9]+|Z)");
            if (!date) {
                rest.counts.put(word, count);
            }
        });
        return rest;
    }

    boolean isEmpty() {
        return counts.isEmpty();
    }

    int size() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    List<String> list() {
        List<String> all = new ArrayList<>();
        counts.forEach((word, count) -> all.add(count > 1 ? word + "×" + count : word));
        return all;
    }

    /** A text without marks. */
    static String unmarked(String text) {
        return MARK.matcher(text).replaceAll(" ");
    }

    @Override
    public String toString() {
        List<String> all = list();
        return String.join(" ", all.subList(0, Math.min(14, all.size()))) + (all.size() > 14 ? " …" : "");
    }
}
