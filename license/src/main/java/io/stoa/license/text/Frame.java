package io.stoa.license.text;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What stands around and inside the copies of a licence without being of it or changing it: titles, copyright lines, page
 * numbers, running heads, the numbers of sections, and the menus of a saved web page.
 */
final class Frame {
    private static final int LONGEST_COPYRIGHT = 24;
    private static final int LONGEST_NAME = 12;
    private static final int LONGEST_HEAD = 14;
    private static final int LONGEST_MENU = 8;
    private static final double MIXED_CASE_LEAST = 0.02;
    private static final double MIXED_CASE_MOST = 0.9;

    /** Words in small letters that lead from one name to the next in a copyright line. */
    private static final Set<String> LINKS = Set.of(
            "and",
            "of",
            "the",
            "by",
            "inc",
            "ltd",
            "llc",
            "co",
            "corp",
            "gmbh",
            "contributors",
            "contributor",
            "authors",
            "author",
            "et",
            "al",
            "its",
            "affiliates",
            "present",
            "all",
            "rights",
            "reserved",
            "portions",
            "copyright",
            "university",
            "others",
            "holders",
            "holder",
            "owner",
            "owners",
            "year",
            "years",
            "name",
            "fullname",
            "project",
            "de",
            "van",
            "von",
            "der",
            "la",
            "see",
            "file",
            "list",
            "full",
            "in",
            "to",
            "other",
            "yyyy",
            "email",
            "licensee",
            "team",
            "developers",
            "community",
            "foundation");

    /** After "copyright", they speak of one instead of stating it. */
    private static final Set<String> NO_HOLDERS = Set.of(
            "holder",
            "holders",
            "owner",
            "owners",
            "notice",
            "notices",
            "law",
            "laws",
            "license",
            "licence",
            "and",
            "or",
            "statement",
            "statements",
            "infringement",
            "protection",
            "interest",
            "is",
            "in",
            "of",
            "to");

    /** Weighty words that the menus of a page may have. */
    private static final Set<String> MENU_WORDS =
            Set.of("train", "display", "users", "written", "provided", "modified", "improve", "begin");

    private final Words words;
    private final Library library;
    private final boolean page;
    private final boolean mixedCase;
    private final Map<Integer, Integer> heads = new HashMap<>();

    Frame(Words words, Library library, boolean page) {
        this.words = words;
        this.library = library;
        this.page = page;
        double capitals = words.capitals();
        this.mixedCase = capitals > MIXED_CASE_LEAST && capitals < MIXED_CASE_MOST;
    }

    /** How often each line stands in the text, whatever its numbers are: running heads recur. */
    private Map<Integer, Integer> heads() {
        if (heads.isEmpty()) {
            int start = 0;
            while (start < words.size()) {
                int end = lineEnd(start, words.size());
                if (end - start <= LONGEST_HEAD) {
                    heads.merge(headKey(start, end), 1, Integer::sum);
                }
                start = end;
            }
        }
        return heads;
    }

    /** Whether these words can be somebody's name in a place that is left for one. */
    boolean isName(int from, int to) {
        return to - from <= LONGEST_NAME && plain(from, to);
    }

    /** The words that none of the usual things explains. */
    BitSet unexplained(int from, int to, Set<Integer> titles) {
        BitSet unexplained = new BitSet();
        int at = from;
        boolean fresh = true;
        while (at < to) {
            int end = furniture(at, to);
            if (fresh || isLineStart(at)) {
                end = Math.max(end, title(at, to, titles));
            }
            if (end == at) {
                end = copyright(at, to);
            }
            fresh = end > at;
            if (fresh) {
                at = end;
            } else {
                unexplained.set(at++);
            }
        }
        return unexplained;
    }

