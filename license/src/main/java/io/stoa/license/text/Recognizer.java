package io.stoa.license.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says which known licence a text is.
 *
 * <p>An inverted index of hashed runs of words proposes a few wordings; the text is laid along each of them, word for word,
 * and <em>is</em> the licence when every word of the one is in the other at its place, save what copies of a licence may
 * differ in: a title, copyright lines, the holder's name where the licence leaves a place for it, an appendix, page numbers
 * and running heads, the spelling of a word. Anything else makes it a modified text. Immutable, safe to share; time and
 * memory are linear in the text's length.
 */
public final class Recognizer {
    /** No licence is longer, in characters. */
    static final int LONGEST = 1 << 23;

    /** Below this share of common words a licence is not called the closest one. */
    private static final double CLOSE = 0.35;

    /** Of less than this share of a licence, nobody can tell that it was meant. */
    private static final double LEAST_SHARE = 0.1;

    /** From this share of common words on, a part of a file is called a changed licence. */
    private static final double CLOSE_PART = 0.7;

    /** Below this share of a licence, two whole others are the likelier reading. */
    private static final double WHOLE_SHARE = 0.8;

    /** So many more words must be in several licences than in one with a few changes: each change hides some. */
    private static final int SEVERAL_MORE = 24;

    private static final int CANDIDATES = 8;
    private static final int MOST_PARTS = 32;
    private static final int SHORTEST_PART = 12;
    private static final int FEWEST_WORDS = Runs.PAIR;
    private static final int ENOUGH_WORDS_FOR_A_LANGUAGE = 20;
    private static final double LEAST_VOCABULARY = 0.4;

    private final Library library;
    private final Index index;
    private final boolean exhaustive;
    private final List<Outline> outlines;
    private final Map<String, Set<Integer>> titles;

    /** A recognizer of the licences whose texts are in the library, and of those that only an outline is there of. */
    public Recognizer(List<Reference> references) {
        this(Library.shipped(), references, false);
    }

    Recognizer(Library library, List<Reference> references, boolean exhaustive) {
        this.exhaustive = exhaustive;
        this.library = library;
        this.index = new Index(library.forms());
        this.outlines = references.stream().map(reference -> reference.outline).toList();
        this.titles = library.licenses().stream()
                .collect(Collectors.toMap(Library.Named::id, named -> Set.copyOf(named.titles())));
    }

    /** One that holds a text against every wording instead of the proposed ones: what the index saves is measured with it. */
    public static Recognizer exhaustive() {
        return new Recognizer(Library.shipped(), List.of(), true);
    }

    /** A licence of which only an outline is known, the set of its runs without their order. */
    public static final class Reference {
        private final Outline outline;

        /**
         * Reads a written fingerprint.
         *
         * @param license the licence's id
         * @param titles lines that may head a copy of the text without being part of it, such as "The MIT License (MIT)"
         * @param fingerprint three lines as {@link Fingerprint} describes them
         */
        public Reference(String license, List<String> titles, String fingerprint) {
            this.outline = new Outline(
                    license,
                    titles.stream().map(title -> Words.of(title).words()).collect(Collectors.toUnmodifiableSet()),
                    Fingerprint.parse(license, fingerprint));
        }
    }

    /** Whether a licence of this id is among those that it recognises. */
    public boolean recognizes(String license) {
        return titles.containsKey(license)
                || outlines.stream().anyMatch(outline -> outline.license().equals(license));
    }

    /** Recognises a whole file. */
    public Recognition recognize(String text) {
        if (text.length() > LONGEST) {
            return new Recognition.Unrecognized(String.format(
                    Locale.ROOT,
                    "has %.1f million characters, more than any licence; put the licence's part into a file of its own",
                    text.length() / 1e6));
        }
        if (text.indexOf('\0') >= 0) {
            return new Recognition.Unrecognized("is not a text file");
        }
        Words words = Words.withNumbers(text);
        if (words.size() < FEWEST_WORDS) {
            return new Recognition.Unrecognized(
                    words.size() == 0 ? "holds no text" : "holds next to no text: %d words".formatted(words.size()));
        }
        Recognition found = new Search(words, Html.isOne(text)).recognition();
        if (found instanceof Recognition.Known || outlines.isEmpty()) {
            return found;
        }
        return outlined(Words.of(text), found);
    }

