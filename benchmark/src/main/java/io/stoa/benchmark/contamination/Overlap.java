package io.stoa.benchmark.contamination;

import static java.util.Objects.requireNonNull;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * How many items share a run of n words with some texts: the signal of GPT-3's paper (T. Brown and others, arXiv
 * 2005.14165, appendix C) and of lm-evaluation-harness' decontamination, both with n = 13. An item counts as overlapping as
 * soon as one run of its words occurs.
 *
 * <p>It is a signal and no proof, either way: common phrases, quotations and laws occur without the item having been seen,
 * a rewording is not found, and the texts at hand are seldom all that a model was trained on. Runs are compared by 64-bit
 * hashes: of a hundred million runs of items and ten billion of texts, one pair in about twenty such searches is alike by
 * chance. Memory holds the items' runs, never the texts'.
 *
 * @param n words of a run
 * @param items that are long enough
 * @param tooShort items none of whose texts has n words, of which nothing can be said
 * @param overlapping items of which some run occurs
 * @param words how many words of texts were read
 * @param worst the items with the largest shares of their runs found, largest first
 */
public record Overlap(int n, int items, int tooShort, int overlapping, long words, List<Hit> worst) {
    /** As in GPT-3's paper. */
    public static final int USUAL = 13;

    private static final int MOST_RUNS = 100_000_000;
    private static final int SHOWN = 20;

    public Overlap {
        worst = List.copyOf(worst);
    }

    /**
     * One item that overlaps.
     *
     * @param place where it stands
     * @param found how many of its different runs occur
     * @param runs how many it has
     * @param text where the first of them was found
     * @param words the first of them, as compared
     */
    public record Hit(String place, int found, int runs, Path text, String words) {
        public Hit {
            requireNonNull(place, "place");
            requireNonNull(text, "text");
            requireNonNull(words, "words");
        }

        public double share() {
            return (double) found / runs;
        }
    }

    /**
     * Reads texts for runs of the items' words.
     *
     * @param texts UTF-8, of any size; what is not UTF-8 in them counts as no letter
     * @param n at least 2
     */
    public static Overlap of(List<Item> items, List<Path> texts, int n) {
        if (n < 2 || n > 100) {
            throw new IllegalArgumentException("a run has 2 to 100 words, usually " + USUAL + ": " + n);
        }
        List<long[]> ofItems = new ArrayList<>();
        long total = 0;
        for (Item item : items) {
            long[] runs = runs(item, n);
            ofItems.add(runs);
            total += runs.length;
            if (total > MOST_RUNS) {
                throw StoaException.user("the items have more than " + MOST_RUNS + " runs of words; split their file");
            }
        }
        long[] all = ofItems.stream()
                .flatMapToLong(Arrays::stream)
                .sorted()
                .distinct()
                .toArray();
        int[] foundIn = new int[all.length];
        long words = 0;
        for (int text = 0; text < texts.size(); text++) {
            words += search(texts.get(text), n, all, foundIn, text + 1);
        }
        List<Hit> hits = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            long[] found = Arrays.stream(ofItems.get(i))
                    .filter(run -> foundIn[Arrays.binarySearch(all, run)] > 0)
                    .toArray();
            if (found.length > 0) {
                Arrays.sort(found);
                hits.add(hit(items.get(i), n, found, ofItems.get(i).length, all, foundIn, texts));
            }
        }
        int tooShort = (int) ofItems.stream().filter(runs -> runs.length == 0).count();
        return new Overlap(
                n,
                items.size() - tooShort,
                tooShort,
                hits.size(),
                words,
                hits.stream()
                        .sorted(Comparator.comparingDouble(Hit::share)
                                .thenComparingInt(Hit::found)
                                .reversed())
                        .limit(SHOWN)
                        .toList());
    }

    private static long[] runs(Item item, int n) {
        List<Long> runs = new ArrayList<>();
        for (String text : item.texts()) {
            try {
                each(new WordReader(new StringReader(text)), n, runs::add);
            } catch (IOException e) {
                throw new StoaException(StoaException.Kind.BUG, "a string cannot be read", e);
            }
        }
        return runs.stream().mapToLong(Long::longValue).distinct().toArray();
    }

    /** Tells the hash of every run of n words; returns how many words there were. */
    private static long each(WordReader words, int n, LongConsumer run) throws IOException {
        long[] last = new long[n];
        long count = 0;
        while (words.next()) {
            last[(int) (count++ % n)] = words.hash();
            if (count >= n) {
                long hash = 0;
                for (long i = count - n; i < count; i++) {
                    hash = hash * 0x9E3779B97F4A7C15L + last[(int) (i % n)];
                    hash ^= hash >>> 32;
                }
                run.accept(hash);
            }
        }
        return count;
    }

    private static long search(Path text, int n, long[] all, int[] foundIn, int mark) {
        if (!Files.isRegularFile(text)) {
            throw StoaException.user(text + ": no such file");
        }
        try (Reader reader = new InputStreamReader(Files.newInputStream(text), StandardCharsets.UTF_8)) {
            return each(new WordReader(reader), n, run -> {
                int place = Arrays.binarySearch(all, run);
                if (place >= 0 && foundIn[place] == 0) {
                    foundIn[place] = mark;
                }
            });
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    text + ": cannot be read (" + e.getMessage() + "); check its permissions and the disk",
                    e);
        }
    }

    /** The item is read again for the words of its first run that was found. */
    private static Hit hit(Item item, int n, long[] found, int runs, long[] all, int[] foundIn, List<Path> texts) {
        for (String text : item.texts()) {
            List<String> words = new ArrayList<>();
            List<Long> hashes = new ArrayList<>();
            try {
                WordReader reader = new WordReader(new StringReader(text));
                while (reader.next()) {
                    words.add(reader.word());
                }
                each(new WordReader(new StringReader(text)), n, hashes::add);
            } catch (IOException e) {
                throw new StoaException(StoaException.Kind.BUG, "a string cannot be read", e);
            }
            for (int i = 0; i < hashes.size(); i++) {
                if (Arrays.binarySearch(found, hashes.get(i)) >= 0) {
                    int mark = foundIn[Arrays.binarySearch(all, hashes.get(i))];
                    return new Hit(
                            item.place(),
                            found.length,
                            runs,
                            texts.get(mark - 1),
                            String.join(" ", words.subList(i, i + n)));
                }
            }
        }
        throw StoaException.bug("a run that was found is not in its item: " + item.place());
    }
}
