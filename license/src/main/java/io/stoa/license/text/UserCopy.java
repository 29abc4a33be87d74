package io.stoa.license.text;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Somebody's copy of a licence, in which clauses are found and shown as they stand there. Immutable. */
public final class UserCopy {
    private static final Pattern TOKEN = Pattern.compile("[\\p{L}\\p{M}\\p{N}]+(?:\\.\\p{N}+)*");
    private static final Pattern ENDS = Pattern.compile("[.;:,)\\]\"'”’]+");

    /** In how many places with the right first words a quote is looked for: a licence has few, a hostile file many. */
    private static final int MOST_TRIES = 1_000;

    /** How many words of the file may lie between two words of its clean text: markup, addresses, page heads. */
    private static final int FARTHEST = 400;

    /** In how many pieces a word may be cut, by hyphens and apostrophes. */
    private static final int MOST_PIECES = 6;

    private final String text;
    private final Words words;
    private final int[] starts;
    private final int[] ends;

    private UserCopy(String text, Words words) {
        this.text = text;
        this.words = words;
        this.starts = new int[words.size()];
        this.ends = new int[words.size()];
        align();
    }

    /** A copy with this text. */
    public static UserCopy of(String text) {
        return new UserCopy(text, Words.of(text));
    }

    /**
     * A part of the copy.
     *
     * @param text as it stands in the file
     * @param firstLine the line of the file where it begins, from 1
     * @param lastLine the line where it ends
     */
    public record Passage(String text, int firstLine, int lastLine) {}

    /** The passage that a quote is of; absent when the copy does not have it word for word. */
    public Optional<Passage> find(Quote quote) {
        int tries = 0;
        int start = Integer.parseUnsignedInt(quote.start(), 16);
        for (int i = 0; i + quote.words() <= words.size() && tries < MOST_TRIES; i++) {
            if (words.shingle(i, Quote.START) == start) {
                tries++;
                int end = i + quote.words();
                if (Quote.sha256(words.words().subList(i, end)).equals(quote.sha256())) {
                    return Optional.of(passage(i, end - 1));
                }
            }
        }
        return Optional.empty();
    }

    private Passage passage(int first, int last) {
        int from = starts[first];
        int to = Math.max(ends[last], from);
        Matcher closing = ENDS.matcher(text).region(to, text.length());
        if (closing.lookingAt()) {
            to = closing.end();
        }
        return new Passage(text.substring(from, to), line(from), line(to));
    }

    private int line(int offset) {
        return 1
                + (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
    }

    /**
     * Finds for every clean word where it stands in the file. Clean words are the file's words in order, some left out and
     * some joined; so the next place that spells the word is taken. A word that is not found (an entity inside it) gets the
     * place where the search stands.
     */
    private void align() {
        List<int[]> tokens = new ArrayList<>();
        List<String> spelled = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        while (matcher.find()) {
            tokens.add(new int[] {matcher.start(), matcher.end()});
            spelled.add(
                    Normalizer.normalize(matcher.group(), Normalizer.Form.NFKC).toLowerCase(Locale.ROOT));
        }
        Arrays.fill(ends, text.length());
        int next = 0;
        int offset = 0;
        for (int word = 0; word < words.size(); word++) {
            String wanted = words.words().get(word);
            int pieces = 0;
            int at = next;
            while (at < tokens.size() && at < next + FARTHEST && pieces == 0) {
                pieces = pieces(spelled, at, wanted);
                at += pieces == 0 ? 1 : 0;
            }
            if (pieces > 0) {
                starts[word] = tokens.get(at)[0];
                offset = tokens.get(at + pieces - 1)[1];
                next = at + pieces;
            } else {
                starts[word] = offset;
            }
            ends[word] = offset;
        }
    }

    /** How many tokens from here on spell the word; 0 when they do not. */
    private static int pieces(List<String> tokens, int from, String wanted) {
        int length = 0;
        for (int pieces = 0; pieces < MOST_PIECES && from + pieces < tokens.size(); pieces++) {
            String token = tokens.get(from + pieces);
            if (!wanted.startsWith(token, length)) {
                return 0;
            }
            length += token.length();
            if (length == wanted.length()) {
                return pieces + 1;
            }
        }
        return 0;
    }
}
