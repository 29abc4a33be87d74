package io.stoa.license.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Makes a library of fingerprints from texts: finds the places where copies may differ, and merges what is the same. */
final class Wordings {
    private static final int HEAD_LINES = 8;
    private static final int LONGEST_NAME = 12;
    private static final double LONGEST_APPENDIX = 0.45;
    private static final int TEXTS_FOR_A_WORD = 3;

    /** Where a licence names its licensor: the words before and after the name. */
    private static final List<List<String>> NAMES = List.of(
            List.of("neither the name of", "nor the name"),
            List.of("neither the names of", "nor the name"),
            List.of("neither the name", "nor the names of"),
            List.of("the name of", "may not be used"),
            List.of("the name of", "must not be used"),
            List.of("the name of", "shall not be used"),
            List.of("the names of", "may not be used"),
            List.of("the names of", "must not be used"),
            List.of("the names", "must not be used"),
            List.of("the name", "must not be used"),
            List.of("software is provided by", "as is"),
            List.of("in no event shall", "be liable"),
            List.of("in no event will", "be liable"),
            List.of("as is and", "disclaims all warranties"),
            List.of("includes software developed by", "neither the name"),
            List.of("free software foundation inc", "everyone is permitted to copy"));

    /** From here on a text is no longer the licence, or until here not yet. */
    private static final List<String> APPENDICES =
            List.of("end of terms and conditions", "creative commons is not a party to its public");

    private static final List<String> BEGINNINGS = List.of("by exercising the licensed rights");

    private final Map<String, Set<Integer>> titles = new LinkedHashMap<>();
    private final Map<String, Boolean> superseded = new HashMap<>();
    private final Map<String, Set<String>> titleWords = new HashMap<>();
    private final List<Wording> wordings = new ArrayList<>();
    private final Map<String, Integer> texts = new HashMap<>();

    private record Wording(Set<String> ids, Words words, boolean old) {}

    /** A licence with the names that it goes by. */
    Wordings license(String id, boolean old, List<String> names) {
        Set<Integer> keys = titles.computeIfAbsent(id, _ -> new TreeSet<>());
        Set<String> words = titleWords.computeIfAbsent(id, _ -> new HashSet<>());
        superseded.merge(id, old, (a, b) -> a && b);
        Stream.concat(names.stream(), Stream.of(id)).forEach(name -> {
            List<String> title = Words.withNumbers(name).words();
            if (Titles.key(title) != Titles.NOTHING) {
                keys.add(Titles.key(title));
            }
            words.addAll(title);
        });
        return this;
    }

    /** A copy of a licence's text, which may stand for several ids. */
    Wordings text(List<String> ids, String text, boolean english) {
        Words words = Words.withNumbers(text);
        if (words.size() < Runs.PAIR) {
            return this;
        }
        wordings.add(new Wording(new TreeSet<>(ids), words, false));
        if (english) {
            new HashSet<>(words.words()).forEach(word -> texts.merge(word, 1, Integer::sum));
        }
        return this;
    }

    Library library() {
        List<String> ids = wordings.stream()
                .flatMap(wording -> wording.ids.stream())
                .distinct()
                .sorted()
                .toList();
        List<Library.Named> named = ids.stream()
                .map(id -> new Library.Named(
                        id, superseded.getOrDefault(id, false), List.copyOf(titles.getOrDefault(id, Set.of()))))
                .toList();
        Map<String, Integer> indices = new HashMap<>();
        ids.forEach(id -> indices.put(id, indices.size()));
        Map<List<Short>, Set<String>> owners = new LinkedHashMap<>();
        Map<List<Short>, Words> first = new HashMap<>();
        for (Wording wording : wordings) {
            List<Short> runs = boxed(Runs.runs(Runs.words(wording.words.words())));
            owners.computeIfAbsent(runs, _ -> new TreeSet<>()).addAll(wording.ids);
            first.putIfAbsent(runs, wording.words);
        }
        List<Form> forms = new ArrayList<>();
        owners.forEach((runs, of) -> {
            Words words = first.getOrDefault(runs, Words.of(""));
            List<Integer> order = of.stream()
                    .sorted(Comparator.comparing((String id) -> id.startsWith("LicenseRef-"))
                            .thenComparing(id -> superseded.getOrDefault(id, false))
                            .thenComparing(Comparator.naturalOrder()))
                    .map(id -> indices.getOrDefault(id, -1))
                    .toList();
            forms.add(new Form(order, Runs.runs(Runs.words(words.words())), spans(words, of)));
        });
        int[] vocabulary = texts.entrySet().stream()
                .filter(word -> word.getValue() >= TEXTS_FOR_A_WORD)
                .mapToInt(word -> Runs.word(word.getKey()))
                .sorted()
                .distinct()
                .toArray();
        return new Library(named, forms, vocabulary);
    }

