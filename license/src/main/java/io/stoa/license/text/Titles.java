package io.stoa.license.text;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The lines that may head a copy of a licence: its name in any of the usual ways of saying it. */
final class Titles {
    /** The key of words that name nothing, such as "License Agreement". */
    static final int NOTHING = 0;

    /** No title is longer. */
    static final int LONGEST = 16;

    private static final Set<String> FILLERS = Set.of(
            "the",
            "this",
            "is",
            "as",
            "license",
            "licence",
            "licenses",
            "licensed",
            "of",
            "agreement",
            "version",
            "terms",
            "under",
            "software",
            "spdxlicenseidentifier",
            "name",
            "full",
            "text",
            "file",
            "and");

    private Titles() {}

    /** The same for all ways of naming the same: order, repetitions and words that only lead up to a name do not count. */
    static int key(List<String> words) {
        TreeSet<String> names = new TreeSet<>();
        for (String word : words) {
            if (!FILLERS.contains(word)) {
                names.add(word.matches("v\\d+(\\.\\d+)*") ? word.substring(1) : word);
            }
        }
        int key = NOTHING;
        for (String name : names) {
            key = Runs.mixed(key * 31 + Runs.word(name));
        }
        return key;
    }
}
