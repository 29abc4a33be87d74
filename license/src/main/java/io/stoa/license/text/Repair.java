package io.stoa.license.text;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether other words of a text are a licence's words, spelt differently.
 *
 * <p>Tried are words that were one or two, spellings of both sides of the Atlantic, numbers of sections and pages, and slips of
 * one letter in a word that is not weighty. Nothing is assumed: what is tried must hash to the form's own runs.
 */
final class Repair {
    static final int LONGEST = 16;
    private static final int MOST_STEPS = 10_000;
    private static final char[] LETTERS = "abcdefghijklmnopqrstuvwxyz".toCharArray();

    private static final List<Map.Entry<String, String>> SPELLINGS = List.of(
            Map.entry("licence", "license"),
            Map.entry("licenc", "licens"),
            Map.entry("isation", "ization"),
            Map.entry("ise", "ize"),
            Map.entry("ising", "izing"),
            Map.entry("our", "or"),
            Map.entry("dgement", "dgment"),
            Map.entry("fulfil", "fulfill"),
            Map.entry("centre", "center"),
            Map.entry("whilst", "while"),
            Map.entry("programme", "program"),
            Map.entry("analogue", "analog"),
            Map.entry("ence", "ense"));

    private final Sample text;
    private final Frame frame;
    private final Library library;
    private final Form form;
    private final Alignment.Gap gap;
    private final int firstRun;
    private final int[] built;
    private final int left;
    private final int right;
    private int steps;
    private int slips;
    private int allowed;

    Repair(Sample text, Frame frame, Library library, Form form, Alignment.Gap gap) {
        this.text = text;
        this.frame = frame;
        this.library = library;
        this.form = form;
        this.gap = gap;
        this.left = Math.min(Runs.LENGTH - 1, Math.min(gap.from(), gap.formFrom()));
        this.right = Math.min(Runs.LENGTH - 1, Math.min(text.size() - gap.to(), form.size() - gap.formTo()));
        this.firstRun = gap.formFrom() - left;
        this.built = new int[left + Math.max(0, gap.missing()) + right];
    }

    /** How many slips of the pen it takes to read the gap as the form's words, at most so many; negative when that fails. */
    int slips(int most) {
        if (gap.added() == 0
                || gap.missing() == 0
                || gap.added() > LONGEST
                || gap.missing() > LONGEST
                || built.length < Runs.LENGTH) {
            return -1;
        }
        for (int i = 0; i < left; i++) {
            built[i] = text.hash(gap.from() - left + i);
        }
        allowed = 0;
        if (search(gap.from(), left)) {
            return 0;
        }
        allowed = most;
        steps = 0;
        return most > 0 && built.length >= Runs.PAIR && search(gap.from(), left) ? slips : -1;
    }

    private boolean search(int word, int size) {
        if (steps++ > MOST_STEPS) {
            return false;
        }
        if (size == left + gap.missing()) {
            return word == gap.to() && endFits(size);
        }
        if (word >= gap.to()) {
            return false;
        }
        String here = text.words().word(word);
        for (String spelt : spellings(here)) {
            if (append(spelt, size) && search(word + 1, size + 1)) {
                return true;
            }
        }
        if (word + 1 < gap.to() && append(here + text.words().word(word + 1), size) && search(word + 2, size + 1)) {
            return true;
        }
        int furniture = frame.furniture(word, gap.to());
        if (furniture > word && search(furniture, size)) {
            return true;
        }
        return split(here, word, size) || slip(here, word, size);
    }

    private boolean split(String here, int word, int size) {
        if (size + 2 > left + gap.missing()) {
            return false;
        }
        for (int i = 1; i < here.length(); i++) {
            if (append(here.substring(0, i), size)
                    && append(here.substring(i), size + 1)
                    && search(word + 1, size + 2)) {
                return true;
            }
        }
        return false;
    }

    private boolean slip(String here, int word, int size) {
        if (slips >= allowed || here.length() < 5 || Words.weighty(here) || library.isVocabulary(here)) {
            return false;
        }
        for (String meant : oneLetterAway(here)) {
            if (!Words.weighty(meant) && append(meant, size)) {
                slips++;
                if (search(word + 1, size + 1)) {
                    return true;
                }
                slips--;
            }
        }
        return false;
    }

    private boolean append(String word, int size) {
        return append(Runs.word(word), size);
    }

    private boolean append(int hash, int size) {
        if (size >= built.length) {
            return false;
        }
        built[size] = hash;
        int run = size - Runs.LENGTH + 1;
        return run < 0 || Runs.run(built, run) == form.run(firstRun + run);
    }

    private boolean endFits(int size) {
        for (int i = 0; i < right; i++) {
            if (!append(text.hash(gap.to() + i), size + i)) {
                return false;
            }
        }
        return true;
    }

    private static Set<String> spellings(String word) {
        Set<String> spellings = new LinkedHashSet<>();
        spellings.add(word);
        for (Map.Entry<String, String> spelling : SPELLINGS) {
            if (word.contains(spelling.getKey())) {
                spellings.add(word.replace(spelling.getKey(), spelling.getValue()));
            }
            if (word.contains(spelling.getValue())) {
                spellings.add(word.replace(spelling.getValue(), spelling.getKey()));
            }
        }
        return spellings;
    }

    private static List<String> oneLetterAway(String word) {
        List<String> near = new ArrayList<>();
        for (int i = 0; i <= word.length(); i++) {
            String head = word.substring(0, i);
            for (char letter : LETTERS) {
                near.add(head + letter + word.substring(i));
                if (i < word.length()) {
                    near.add(head + letter + word.substring(i + 1));
                }
            }
            if (i < word.length()) {
                near.add(head + word.substring(i + 1));
            }
            if (i + 1 < word.length()) {
                near.add(head + word.charAt(i + 1) + word.charAt(i) + word.substring(i + 2));
            }
        }
        return near;
    }
}
