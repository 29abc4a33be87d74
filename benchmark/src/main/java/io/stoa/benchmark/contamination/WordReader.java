package io.stoa.benchmark.contamination;

import java.io.IOException;
import java.io.Reader;

/**
 * The words of a text of any size, one in memory at a time: what stands between white space, lower-cased, without anything
 * that is no letter, mark or digit. What is left empty is no word.
 */
final class WordReader {
    /** No word is longer; the rest of what is longer is passed over. */
    private static final int LONGEST = 256;

    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private final Reader reader;
    private final char[] buffer = new char[1 << 14];
    private final StringBuilder word = new StringBuilder();
    private int position;
    private int filled;

    WordReader(Reader reader) {
        this.reader = reader;
    }

    /** Goes to the next word; false when there is none. */
    boolean next() throws IOException {
        word.setLength(0);
        for (int c = codePoint(); c >= 0; c = codePoint()) {
            if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                if (!word.isEmpty()) {
                    return true;
                }
            } else if (word.length() < LONGEST && counts(c)) {
                word.appendCodePoint(Character.toLowerCase(c));
            }
        }
        return !word.isEmpty();
    }

    private static boolean counts(int c) {
        int type = Character.getType(c);
        return Character.isLetterOrDigit(c)
                || type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK;
    }

    private int codePoint() throws IOException {
        int first = unit();
        if (first < 0 || !Character.isHighSurrogate((char) first)) {
            return first;
        }
        int second = unit();
        // Half a pair counts for nothing, as any other sign.
        return second >= 0 && Character.isLowSurrogate((char) second)
                ? Character.toCodePoint((char) first, (char) second)
                : first;
    }

    private int unit() throws IOException {
        if (position == filled) {
            filled = Math.max(0, reader.read(buffer, 0, buffer.length));
            position = 0;
            if (filled == 0) {
                return -1;
            }
        }
        return buffer[position++];
    }

    String word() {
        return word.toString();
    }

    /** FNV-1a of the word's UTF-16 units, 64 bits. */
    long hash() {
        long hash = OFFSET;
        for (int i = 0; i < word.length(); i++) {
            hash = (hash ^ word.charAt(i)) * PRIME;
        }
        return hash;
    }
}
