package io.stoa.license.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A text laid along a form: which words of the one are which of the other.
 *
 * <p>The longest chain of {@linkplain Runs#pair pairs} that come in the same order in both (Hunt and Szymanski 1977); words
 * outside of the chain are the gaps between its blocks.
 *
 * @param form the form
 * @param blocks passages that are the same in both, in order
 * @param gaps what lies before, between and after the blocks, where it is not empty on both sides
 */
record Alignment(Form form, List<Block> blocks, List<Gap> gaps) {
    private static final int MOST_PLACES = 8;

    Alignment {
        blocks = List.copyOf(blocks);
        gaps = List.copyOf(gaps);
    }

    /** So many words from these on are the same. */
    record Block(int text, int form, int length) {}

    /** Words of the text that are not the form's, and words of the form that are not there. Ends are exclusive. */
    record Gap(int from, int to, int formFrom, int formTo) {
        int added() {
            return to - from;
        }

        int missing() {
            return formTo - formFrom;
        }
    }

    /** Lays the words from one index to before another along a form. */
    static Alignment of(Sample text, int from, int to, Form form) {
        List<Block> blocks = text.isAll(form, from, to)
                ? List.of(new Block(from, 0, form.size()))
                : disjoint(extended(blocks(chain(text, from, to, form)), text, from, to, form));
        List<Gap> gaps = new ArrayList<>();
        int textEnd = from;
        int formEnd = 0;
        for (Block block : blocks) {
            addGap(gaps, new Gap(textEnd, block.text, formEnd, block.form));
            textEnd = block.text + block.length;
            formEnd = block.form + block.length;
        }
        addGap(gaps, new Gap(textEnd, to, formEnd, form.size()));
        return new Alignment(form, blocks, gaps);
    }

    private static void addGap(List<Gap> gaps, Gap gap) {
        if (gap.added() > 0 || gap.missing() > 0) {
            gaps.add(gap);
        }
    }

    /** How many words are the same. */
    int same() {
        return blocks.stream().mapToInt(Block::length).sum();
    }

    /** A pair of the text and the pair of the form that it is. */
    private record Link(int text, int form) {}

    private static List<Link> chain(Sample text, int from, int to, Form form) {
        int size = 1024;
        int[] places = new int[size];
        int[] formPlaces = new int[size];
        int[] previous = new int[size];
        int nodes = 0;
        int[] ends = new int[Math.min(form.pairs(), Math.max(0, to - from)) + 1];
        int longest = 0;
        int[] found = new int[MOST_PLACES];
        for (int j = 0; j < form.pairs(); j++) {
            int count = text.places(form.pair(j), from, to - Runs.PAIR, found);
            for (int k = count - 1; k >= 0; k--) {
                int place = found[k];
                int low = 0;
                int high = longest;
                while (low < high) {
                    int middle = (low + high) >>> 1;
                    if (places[ends[middle]] < place) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                if (nodes == size) {
                    size *= 2;
                    places = Arrays.copyOf(places, size);
                    formPlaces = Arrays.copyOf(formPlaces, size);
                    previous = Arrays.copyOf(previous, size);
                }
                places[nodes] = place;
                formPlaces[nodes] = j;
                previous[nodes] = low == 0 ? -1 : ends[low - 1];
                ends[low] = nodes++;
                longest = Math.max(longest, low + 1);
            }
        }
        List<Link> chain = new ArrayList<>(longest);
        for (int node = longest == 0 ? -1 : ends[longest - 1]; node >= 0; node = previous[node]) {
            chain.add(new Link(places[node], formPlaces[node]));
        }
        Collections.reverse(chain);
        return chain;
    }

    private static List<Block> blocks(List<Link> chain) {
        List<Block> blocks = new ArrayList<>();
        int i = 0;
        while (i < chain.size()) {
            Link start = chain.get(i);
            while (i + 1 < chain.size()
                    && chain.get(i + 1).text - chain.get(i + 1).form == start.text - start.form
                    && chain.get(i + 1).text <= chain.get(i).text + Runs.PAIR) {
                i++;
            }
            blocks.add(new Block(start.text, start.form, chain.get(i).text - start.text + Runs.PAIR));
            i++;
        }
        return blocks;
    }

    /** Blocks made as long as they go: a pair that is in too many places of the text is not looked up in all of them. */
    private static List<Block> extended(List<Block> blocks, Sample text, int from, int to, Form form) {
        List<Block> extended = new ArrayList<>();
        int textEnd = from;
        int formEnd = 0;
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            int textLimit = i + 1 < blocks.size() ? blocks.get(i + 1).text : to;
            int formLimit = i + 1 < blocks.size() ? blocks.get(i + 1).form : form.size();
            int back = 0;
            while (block.text - back > textEnd
                    && block.form - back > formEnd
                    && text.pair(block.text - back - 1) == form.pair(block.form - back - 1)) {
                back++;
            }
            int length = block.length;
            while (block.text + length < textLimit
                    && block.form + length < formLimit
                    && text.pair(block.text + length - Runs.LENGTH) == form.pair(block.form + length - Runs.LENGTH)) {
                length++;
            }
            extended.add(new Block(block.text - back, block.form - back, length + back));
            textEnd = block.text + length;
            formEnd = block.form + length;
        }
        return extended;
    }

    /** Where two blocks claim a word, the earlier one has it: a word dropped from a repetition must show as missing. */
    private static List<Block> disjoint(List<Block> blocks) {
        List<Block> disjoint = new ArrayList<>();
        int textEnd = 0;
        int formEnd = 0;
        for (Block block : blocks) {
            int cut = Math.max(0, Math.max(textEnd - block.text, formEnd - block.form));
            if (cut < block.length) {
                disjoint.add(new Block(block.text + cut, block.form + cut, block.length - cut));
                textEnd = block.text + block.length;
                formEnd = block.form + block.length;
            }
        }
        return disjoint;
    }
}
