package io.stoa.license.text;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A licence of which only the set of runs is known, not their order.
 *
 * <p>It is present when every decisive run of its fingerprint is in the text, and of the others at most those that the few
 * {@linkplain Fingerprint#forgiven forgiven} changed words can destroy. The text then is that licence when every word of it
 * belongs to a run of the licence, to a line that only names the copyright holder, or to one of the licence's titles; again
 * a few plain words inside the text are forgiven, and a weighty one never.
 *
 * @param license its id
 * @param titles lines that may head a copy
 * @param fingerprint its runs
 */
record Outline(String license, Set<List<String>> titles, Fingerprint fingerprint) {
    private static final double CLOSE = 0.35;

    Outline {
        titles = Set.copyOf(titles);
    }

    /** Whether a text with these runs is this licence, or close to it. */
    Optional<Recognition> recognize(Words words, Set<Integer> runs) {
        int decisive = missing(fingerprint.decisive(), runs);
        int plain = missing(fingerprint.plain(), runs);
        double likeness = 1 - (decisive + plain) / (double) fingerprint.required();
        if (likeness < CLOSE) {
            return Optional.empty();
        }
        // one changed word breaks at most as many runs as a run has words
        if (decisive > 0 || plain > fingerprint.forgiven() * Fingerprint.LENGTH) {
            return Optional.of(modified(likeness, Recognition.Change.CHANGED, List.of()));
        }
        BitSet added = explained(words);
        added.flip(0, words.size());
        // a changed word lies inside the text; at its ends stands what somebody added
        boolean inside = !added.get(0) && !added.get(words.size() - 1);
        boolean few = added.cardinality() <= fingerprint.forgiven();
        if (added.isEmpty() || (inside && few && added.stream().noneMatch(word -> Words.weighty(words.word(word))))) {
            return Optional.of(new Recognition.Known(license, List.of(), likeness));
        }
        Recognition.Difference difference = Comparison.added(words, added.nextSetBit(0), added.length());
        return Optional.of(modified(likeness, Recognition.Change.EXTENDED, List.of(difference)));
    }

    private Recognition modified(double likeness, Recognition.Change change, List<Recognition.Difference> differences) {
        return new Recognition.Modified(license, List.of(), likeness, change, differences);
    }

    private static int missing(Set<Integer> wanted, Set<Integer> runs) {
        return (int) wanted.stream().filter(run -> !runs.contains(run)).count();
    }

    /** The words that the licence or its usual frame explains. */
    private BitSet explained(Words words) {
        BitSet explained = new BitSet(words.size());
        for (int i = 0; i + Fingerprint.LENGTH <= words.size(); i++) {
            if (fingerprint.holds(words.shingle(i, Fingerprint.LENGTH))) {
                explained.set(i, i + Fingerprint.LENGTH);
            }
        }
        int start = 0;
        while (start < words.size()) {
            int line = words.line(start);
            int end = start;
            while (end < words.size() && words.line(end) == line) {
                end++;
            }
            if (words.copyrightLines().contains(line)
                    || titles.contains(words.words().subList(start, end))) {
                explained.set(start, end);
            }
            start = end;
        }
        return explained;
    }
}
