package io.stoa.license.text;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A text as the words that carry its meaning, the same for every way of wrapping, hyphenating and marking it up.
 *
 * <p>HTML tags, Markdown marks, link targets and web addresses are dropped (copies of one licence differ in them), as are
 * enumerators such as {@code (a)}, {@code iv.} and {@code 2.}; a hyphen inside a word is dropped, also at the end of a
 * line, so that {@code non-<newline>exclusive}, {@code non-exclusive} and {@code nonexclusive} are one word. A number with
 * dots, such as {@code 3.1}, stays one word: it is what tells versions apart. The time is linear in the text's length.
 */
final class Words {
    /** A line break of the layout that is none of the file, such as the end of an HTML paragraph. */
    static final char SOFT_BREAK = '\u2028';

    /** A line break of the file that separates nothing: inside a hyphenated word or a dropped HTML element. */
    static final char JOINED_BREAK = '\uE000';

    private static final Pattern LINK = Pattern.compile("\\[([^\\]\\[]*)\\]\\([^()\\s]*\\)");
    private static final Pattern COPYRIGHT =
            Pattern.compile("(?i)^[^\\p{Alnum}(©]{0,40}(copyright\\b|\\(c\\)|©|all rights reserved)");
    private static final int LONGEST_COPYRIGHT_LINE = 16;
    private static final Set<String> ROMAN = Set.of("ii", "iii", "iv", "vi", "vii", "viii", "ix");

    /**
     * Words that turn a permission around or set its bounds. Where one of them is missing, added or changed, the text
     * is another licence, however alike it looks. Numbers are weighty too.
     */
    private static final Set<String> WEIGHTY = Set.of(
            "not",
            "no",
            "nor",
            "never",
            "none",
            "only",
            "solely",
            "must",
            "shall",
            "may",
            "cannot",
            "except",
            "unless",
            "without",
            "excluding",
            "until",
            "notwithstanding",
            "million",
            "billion",
            "percent",
            "revenue",
            "users",
            "monthly",
            "annual",
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
            "display",
            "prior",
            "written",
            "consent",
            "provided",
            "research",
            "academic",
            "evaluation",
            "military",
            "modified",
            "improve",
            "train",
            "begin",
            "beginning",
            "fee",
            "charge");

    private static final Pattern WEIGHTY_STEM = Pattern.compile(
            "non.+|un(?:authorized|lawful).*|prohibit.*|forbid.*|restrict.*|royalt.*|commerc.*|terminat.*"
                    + "|permit.*|grant.*|require.*|exclu.*|.*\\p{N}.*");

    private final List<String> words;
    private final int[] lines;
    private final int[] places;
    private final BitSet capitals;
    private final Set<Integer> copyrightLines;

    private Words(List<String> words, int[] lines, int[] places, BitSet capitals, Set<Integer> copyrightLines) {
        this.words = List.copyOf(words);
        this.lines = lines;
        this.places = places;
        this.capitals = capitals;
        this.copyrightLines = Set.copyOf(copyrightLines);
    }

    static Words of(String text) {
        return of(text, false);
    }

    /**
     * The words with the numbers that may be terms: of those with a full stop or a bracket, only what heads a paragraph or
     * follows the end of a sentence is dropped, so that "thirty (30) days" and "under Section 2." keep theirs.
     */
    static Words withNumbers(String text) {
        return of(text, true);
    }

    private static Words of(String text, boolean numbers) {
        String clean = Normalizer.normalize(text, Normalizer.Form.NFKC)
                .replace("\r\n", "\n")
                .replace('\r', '\n')
                .replace('\f', '\n')
                .replace(JOINED_BREAK, ' ')
                .replace("\uFEFF", "")
                .replace("\u00AD", "")
                .replace('\u2010', '-')
                .replace('\u2011', '-');
        if (Html.isOne(clean)) {
            clean = Html.text(clean);
        }
        if (clean.contains("](")) {
            clean = LINK.matcher(clean).replaceAll("$1");
        }
        return new Scanner(joined(clean), numbers).words();
    }

