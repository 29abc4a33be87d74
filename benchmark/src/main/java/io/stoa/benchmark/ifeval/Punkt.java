package io.stoa.benchmark.ifeval;

import io.stoa.benchmark.metric.Words;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where sentences end: T. Kiss and J. Strunk, Unsupervised Multilingual Sentence Boundary Detection, Computational
 * Linguistics 32 (2006) 485–525, as NLTK 3.10 decides it with its English parameters.
 *
 * <p>Each {@code . ? !} before white space or another mark may end a sentence. It does unless it ends an abbreviation, an
 * initial or a number, or is an ellipsis; then what follows decides: its case, how it was written in the text from which
 * the parameters were learnt, and whether it often starts sentences.
 *
 * <p>NLTK before 3.10 does not take typographic quotation marks for marks; sentences that end with one are counted
 * otherwise there.
 */
final class Punkt {
    private static final String ENDS = ".?!";
    private static final String MARKS = ")\";}]*:@'({[‘’“”«»?!";
    private static final String NO_WORD_STARTS = "(\"`{[:;&#*@)}]-,";
    private static final String CLOSING = "\"')]}‘’“”«»";
    private static final String NEVER_STARTS = ";:,.!?";
    private static final Pattern NUMBER = Pattern.compile("-?[.,]?\\p{Nd}[\\p{Nd},.-]*");
    private static final String NUMBER_TYPE = "##number##";

    private final Set<String> abbreviations;
    private final Set<String> collocations;
    private final Set<String> starters;
    private final Set<String> lowerNotUpperInside;
    private final Set<String> lowerAndUpperInside;
    private final Set<String> lowerAtStart;

    private Punkt(Map<String, Set<String>> parameters) {
        abbreviations = section(parameters, "abbreviations");
        collocations = section(parameters, "collocations");
        starters = section(parameters, "sentence starters");
        lowerNotUpperInside = section(parameters, "lower case, never upper case inside of a sentence");
        lowerAndUpperInside = section(parameters, "lower case, and upper case inside of a sentence");
        lowerAtStart = section(parameters, "only lower case, also at the start of a sentence");
    }

    /** The parameters are read once, when they are first needed. */
    private static final class English {
        private static final Punkt INSTANCE = new Punkt(read("punkt-english.txt"));
    }

    static Punkt english() {
        return English.INSTANCE;
    }

    /** The sentences, none of them empty; white space between them belongs to none. */
    List<String> sentences(String text) {
        List<Span> spans = spans(text);
        List<String> sentences = new ArrayList<>();
        int moved = 0;
        for (int i = 0; i < spans.size(); i++) {
            int start = spans.get(i).start + moved;
            int end = spans.get(i).end;
            moved = 0;
            if (i + 1 < spans.size()) {
                Span next = spans.get(i + 1);
                int closed = closed(text, next);
                if (closed > next.start) {
                    end = closed;
                    moved = spaceEnd(text, closed, next.end) - next.start;
                }
            }
            if (start < end) {
                sentences.add(text.substring(start, end));
            }
        }
        return sentences;
    }

    /** Where the closing marks end that begin a span but belong to the sentence before; the span's start if none do. */
    private static int closed(String text, Span span) {
        int at = span.start;
        while (at < span.end && CLOSING.indexOf(text.charAt(at)) >= 0) {
            at++;
            if (at == span.end || Words.isSpace(text.charAt(at)) || (text.startsWith("--", at) && at + 2 <= span.end)) {
                return at;
            }
        }
        return span.start;
    }

    private List<Span> spans(String text) {
        List<Span> spans = new ArrayList<>();
        int start = 0;
        for (Candidate candidate : candidates(text)) {
            if (ends(text.substring(candidate.wordStart, candidate.contextEnd))) {
                spans.add(new Span(start, candidate.at + 1));
                start = candidate.nextStart;
            }
        }
        int end = text.length();
        while (end > 0 && Words.isSpace(text.charAt(end - 1))) {
            end--;
        }
        spans.add(new Span(start, Math.max(start, end)));
        return spans;
    }

    /** The marks that may end a sentence. Of several in one word the last counts. */
    private static List<Candidate> candidates(String text) {
        List<Candidate> candidates = new ArrayList<>();
        int previousAt = 0;
        int wordStart = 0;
        for (int at = 0; at < text.length(); at++) {
            if (ENDS.indexOf(text.charAt(at)) < 0) {
                continue;
            }
            int contextEnd = at + 1;
            int nextStart = at + 1;
            if (at + 1 < text.length() && MARKS.indexOf(text.charAt(at + 1)) >= 0) {
                contextEnd++;
            } else {
                nextStart = spaceEnd(text, at + 1, text.length());
                if (nextStart == at + 1 || nextStart == text.length()) {
                    continue;
                }
                contextEnd = wordEnd(text, nextStart);
            }
            int space = at - 1;
            while (space > previousAt && !isAsciiSpace(text.charAt(space))) {
                space--;
            }
            if (space > previousAt) {
                wordStart = space + 1;
            }
            if (!candidates.isEmpty() && candidates.getLast().at > wordStart) {
                candidates.removeLast();
            }
            candidates.add(new Candidate(at, wordStart, contextEnd, nextStart));
            previousAt = at;
        }
        return candidates;
    }

    /** Whether one of the words, the last aside, ends a sentence. */
    private boolean ends(String context) {
        List<String> words = new ArrayList<>();
        for (String line : context.split("\n", -1)) {
            words(line, words);
        }
        for (int i = 0; i + 1 < words.size(); i++) {
            if (ends(words.get(i), words.get(i + 1))) {
                return true;
            }
        }
        return false;
    }

