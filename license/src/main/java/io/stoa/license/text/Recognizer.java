package io.stoa.license.text;

import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Says which known licence a text is.
 *
 * <p>A licence is present when every decisive run of its fingerprint is in the text, and of the others at most those that
 * the few {@linkplain Fingerprint#forgiven forgiven} changed words can destroy. The text then <em>is</em> that licence
 * when every word of it belongs to a run of the licence, to a line that only names the copyright holder, or to a line that
 * is one of the licence's titles; again a few plain words inside the text are forgiven, and a weighty one never.
 * Immutable, safe to share.
 */
public final class Recognizer {
    /** Below this share of its runs a licence is not called the closest one. */
    private static final double CLOSE = 0.35;

    private static final int EXCERPT_WORDS = 12;

    private final List<Reference> references;

    /** A recognizer of these licences and no others. */
    public Recognizer(List<Reference> references) {
        this.references = List.copyOf(references);
    }

    /** A licence to recognise: its id, the lines that may head a copy of it, and its fingerprint. */
    public static final class Reference {
        private final String license;
        private final Set<List<String>> titles;
        private final Fingerprint fingerprint;

        /**
         * Reads a written fingerprint.
         *
         * @param license the licence's id
         * @param titles lines that may head a copy of the text without being part of it, such as "The MIT License (MIT)"
         * @param fingerprint three lines as {@link Fingerprint} describes them
         */
        public Reference(String license, List<String> titles, String fingerprint) {
            this.license = license;
            this.titles = titles.stream().map(title -> Words.of(title).words()).collect(Collectors.toUnmodifiableSet());
            this.fingerprint = Fingerprint.parse(license, fingerprint);
        }
    }

    /** Whether a licence of this id is among those that it recognises. */
    public boolean recognizes(String license) {
        return references.stream().anyMatch(reference -> reference.license.equals(license));
    }

    /** Recognises a whole file. */
    public Recognition recognize(String text) {
        if (text.indexOf('\0') >= 0) {
            return new Recognition.Unrecognized("is not a text file");
        }
        Words words = Words.of(text);
        if (words.size() < Fingerprint.LENGTH) {
            return new Recognition.Unrecognized("holds next to no text");
        }
        Set<Integer> runs = Fingerprint.runs(words);
        List<Match> matches = references.stream()
                .map(reference -> match(reference, runs))
                .sorted(Comparator.comparingDouble(Match::likeness).reversed())
                .toList();
        List<Match> present = matches.stream().filter(Match::complete).toList();
        if (present.size() > 1) {
            return new Recognition.Several(present.stream()
                    .map(match -> match.reference.license)
                    .sorted()
                    .toList());
        }
        if (present.isEmpty()) {
            Match closest = matches.getFirst();
            return closest.likeness < CLOSE
                    ? new Recognition.Unrecognized("is not one of the licence texts that Stoa knows")
                    : new Recognition.Modified(closest.reference.license, closest.likeness, closest.difference());
        }
        Match match = present.getFirst();
        BitSet explained = explained(match.reference, words);
        List<String> added = IntStream.range(0, words.size())
                .filter(word -> !explained.get(word))
                .mapToObj(words.words()::get)
                .toList();
        // a changed word lies inside the text; at its ends stands what somebody added
        boolean inside = explained.get(0) && explained.get(words.size() - 1);
        boolean few = added.size() <= match.reference.fingerprint.forgiven();
        if (!added.isEmpty() && !(inside && few && added.stream().noneMatch(Words::weighty))) {
            return new Recognition.Modified(
                    match.reference.license, match.likeness, "has further words: " + excerpt(added));
        }
        return new Recognition.Known(match.reference.license, match.likeness);
    }

    /**
     * How much of a licence a text has.
     *
     * @param decisive how many decisive runs are missing
     * @param plain how many plain runs are missing
     * @param likeness the share of required runs that are there
     */
    private record Match(Reference reference, int decisive, int plain, double likeness) {
        boolean complete() {
            // one changed word breaks at most as many runs as a run has words
            return decisive == 0 && plain <= reference.fingerprint.forgiven() * Fingerprint.LENGTH;
        }

        String difference() {
            return String.format(
                    Locale.ROOT,
                    "lacks %d of its %d runs of %d words, %d of them decisive",
                    decisive + plain,
                    reference.fingerprint.required(),
                    Fingerprint.LENGTH,
                    decisive);
        }
    }

    private static Match match(Reference reference, Set<Integer> runs) {
        Fingerprint wanted = reference.fingerprint;
        int decisive = missing(wanted.decisive(), runs);
        int plain = missing(wanted.plain(), runs);
        double likeness = 1 - (decisive + plain) / (double) wanted.required();
        return new Match(reference, decisive, plain, likeness);
    }

    private static int missing(Set<Integer> wanted, Set<Integer> runs) {
        return (int) wanted.stream().filter(run -> !runs.contains(run)).count();
    }

    /** The words that the licence or its usual frame explains. */
    private static BitSet explained(Reference reference, Words words) {
        BitSet explained = new BitSet(words.size());
        for (int i = 0; i + Fingerprint.LENGTH <= words.size(); i++) {
            if (reference.fingerprint.holds(words.shingle(i, Fingerprint.LENGTH))) {
                explained.set(i, i + Fingerprint.LENGTH);
            }
        }
        int start = 0;
        while (start < words.size()) {
            int line = words.lines().get(start);
            int end = start;
            while (end < words.size() && words.lines().get(end) == line) {
                end++;
            }
            if (words.copyrightLines().contains(line)
                    || reference.titles.contains(words.words().subList(start, end))) {
                explained.set(start, end);
            }
            start = end;
        }
        return explained;
    }

    private static String excerpt(List<String> words) {
        String shown = String.join(" ", words.subList(0, Math.min(EXCERPT_WORDS, words.size())));
        return words.size() <= EXCERPT_WORDS
                ? "\"%s\"".formatted(shown)
                : "\"%s …\" (%d words)".formatted(shown, words.size());
    }
}
