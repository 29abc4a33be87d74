package io.stoa.license.text;

import java.util.Arrays;

/** A text to recognise, ready to be looked up: its words hashed, and where each pair of runs stands. */
final class Sample {
    private final Words words;
    private final int[] hashes;
    private final short[] runs;
    private final int[] heads;
    private final int[] next;

    Sample(Words words) {
        this.words = words;
        this.hashes = Runs.words(words.words());
        this.runs = Runs.runs(hashes);
        int pairs = Math.max(0, runs.length - 1);
        this.heads = new int[Integer.highestOneBit(Math.max(16, pairs)) * 4];
        this.next = new int[pairs];
        Arrays.fill(heads, -1);
        // from the end, so that each list is ascending
        for (int i = pairs - 1; i >= 0; i--) {
            int slot = slot(Runs.pair(runs, i));
            next[i] = heads[slot];
            heads[slot] = i;
        }
    }

    private int slot(int pair) {
        return Runs.mixed(pair) & (heads.length - 1);
    }

    Words words() {
        return words;
    }

    int size() {
        return hashes.length;
    }

    int hash(int word) {
        return hashes[word];
    }

    int pairs() {
        return next.length;
    }

    int pair(int at) {
        return Runs.pair(runs, at);
    }

    /** Fills in the first places of a pair between two indices, ascending, and says how many they are. */
    int places(int pair, int from, int last, int[] found) {
        int count = 0;
        for (int at = heads[slot(pair)]; at >= 0 && at <= last && count < found.length; at = next[at]) {
            if (at >= from && Runs.pair(runs, at) == pair) {
                found[count++] = at;
            }
        }
        return count;
    }

    /** Whether the words between two indices are the form's, all of them. */
    boolean isAll(Form form, int from, int to) {
        return to - from == form.size() && form.isAt(runs, from);
    }

    boolean holds(int pair, int from, int to) {
        return places(pair, from, to - Runs.PAIR, new int[1]) > 0;
    }
}