    private boolean ends(String word, String next) {
        boolean alone = endsAlone(word);
        if (!word.endsWith(".")) {
            return alone;
        }
        String type = withoutPeriod(type(word));
        String nextType = endsAlone(next) ? withoutPeriod(type(next)) : type(next);
        if (collocations.contains(type + "," + nextType)) {
            return false;
        }
        boolean initial = isInitial(word);
        Start start = start(next, nextType);
        if (!initial && (isEllipsis(word) || isAbbreviation(word))) {
            return start == Start.YES || (isUpper(next) && starters.contains(nextType));
        }
        if (initial || type.equals(NUMBER_TYPE)) {
            boolean alwaysUpper = initial
                    && start == Start.UNKNOWN
                    && isUpper(next)
                    && !lowerNotUpperInside.contains(nextType)
                    && !lowerAndUpperInside.contains(nextType);
            return alone && start != Start.NO && !alwaysUpper;
        }
        return alone;
    }

    /** Whether the word ends a sentence as far as it is known without the next one. */
    private boolean endsAlone(String word) {
        return isMark(word) || (word.endsWith(".") && !word.endsWith("..") && !isAbbreviation(word));
    }

    private static boolean isMark(String word) {
        return word.length() == 1 && ENDS.contains(word);
    }

    private static boolean isEllipsis(String word) {
        return word.length() > 1 && word.chars().allMatch(c -> c == '.');
    }

    private boolean isAbbreviation(String word) {
        if (!word.endsWith(".") || word.endsWith("..") || isMark(word)) {
            return false;
        }
        String stem = word.substring(0, word.length() - 1).toLowerCase(Locale.ROOT);
        return abbreviations.contains(stem) || abbreviations.contains(stem.substring(stem.lastIndexOf('-') + 1));
    }

    private static boolean isInitial(String word) {
        int first = word.codePointAt(0);
        return word.substring(Character.charCount(first)).equals(".")
                && PythonText.isWord(first)
                && !Character.isDigit(first);
    }

    private static String type(String word) {
        return NUMBER.matcher(word).matches() ? NUMBER_TYPE : word.toLowerCase(Locale.ROOT);
    }

    private static String withoutPeriod(String type) {
        return type.length() > 1 && type.endsWith(".") ? type.substring(0, type.length() - 1) : type;
    }

    private static boolean isUpper(String word) {
        return Character.isUpperCase(word.codePointAt(0));
    }

    /** Whether the word's case says that it starts a sentence. */
    private Start start(String word, String type) {
        if (word.length() == 1 && NEVER_STARTS.contains(word)) {
            return Start.NO;
        }
        if (isUpper(word) && lowerNotUpperInside.contains(type)) {
            return Start.YES;
        }
        return Character.isLowerCase(word.codePointAt(0)) && !lowerAtStart.contains(type) ? Start.NO : Start.UNKNOWN;
    }

    /** Cuts a line into words and marks; a period stays with its word. */
    private static void words(String line, List<String> words) {
        int at = 0;
        while (at < line.length()) {
            int end;
            if (Words.isSpace(line.charAt(at))) {
                end = at + 1;
            } else {
                end = Math.max(at + Character.charCount(line.codePointAt(at)), at + runLength(line, at));
                if (runLength(line, at) == 0 && NO_WORD_STARTS.indexOf(line.charAt(at)) < 0) {
                    while (!endsWord(line, end)) {
                        end++;
                    }
                }
                words.add(line.substring(at, end));
            }
            at = end;
        }
    }

    private static boolean endsWord(String line, int at) {
        return endsWordWithoutComma(line, at) || (line.charAt(at) == ',' && endsWordWithoutComma(line, at + 1));
    }

    private static boolean endsWordWithoutComma(String line, int at) {
        return at == line.length()
                || Words.isSpace(line.charAt(at))
                || MARKS.indexOf(line.charAt(at)) >= 0
                || runLength(line, at) > 0;
    }

    /** The length of the dashes, of the ellipsis or of the ellipsis with spaces that stands here, or 0. */
    private static int runLength(String line, int at) {
        char mark = at < line.length() ? line.charAt(at) : ' ';
        if (mark != '-' && mark != '.') {
            return 0;
        }
        int end = PythonText.skip(line, at, mark);
        if (end > at + 1) {
            return end - at;
        }
        while (mark == '.'
                && end + 1 < line.length()
                && Words.isSpace(line.charAt(end))
                && line.charAt(end + 1) == '.') {
            end += 2;
        }
        return end > at + 4 ? end - at : 0;
    }

    private static int spaceEnd(String text, int from, int to) {
        int at = from;
        while (at < to && Words.isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int wordEnd(String text, int from) {
        int at = from;
        while (at < text.length() && !Words.isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isAsciiSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static Set<String> section(Map<String, Set<String>> parameters, String name) {
        return Set.copyOf(Objects.requireNonNull(parameters.get(name), name));
    }

    private static Map<String, Set<String>> read(String resource) {
        Map<String, Set<String>> sections = new HashMap<>();
        String name = "";
        try (InputStream in = Objects.requireNonNull(Punkt.class.getResourceAsStream(resource), resource)) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (line.startsWith("# ")) {
                    name = line.substring(2);
                } else {
                    sections.computeIfAbsent(name, _ -> new HashSet<>()).addAll(Words.of(line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sections;
    }

    private enum Start {
        YES,
        NO,
        UNKNOWN
    }

    private record Span(int start, int end) {}

    /**
     * @param at where the mark stands
     * @param wordStart where its word starts
     * @param contextEnd where the next word or mark ends
     * @param nextStart where the next sentence would start
     */
    private record Candidate(int at, int wordStart, int contextEnd, int nextStart) {}
}
