package io.stoa.integration.retrieve;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Cuts a text into sentences: after {@code . ! ? 。 ！ ？ …} with closing quotes, brackets and citation marks such as
 * {@code [1]} behind them, where white space and no small letter follows, and at each line break. Common abbreviations
 * and single initials do not end one.
 */
public final class Sentences {
    private static final String ENDS = ".!?。！？…";
    private static final String CLOSERS = "\"'”’»)]";
    private static final Set<String> ABBREVIATIONS = Set.of(
            "mr", "mrs", "ms", "dr", "prof", "st", "vs", "etc", "e.g", "i.e", "cf", "al", "fig", "no", "inc", "ltd",
            "co", "corp", "approx", "ca", "z.b", "d.h", "bzw", "nr", "art", "sec", "p", "pp", "vol");

    private Sentences() {}

    /** The sentences, stripped, none of them empty. */
    public static List<String> of(String text) {
        List<String> sentences = new ArrayList<>();
        int from = 0;
        int at = 0;
        while (at < text.length()) {
            char character = text.charAt(at);
            int end = at + 1;
            if (character == '\n') {
                add(sentences, text, from, end);
                from = end;
            } else if (ENDS.indexOf(character) >= 0) {
                end = afterClosers(text, end);
                if (endsHere(text, from, at, end)) {
                    add(sentences, text, from, end);
                    from = end;
                }
            }
            at = end;
        }
        add(sentences, text, from, text.length());
        return sentences;
    }

    /** Behind further stops, closing marks and citations, also those after a space: {@code end. [1][2]}. */
    private static int afterClosers(String text, int from) {
        int end = from;
        while (end < text.length()) {
            char character = text.charAt(end);
            if (ENDS.indexOf(character) >= 0 || CLOSERS.indexOf(character) >= 0) {
                end++;
                continue;
            }
            int mark = end;
            while (mark < text.length() && text.charAt(mark) == ' ') {
                mark++;
            }
            int behind = afterMark(text, mark);
            if (behind < 0) {
                return end;
            }
            end = behind;
        }
        return end;
    }

    /** The end of a mark such as {@code [1]} or {@code [1, 2]}; −1 where there is none. */
    private static int afterMark(String text, int at) {
        if (at >= text.length() || text.charAt(at) != '[') {
            return -1;
        }
        int end = at + 1;
        while (end < text.length() && end - at < 20 && "0123456789, ".indexOf(text.charAt(end)) >= 0) {
            end++;
        }
        return end > at + 1 && end < text.length() && text.charAt(end) == ']' ? end + 1 : -1;
    }

    private static boolean endsHere(String text, int from, int stop, int end) {
        if (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            // Chinese and Japanese put no space after a sentence.
            return "。！？".indexOf(text.charAt(stop)) >= 0;
        }
        int next = end;
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        if (next < text.length() && Character.isLowerCase(text.codePointAt(next))) {
            return false;
        }
        if (text.charAt(stop) != '.') {
            return true;
        }
        int begin = stop;
        while (begin > from && stop - begin < 12 && !Character.isWhitespace(text.charAt(begin - 1))) {
            begin--;
        }
        String last = text.substring(begin, stop).toLowerCase(Locale.ROOT);
        boolean initial = last.length() == 1 && Character.isUpperCase(text.charAt(begin));
        return !initial && !ABBREVIATIONS.contains(last);
    }

    private static void add(List<String> sentences, String text, int from, int to) {
        String sentence = text.substring(from, to).strip();
        if (!sentence.isEmpty()) {
            sentences.add(sentence);
        }
    }
}
