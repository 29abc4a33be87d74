package io.stoa.license.text;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text as the words that carry its meaning, the same for every way of wrapping, hyphenating and marking it up.
 *
 * <p>HTML tags, Markdown marks, link targets and web addresses are dropped (copies of one licence differ in them), as are
 * enumerators such as {@code (a)}, {@code iv.} and {@code 2.}; a hyphen inside a word is dropped, also at the end of a
 * line, so that {@code non-<newline>exclusive}, {@code non-exclusive} and {@code nonexclusive} are one word. A number with
 * dots, such as {@code 3.1}, stays one word: it is what tells versions apart.
 *
 * @param words the words in lower case, in order
 * @param lines for each word the line of the cleaned text that it stands on
 * @param copyrightLines the lines that only say whose copyright it is
 */
record Words(List<String> words, List<Integer> lines, Set<Integer> copyrightLines) {
    private static final Pattern HTML = Pattern.compile("(?i)<(html|body|div|p|br|pre|h[1-6])\\b[^>]*>");
    private static final Pattern HTML_HIDDEN = Pattern.compile("(?is)<(script|style|head)\\b.*?</\\1\\s*>|<!--.*?-->");
    private static final Pattern HTML_BLOCK =
            Pattern.compile("(?i)</?(p|div|br|li|ul|ol|h[1-6]|tr|table|pre|body|html|section|hr)\\b[^>]*>");
    private static final Pattern HTML_TAG = Pattern.compile("<[/!]?[A-Za-z][^<>]*>");
    private static final Pattern HTML_NUMBER = Pattern.compile("&#(\\d{1,6});");
    private static final Pattern LINK = Pattern.compile("\\[([^\\]\\[]*)\\]\\([^()\\s]*\\)");
    private static final Pattern HYPHEN =
            Pattern.compile("(?<=\\p{L})-[ \\t]*(?:\\n[ \\t]*(?:[>#*/;]{1,3}[ \\t]*)?)?(?=\\p{L})");
    private static final Pattern ADDRESS =
            Pattern.compile("(?i)<?\\bhttps?://\\S+|\\b[a-z0-9][a-z0-9_]*(?:\\.[a-z0-9_]+)+/\\S*");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:\\.\\p{N}+)*");
    private static final Pattern ROMAN = Pattern.compile("ii|iii|iv|vi|vii|viii|ix");
    private static final Pattern COPYRIGHT = Pattern.compile("(?i)^\\W*(copyright\\b|\\(c\\)|©|all rights reserved)");
    private static final int LONGEST_COPYRIGHT_LINE = 16;

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

    Words {
        words = List.copyOf(words);
        lines = List.copyOf(lines);
        copyrightLines = Set.copyOf(copyrightLines);
    }

    static Words of(String text) {
        String clean = Normalizer.normalize(text, Normalizer.Form.NFKC)
                .replace("\r\n", "\n")
                .replace('\r', '\n')
                .replace("\uFEFF", "")
                .replace("\u00AD", "")
                .replace('\u2010', '-')
                .replace('\u2011', '-');
        if (HTML.matcher(clean).find()) {
            clean = withoutHtml(clean);
        }
        clean = LINK.matcher(clean).replaceAll("$1");
        clean = HYPHEN.matcher(clean).replaceAll("");
        clean = ADDRESS.matcher(clean).replaceAll(" ");
        clean = clean.replaceAll("(?<=\\p{L})['\u2018\u2019](?=\\p{L})", "");

        List<String> words = new ArrayList<>();
        List<Integer> lines = new ArrayList<>();
        Set<Integer> copyrightLines = new HashSet<>();
        String[] all = clean.split("\n", -1);
        for (int line = 0; line < all.length; line++) {
            int before = words.size();
            Matcher matcher = WORD.matcher(all[line]);
            while (matcher.find()) {
                String word = matcher.group().toLowerCase(Locale.ROOT);
                if (!isEnumerator(word, all[line], matcher.end())) {
                    words.add(word);
                    lines.add(line);
                }
            }
            List<String> here = words.subList(before, words.size());
            if (here.size() <= LONGEST_COPYRIGHT_LINE
                    && COPYRIGHT.matcher(all[line]).find()
                    && here.stream().noneMatch(word -> weighty(word) && !hasDigit(word))) {
                copyrightLines.add(line);
            }
        }
        return new Words(words, lines, copyrightLines);
    }

    /** Whether a changed word would change what is allowed. */
    static boolean weighty(String word) {
        return WEIGHTY.contains(word) || WEIGHTY_STEM.matcher(word).matches();
    }

    int size() {
        return words.size();
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
        List<String> wanted = List.of(run.split(" "));
        int at = Collections.indexOfSubList(words, wanted);
        return at < 0 ? this : new Words(words.subList(0, at), lines.subList(0, at), copyrightLines);
    }

    /** Everything from a run of words on, or all when the run is not there. */
    Words from(String run) {
        int at = Math.max(0, Collections.indexOfSubList(words, List.of(run.split(" "))));
        return new Words(words.subList(at, size()), lines.subList(at, size()), copyrightLines);
    }

    private static boolean isEnumerator(String word, String line, int end) {
        if ((word.length() == 1 && !hasDigit(word)) || ROMAN.matcher(word).matches()) {
            return true;
        }
        // "2." and "2)" number a section or end a sentence: renumbering is no change, and both are dropped everywhere
        return word.length() <= 2
                && word.chars().allMatch(Character::isDigit)
                && end < line.length()
                && (line.charAt(end) == '.' || line.charAt(end) == ')')
                && (end + 1 == line.length() || Character.isWhitespace(line.charAt(end + 1)));
    }

    private static boolean hasDigit(String word) {
        return word.chars().anyMatch(Character::isDigit);
    }

    private static String withoutHtml(String html) {
        String text = HTML_HIDDEN.matcher(html).replaceAll(" ");
        text = HTML_BLOCK.matcher(text).replaceAll("\n");
        text = HTML_TAG.matcher(text).replaceAll("");
        text = text.replace("&nbsp;", " ")
                .replace("&quot;", "\"")
                .replace("&ldquo;", "\"")
                .replace("&rdquo;", "\"")
                .replace("&lsquo;", "'")
                .replace("&rsquo;", "'")
                .replace("&copy;", "©")
                .replace("&mdash;", " ")
                .replace("&ndash;", " ")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
        text = HTML_NUMBER.matcher(text).replaceAll(Words::character);
        return text.replace("&amp;", "&");
    }

    private static String character(MatchResult number) {
        int codePoint = Integer.parseInt(number.group(1));
        return Character.isValidCodePoint(codePoint) ? Matcher.quoteReplacement(Character.toString(codePoint)) : " ";
    }
}
