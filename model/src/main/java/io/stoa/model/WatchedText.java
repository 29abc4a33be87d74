package io.stoa.model;

import static java.util.Objects.requireNonNull;

import java.util.function.Supplier;

/**
 * A text that counts how often it is looked at. Java's regular expressions cannot be stopped, and some take exponential
 * time; over such a text they end with an exception. For one search.
 */
public final class WatchedText implements CharSequence {
    private final String text;
    private final Supplier<? extends RuntimeException> enough;
    private long looksLeft;

    /**
     * Watches a text.
     *
     * @param looks how many characters may be looked at in all
     * @param enough what is thrown at the next look
     */
    public WatchedText(String text, long looks, Supplier<? extends RuntimeException> enough) {
        this.text = requireNonNull(text, "text");
        this.enough = requireNonNull(enough, "enough");
        this.looksLeft = looks;
    }

    @Override
    public char charAt(int index) {
        if (--looksLeft < 0) {
            throw enough.get();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
