package io.stoa.license.text;

import io.stoa.model.Digest;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a clause stands in a text that we do not hold: enough to find it in somebody's copy, not enough to read it.
 *
 * @param start the hash of its first {@value #START} normalized words, 8 hexadecimal digits
 * @param words how many normalized words it has
 * @param sha256 SHA-256, in hexadecimal digits, of those words joined by one space, in UTF-8
 */
public record Quote(String start, int words, String sha256) {
    /** How many words the start is the hash of. */
    static final int START = 4;

    private static final int LONGEST = 1_000;
    private static final Pattern START_PATTERN = Pattern.compile("[0-9a-f]{8}");
    private static final Pattern SHA_PATTERN = Pattern.compile("[0-9a-f]{64}");

    public Quote {
        if (!START_PATTERN.matcher(start).matches()) {
            throw new IllegalArgumentException("the start of a quote is 8 hexadecimal digits: " + start);
        }
        if (words < START || words > LONGEST) {
            throw new IllegalArgumentException("a quote has %d to %d words: %d".formatted(START, LONGEST, words));
        }
        if (!SHA_PATTERN.matcher(sha256).matches()) {
            throw new IllegalArgumentException("the hash of a quote is 64 hexadecimal digits: " + sha256);
        }
    }

    /** The quote of a run of words in a text. */
    static Quote of(Words words, int from, int to) {
        return new Quote(
                "%08x".formatted(words.shingle(from, START)),
                to - from,
                sha256(words.words().subList(from, to)));
    }

    /** Finds it in a copy of the text. For many quotes in one text, see {@link UserCopy}. */
    public Optional<UserCopy.Passage> find(String text) {
        return UserCopy.of(text).find(this);
    }

    static String sha256(List<String> words) {
        return Digest.of(String.join(" ", words)).hex();
    }
}