    /** The words of a saved page that are no menu, of those outside of the licence. */
    BitSet notMenu(BitSet outside) {
        BitSet left = (BitSet) outside.clone();
        if (!page) {
            return left;
        }
        for (int at = left.nextSetBit(0); at >= 0; at = left.nextSetBit(at)) {
            int start = lineStart(at);
            int end = lineEnd(at, words.size());
            boolean menu = end - start <= LONGEST_MENU
                    && words.words().subList(start, end).stream()
                            .allMatch(
                                    word -> !Words.weighty(word) || Words.hasDigit(word) || MENU_WORDS.contains(word));
            if (menu) {
                left.clear(at, end);
            }
            at = end;
        }
        return left;
    }

    private int title(int at, int to, Set<Integer> titles) {
        for (int end = Math.min(to, at + Titles.LONGEST); end > at; end--) {
            int key = Titles.key(words.words().subList(at, end));
            if (titles.contains(key)) {
                return end;
            }
            if (key == Titles.NOTHING && isLineStart(at) && end == lineEnd(at, to)) {
                return end;
            }
        }
        return at;
    }

    /** Page numbers, section numbers, running heads. */
    int furniture(int at, int to) {
        if (!isLineStart(at)) {
            return at;
        }
        int end = lineEnd(at, words.size());
        if (end > to) {
            return sectionNumber(at) ? at + 1 : at;
        }
        List<String> line = words.words().subList(at, end);
        if (line.stream().allMatch(word -> isShortNumber(word, 4) || word.equals("page") || word.equals("of"))
                && line.stream().anyMatch(Words::hasDigit)) {
            return end;
        }
        boolean repeated = line.size() <= LONGEST_HEAD && heads().getOrDefault(headKey(at, end), 0) > 1;
        if (repeated && plain(at, end)) {
            return end;
        }
        return sectionNumber(at) ? at + 1 : at;
    }

    private boolean sectionNumber(int at) {
        return isShortNumber(words.word(at), 2);
    }

    static boolean isShortNumber(String word, int most) {
        return word.length() <= most && word.chars().allMatch(Character::isDigit);
    }

    private int headKey(int from, int to) {
        int key = 1;
        for (int i = from; i < to; i++) {
            String word = words.word(i);
            key = Runs.mixed(key * 31 + (isShortNumber(word, 4) ? 7 : Runs.word(word)));
        }
        return key;
    }

    /** A statement whose copyright it is: to the end of its line, and over lines that go on with names. */
    private int copyright(int at, int to) {
        boolean begins =
                (words.word(at).equals("copyright") && (at + 1 >= to || !NO_HOLDERS.contains(words.word(at + 1))))
                        || (isLineStart(at)
                                && !words.word(at).equals("copyright")
                                && words.copyrightLines().contains(words.line(at)))
                        || (words.word(at).equals("all")
                                && at + 2 < to
                                && words.word(at + 2).equals("reserved"));
        if (!begins) {
            return at;
        }
        int end = at;
        while (end < to) {
            int next = lineEnd(end, to);
            boolean goesOn = end == at || words.line(end) == words.line(end - 1) + 1;
            if (!goesOn || next - at > LONGEST_COPYRIGHT || !isHolder(end, next)) {
                break;
            }
            end = next;
        }
        return end;
    }

    private boolean isHolder(int from, int to) {
        for (int i = from; i < to; i++) {
            String word = words.word(i);
            if (Words.weighty(word) && !Words.hasDigit(word)) {
                return false;
            }
            boolean named = !mixedCase
                    || words.capital(i)
                    || Words.hasDigit(word)
                    || LINKS.contains(word)
                    || !library.isVocabulary(word);
            if (!named) {
                return false;
            }
        }
        return true;
    }

    private boolean plain(int from, int to) {
        return words.words().subList(from, to).stream().noneMatch(word -> Words.weighty(word) && !Words.hasDigit(word));
    }

    private boolean isLineStart(int at) {
        return at == 0 || words.line(at - 1) != words.line(at);
    }

    private int lineStart(int at) {
        int start = at;
        while (!isLineStart(start)) {
            start--;
        }
        return start;
    }

    private int lineEnd(int at, int to) {
        int end = at;
        while (end < to && words.line(end) == words.line(at)) {
            end++;
        }
        return end;
    }
}