    private Recognition outlined(Words words, Recognition found) {
        double likeness = found instanceof Recognition.Modified modified ? modified.likeness() : 0;
        boolean several = found instanceof Recognition.Several;
        Set<Integer> runs = Fingerprint.runs(words);
        return outlines.stream()
                .map(outline -> outline.recognize(words, runs))
                .flatMap(Optional::stream)
                .filter(outline -> outline instanceof Recognition.Known
                        || (!several
                                && outline instanceof Recognition.Modified modified
                                && modified.likeness() > likeness))
                .findFirst()
                .orElse(found);
    }

    /** The search for one text. */
    private final class Search {
        private final Sample text;
        private final Frame frame;

        Search(Words words, boolean page) {
            this.text = new Sample(words);
            this.frame = new Frame(words, library, page);
        }

        Recognition recognition() {
            List<Comparison> compared = compare(0, text.size());
            Optional<Comparison> exact =
                    compared.stream().filter(Comparison::exact).findFirst();
            if (exact.isPresent()) {
                return known(exact.get(), compared);
            }
            Optional<Comparison> closest = compared.stream()
                    .max(Comparator.comparingDouble(Comparison::closeness).thenComparingInt(Comparison::same));
            List<Found> parts = new ArrayList<>();
            find(0, text.size(), parts);
            if (isSeveral(parts, closest)) {
                return several(parts);
            }
            Optional<Comparison> whole = parts.stream()
                    .map(Found::comparison)
                    .filter(Comparison::complete)
                    .findFirst();
            if (closest.isPresent()
                    && closest.get().closeness() >= CLOSE
                    && closest.get().likeness() >= LEAST_SHARE) {
                return modified(closest.get(), compared);
            }
            return whole.<Recognition>map(comparison -> modified(comparison, compared))
                    .orElseGet(this::unrecognized);
        }

        /** Whether the parts explain the text better than one licence does, changed as it would be. */
        private boolean isSeveral(List<Found> parts, Optional<Comparison> closest) {
            int inParts =
                    parts.stream().mapToInt(part -> part.comparison.same()).sum();
            long whole = parts.stream().filter(Found::whole).count();
            return parts.size() > 1
                    && (inParts > closest.map(Comparison::inAnyOrder).orElse(0) + SEVERAL_MORE
                            || (whole > 1 && closest.map(Comparison::likeness).orElse(0.0) < WHOLE_SHARE));
        }

        /** The proposed forms held against these words, exact ones first, then by how much is the same. */
        private List<Comparison> compare(int from, int to) {
            List<Comparison> compared = new ArrayList<>();
            List<Form> forms = exhaustive ? library.forms() : index.propose(text, from, to, CANDIDATES);
            for (Form form : forms) {
                Comparison comparison = new Comparison(text, frame, library, from, to, form, titles(form));
                compared.add(comparison);
                if (!exhaustive && comparison.same() == to - from && comparison.lacking() == 0) {
                    break;
                }
            }
            compared.sort(Comparator.comparing(Comparison::exact)
                    .reversed()
                    .thenComparing(Comparator.comparingInt(Comparison::same).reversed())
                    .thenComparingInt(Comparison::lacking)
                    .thenComparing(
                            comparison -> Recognizer.this.ids(comparison.form()).getFirst()));
            return compared;
        }

        private Recognition known(Comparison best, List<Comparison> compared) {
            List<String> ids = ids(
                    best,
                    compared.stream()
                            .filter(other ->
                                    other.exact() && other.same() == best.same() && other.lacking() == best.lacking()));
            return new Recognition.Known(ids.getFirst(), ids.subList(1, ids.size()), best.likeness());
        }