    /** Without the hyphens and apostrophes inside words. */
    private static String joined(String text) {
        StringBuilder joined = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            boolean mark = c == '-' || c == '\'' || c == '\u2018' || c == '\u2019';
            if (!mark || !endsInLetter(text, at)) {
                joined.append(c);
                at++;
                continue;
            }
            int next = c == '-' ? afterHyphen(text, at) : at + 1;
            if (next < text.length() && Character.isLetter(text.codePointAt(next))) {
                for (int i = at; i < next; i++) {
                    if (text.charAt(i) == '\n') {
                        joined.append(JOINED_BREAK);
                    }
                }
                at = next;
            } else {
                joined.append(c);
                at++;
            }
        }
        return joined.toString();
    }

    private static boolean endsInLetter(String text, int end) {
        return end > 0 && Character.isLetter(text.codePointBefore(end));
    }

    /** Where a word goes on after its hyphen: over blanks, one line break, and the mark of a quotation or a comment. */
    private static int afterHyphen(String text, int hyphen) {
        int at = blanks(text, hyphen + 1);
        if (at == text.length() || (text.charAt(at) != '\n' && text.charAt(at) != SOFT_BREAK)) {
            return at;
        }
        at = blanks(text, at + 1);
        int marks = at;
        while (marks < text.length() && marks < at + 3 && ">#*/;".indexOf(text.charAt(marks)) >= 0) {
            marks++;
        }
        return blanks(text, marks);
    }

    private static int blanks(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }

    /** Whether a changed word would change what is allowed. */
    static boolean weighty(String word) {
        return WEIGHTY.contains(word) || WEIGHTY_STEM.matcher(word).matches();
    }

    static boolean hasDigit(String word) {
        return word.chars().anyMatch(Character::isDigit);
    }

    List<String> words() {
        return words;
    }

    String word(int index) {
        return words.get(index);
    }

    int size() {
        return words.size();
    }

    /** The line of the clean text that a word stands on, from 0. */
    int line(int word) {
        return lines[word];
    }

    /** The line of the file that a word stands on, from 1. */
    int place(int word) {
        return places[word];
    }

    boolean capital(int word) {
        return capitals.get(word);
    }

    /** The share of the words that begin with a capital letter. */
    double capitals() {
        return size() == 0 ? 0 : capitals.cardinality() / (double) size();
    }

    /** The lines that only say whose copyright it is. */
    Set<Integer> copyrightLines() {
        return copyrightLines;
    }

    /** The 32-bit hash (FNV-1a, 64 bits folded) of the run of words that starts here. */
    int shingle(int from, int length) {
        long hash = 0xcbf29ce484222325L;
        for (String word : words.subList(from, from + length)) {
            for (byte b : (word + " ").getBytes(StandardCharsets.UTF_8)) {
                hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
            }
        }
        return (int) (hash ^ (hash >>> 32));
    }

    /** Everything before a run of words, or all when the run is not there. */
    Words before(String run) {
        int at = Collections.indexOfSubList(words, List.of(run.split(" ", -1)));
        return at < 0 ? this : slice(0, at);
    }

    /** Everything from a run of words on, or all when the run is not there. */
    Words from(String run) {
        return slice(Math.max(0, Collections.indexOfSubList(words, List.of(run.split(" ", -1)))), size());
    }

    private Words slice(int from, int to) {
        return new Words(
                words.subList(from, to),
                Arrays.copyOfRange(lines, from, to),
                Arrays.copyOfRange(places, from, to),
                capitals.get(from, to),
                copyrightLines);
    }

    /** Reads the words of a clean text. */
    private static final class Scanner {
        private final String text;
        private final boolean numbers;
        private final List<String> words = new ArrayList<>();
        private final BitSet capitals = new BitSet();
        private final Set<Integer> copyrightLines = new HashSet<>();
        private int[] lines = new int[256];
        private int[] places = new int[256];
        private int line;
        private int place = 1;
        private int lineStart;
        private int firstOfLine;
        private int noAddressBefore;

        Scanner(String text, boolean numbers) {
            this.text = text;
            this.numbers = numbers;
        }

        Words words() {
            int at = 0;
            while (at < text.length()) {
                char c = text.charAt(at);
                if (c == '\n' || c == SOFT_BREAK || c == JOINED_BREAK) {
                    if (c != SOFT_BREAK) {
                        place++;
                    }
                    if (c != JOINED_BREAK) {
                        endLine(at);
                    }
                    at++;
                } else {
                    int end = addressEnd(at);
                    at = end > at ? countBreaks(at, end) : isWordPart(at) ? word(at) : at + 1;
                }
            }
            endLine(text.length());
            return new Words(
                    words,
                    Arrays.copyOf(lines, words.size()),
                    Arrays.copyOf(places, words.size()),
                    capitals,
                    copyrightLines);
        }

        private void endLine(int end) {
            List<String> here = words.subList(firstOfLine, words.size());
            if (here.size() <= LONGEST_COPYRIGHT_LINE
                    && end > lineStart
                    && COPYRIGHT.matcher(text).region(lineStart, end).find()
                    && here.stream().noneMatch(word -> weighty(word) && !hasDigit(word))) {
                copyrightLines.add(line);
            }
            line++;
            lineStart = end + 1;
            firstOfLine = words.size();
        }

        private int countBreaks(int from, int end) {
            for (int i = from; i < end; i++) {
                place += text.charAt(i) == JOINED_BREAK ? 1 : 0;
            }
            return end;
        }

        private boolean isWordPart(int at) {
            char c = text.charAt(at);
            if (c < 128) {
                return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            }
            int codePoint = text.codePointAt(at);
            return Character.isLetter(codePoint) || isNumber(codePoint);
        }

        private static boolean isNumber(int codePoint) {
            int type = Character.getType(codePoint);
            return type == Character.DECIMAL_DIGIT_NUMBER
                    || type == Character.LETTER_NUMBER
                    || type == Character.OTHER_NUMBER;
        }

        private int word(int start) {
            int startPlace = place;
            StringBuilder word = new StringBuilder();
            int at = start;
            while (at < text.length()) {
                char c = text.charAt(at);
                if (c == JOINED_BREAK) {
                    place++;
                    at++;
                } else if (isWordPart(at)) {
                    int codePoint = text.codePointAt(at);
                    word.appendCodePoint(codePoint);
                    at += Character.charCount(codePoint);
                } else if (c == '.' && at + 1 < text.length() && isNumber(text.codePointAt(at + 1))) {
                    word.append('.');
                    at++;
                } else {
                    break;
                }
            }
            // a dot joins digits only: the letters after "2.1" begin a word of their own, as in "2.1Definitions"
            int letters = lettersAfterDot(word);
            String first = letters < 0 ? word.toString() : word.substring(0, letters);
            add(first, start, letters < 0 ? at : start + letters, startPlace);
            if (letters >= 0) {
                add(word.substring(letters), start + letters, at, startPlace);
            }
            return at;
        }

        private static int lettersAfterDot(StringBuilder word) {
            int dot = word.indexOf(".");
            for (int i = dot + 1; dot >= 0 && i < word.length(); i++) {
                if (Character.isLetter(word.charAt(i))) {
                    return i;
                }
            }
            return -1;
        }

        private void add(String raw, int start, int end, int startPlace) {
            String word = raw.toLowerCase(Locale.ROOT);
            if (isEnumerator(word, start, end)) {
                return;
            }
            if (words.size() == lines.length) {
                lines = Arrays.copyOf(lines, 2 * lines.length);
                places = Arrays.copyOf(places, lines.length);
            }
            lines[words.size()] = line;
            places[words.size()] = startPlace;
            capitals.set(words.size(), Character.isUpperCase(text.codePointAt(start)));
            words.add(word);
        }

        private boolean isEnumerator(String word, int start, int end) {
            if ((word.length() == 1 && !hasDigit(word)) || ROMAN.contains(word)) {
                return true;
            }
            // "2." and "2)" number a section or end a sentence: renumbering is no change, and both are dropped
            // everywhere
            return word.length() <= 2
                    && word.chars().allMatch(Character::isDigit)
                    && end < text.length()
                    && (text.charAt(end) == '.' || text.charAt(end) == ')')
                    && (end + 1 == text.length()
                            || Character.isWhitespace(text.charAt(end + 1))
                            || text.charAt(end + 1) == SOFT_BREAK)
                    && !(numbers && belongsToSentence(start));
        }

        /** Whether what stands before a number is the sentence that it is of. */
        private boolean belongsToSentence(int number) {
            int breaks = 0;
            int at = number - 1;
            while (at >= 0 && (text.charAt(at) <= ' ' || ">#*/\u00A0\u2028\uE000".indexOf(text.charAt(at)) >= 0)) {
                breaks += text.charAt(at) == '\n' ? 1 : text.charAt(at) == SOFT_BREAK ? 2 : 0;
                at--;
            }
            return at >= 0
                    && breaks < 2
                    && (Character.isLetterOrDigit(text.charAt(at)) || ",([".indexOf(text.charAt(at)) >= 0);
        }

        /** The end of the web address that starts here, or here when none does. */
        private int addressEnd(int at) {
            char c = text.charAt(at);
            if (at < noAddressBefore || !isAscii(c) || (at > 0 && isLabel(text.charAt(at - 1)))) {
                return at;
            }
            if ((c == 'h' || c == 'H')
                    && (text.regionMatches(true, at, "http://", 0, 7)
                            || text.regionMatches(true, at, "https://", 0, 8))) {
                return toBlank(at);
            }
            int end = at;
            int dots = 0;
            while (end < text.length() && isLabel(text.charAt(end))) {
                end++;
                if (end + 1 < text.length() && text.charAt(end) == '.' && isLabel(text.charAt(end + 1))) {
                    dots++;
                    end++;
                }
            }
            if (dots > 0 && end < text.length() && text.charAt(end) == '/') {
                return toBlank(end);
            }
            noAddressBefore = end;
            return at;
        }

        private int toBlank(int from) {
            int at = from;
            while (at < text.length() && text.charAt(at) > ' ' && text.charAt(at) != SOFT_BREAK) {
                at++;
            }
            return at;
        }

        private static boolean isAscii(char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        }

        private static boolean isLabel(char c) {
            return isAscii(c) || c == '_' || c == JOINED_BREAK;
        }
    }
}
