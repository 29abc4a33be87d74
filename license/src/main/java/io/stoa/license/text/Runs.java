package io.stoa.license.text;

import java.util.List;

/**
 * The hashes that licence texts are kept and compared as.
 *
 * <p>A run is {@value #LENGTH} words, hashed to 16 bits; a pair is two neighbouring runs, 32 bits over five words. One
 * changed word breaks four runs, so a text that matches a form run for run has the form's words: a wrong word goes unseen
 * with a probability below 2^-32 even beside another change, where only pairs count.
 */
final class Runs {
    static final int LENGTH = 4;

    /** How many words a pair of runs covers. */
    static final int PAIR = LENGTH + 1;

    private Runs() {}

    static int word(String word) {
        int hash = 0x811c9dc5;
        for (int i = 0; i < word.length(); i++) {
            hash = (hash ^ word.charAt(i)) * 0x01000193;
        }
        return mixed(hash);
    }

    static int[] words(List<String> words) {
        return words.stream().mapToInt(Runs::word).toArray();
    }

    /** The run of words that starts at an index. */
    static short run(int[] words, int at) {
        int hash = words[at];
        for (int i = 1; i < LENGTH; i++) {
            hash = mixed(hash * 31 + words[at + i]);
        }
        return (short) (hash ^ (hash >>> 16));
    }

    static short[] runs(int[] words) {
        short[] runs = new short[Math.max(0, words.length - LENGTH + 1)];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = run(words, i);
        }
        return runs;
    }

    static int pair(short[] runs, int at) {
        return (runs[at] << 16) | (runs[at + 1] & 0xffff);
    }

    /** The finalizer of MurmurHash3. */
    static int mixed(int hash) {
        int mixed = hash;
        mixed = (mixed ^ (mixed >>> 16)) * 0x85ebca6b;
        mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
        return mixed ^ (mixed >>> 16);
    }
}