        private Recognition modified(Comparison closest, List<Comparison> compared) {
            List<String> ids = ids(
                    closest,
                    compared.stream()
                            .filter(other ->
                                    other.closeness() == closest.closeness() && other.same() == closest.same()));
            return new Recognition.Modified(
                    ids.getFirst(),
                    ids.subList(1, ids.size()),
                    closest.explained().likeness(),
                    closest.change(),
                    closest.differences());
        }

        private List<String> ids(Comparison first, Stream<Comparison> others) {
            return Stream.concat(Stream.of(first), others)
                    .flatMap(comparison -> Recognizer.this.ids(comparison.form()).stream())
                    .distinct()
                    .toList();
        }

        private record Found(Comparison comparison, boolean whole) {}

        /** The licences between two words: the largest whole one, then what stands before and after it. */
        private void find(int from, int to, List<Found> parts) {
            if (to - from < SHORTEST_PART || parts.size() >= MOST_PARTS) {
                return;
            }
            List<Comparison> compared = compare(from, to);
            Optional<Found> found = compared.stream()
                    .filter(Comparison::complete)
                    .max(Comparator.comparingInt(Comparison::same))
                    .map(comparison -> new Found(comparison, true))
                    .or(() -> compared.stream()
                            .filter(comparison -> comparison.agreement() >= CLOSE_PART)
                            .max(Comparator.comparingDouble(Comparison::agreement))
                            .map(comparison -> new Found(comparison, false)));
            if (found.isPresent()) {
                parts.add(found.get());
                find(from, found.get().comparison.first(), parts);
                find(found.get().comparison.end(), to, parts);
            }
        }

        private Recognition several(List<Found> parts) {
            parts.sort(Comparator.comparingInt(part -> part.comparison.first()));
            Words words = text.words();
            List<Recognition.Part> named = new ArrayList<>();
            List<Recognition.Difference> further = new ArrayList<>();
            Set<Integer> allTitles = new HashSet<>();
            parts.forEach(part -> allTitles.addAll(titles(part.comparison.form())));
            int end = 0;
            for (Found part : parts) {
                Comparison comparison = part.comparison;
                addFurther(end, comparison.first(), allTitles, further);
                List<String> ids = Recognizer.this.ids(comparison.form());
                named.add(new Recognition.Part(
                        ids.getFirst(),
                        ids.subList(1, ids.size()),
                        words.place(comparison.first()),
                        words.place(comparison.end() - 1),
                        part.whole));
                end = comparison.end();
            }
            addFurther(end, text.size(), allTitles, further);
            return new Recognition.Several(named, further);
        }

        private void addFurther(int from, int to, Set<Integer> allTitles, List<Recognition.Difference> further) {
            BitSet left = frame.notMenu(frame.unexplained(from, to, allTitles));
            if (!left.isEmpty()) {
                further.add(Comparison.added(text.words(), left.nextSetBit(0), left.length()));
            }
        }

        private Recognition unrecognized() {
            Words words = text.words();
            long common = words.words().stream().filter(library::isVocabulary).count();
            if (words.size() >= ENOUGH_WORDS_FOR_A_LANGUAGE && common < LEAST_VOCABULARY * words.size()) {
                return new Recognition.Unrecognized(
                        "is in another language than the licence texts that Stoa knows, or no prose at all");
            }
            return new Recognition.Unrecognized("is not one of the licence texts that Stoa knows");
        }
    }

    private Set<Integer> titles(Form form) {
        return form.licenses().stream()
                .flatMap(license -> titles.getOrDefault(library.id(license), Set.of()).stream())
                .collect(Collectors.toSet());
    }

    private List<String> ids(Form form) {
        return form.licenses().stream().map(library::id).toList();
    }
}