    private static List<Short> boxed(short[] runs) {
        List<Short> boxed = new ArrayList<>();
        for (short run : runs) {
            boxed.add(run);
        }
        return boxed;
    }

    private List<Form.Span> spans(Words words, Set<String> ids) {
        BitSet lacking = new BitSet();
        BitSet named = new BitSet();
        head(words, ids, lacking);
        for (String appendix : APPENDICES) {
            int at = find(words, appendix, 0);
            if (at > words.size() * (1 - LONGEST_APPENDIX)) {
                lacking.set(at, words.size());
            }
        }
        for (String beginning : BEGINNINGS) {
            int at = find(words, beginning, 0);
            if (at > 0 && at < words.size() / 3) {
                lacking.set(0, at);
            }
        }
        for (List<String> name : NAMES) {
            int before = find(words, name.getFirst(), 0);
            while (before >= 0) {
                int from = before + name.getFirst().split(" ", -1).length;
                int to = find(words, name.getLast(), from);
                if (to > from
                        && to - from <= LONGEST_NAME
                        && words.words().subList(from, to).stream()
                                .noneMatch(word -> Words.weighty(word) && !Words.hasDigit(word))) {
                    named.set(from, to);
                }
                before = find(words, name.getFirst(), from);
            }
        }
        named.andNot(lacking);
        List<Form.Span> spans = new ArrayList<>();
        addSpans(lacking, Form.Leeway.MAY_LACK, spans);
        addSpans(named, Form.Leeway.NAME, spans);
        spans.sort(Comparator.comparingInt(Form.Span::from));
        return spans.stream().mapToInt(span -> span.to() - span.from()).sum() < words.size() ? spans : List.of();
    }

    private static void addSpans(BitSet of, Form.Leeway leeway, List<Form.Span> spans) {
        for (int from = of.nextSetBit(0); from >= 0; from = of.nextSetBit(of.nextClearBit(from))) {
            spans.add(new Form.Span(from, of.nextClearBit(from), leeway));
        }
    }

    /** Titles and copyright lines at the beginning; copyright lines with a year anywhere. */
    private void head(Words words, Set<String> ids, BitSet lacking) {
        boolean heading = true;
        int lines = 0;
        int start = 0;
        while (start < words.size()) {
            int end = start;
            while (end < words.size() && words.line(end) == words.line(start)) {
                end++;
            }
            List<String> line = words.words().subList(start, end);
            boolean copyright = words.copyrightLines().contains(words.line(start))
                    && line.stream()
                            .anyMatch(word -> Words.hasDigit(word) || word.equals("year") || word.equals("yyyy"));
            boolean title = heading && lines < HEAD_LINES && isTitle(line, ids);
            if (copyright || title) {
                lacking.set(start, end);
            } else {
                heading = false;
            }
            lines++;
            start = end;
        }
        if (lacking.cardinality() > words.size() / 2) {
            lacking.clear();
        }
    }

    private boolean isTitle(List<String> line, Set<String> ids) {
        int key = Titles.key(line);
        for (String id : ids) {
            Set<String> own = titleWords.getOrDefault(id, Set.of());
            boolean all = line.size() <= LONGEST_NAME
                    && line.stream().allMatch(word -> own.contains(word) || isDate(word) || FRAME_WORDS.contains(word));
            if (all || titles.getOrDefault(id, Set.of()).contains(key)) {
                return true;
            }
        }
        return false;
    }

    private static final Set<String> FRAME_WORDS =
            Set.of("the", "license", "licence", "version", "agreement", "dated", "of", "public");

    private static boolean isDate(String word) {
        return word.matches("(19|20)\\d\\d|\\d{1,2}")
                || Set.of(
                                "january",
                                "february",
                                "march",
                                "april",
                                "may",
                                "june",
                                "july",
                                "august",
                                "september",
                                "october",
                                "november",
                                "december")
                        .contains(word);
    }

    private static int find(Words words, String run, int from) {
        List<String> wanted = Arrays.asList(run.split(" ", -1));
        for (int at = from; at + wanted.size() <= words.size(); at++) {
            if (words.word(at).equals(wanted.getFirst())
                    && words.words().subList(at, at + wanted.size()).equals(wanted)) {
                return at;
            }
        }
        return -1;
    }
}
