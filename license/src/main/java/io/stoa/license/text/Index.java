package io.stoa.license.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Proposes the forms that a text may be: an inverted index of a sample of each form's pairs of runs.
 *
 * <p>Of a long form one pair in eight is kept, chosen by its hash, of a short one all.
 */
final class Index {
    private static final int SHORT = 300;
    private static final int LONG = 2000;
    private static final int FEW = 4;
    private static final int EIGHTH = 8;

    private final List<Form> forms;
    private final int[] starts;
    private final int[] pairs;
    private final int[] owners;
    private final int[] kept;

    Index(List<Form> forms) {
        this.forms = forms;
        this.kept = new int[forms.size()];
        int total = 0;
        for (int i = 0; i < forms.size(); i++) {
            Form form = forms.get(i);
            kept[i] = (int) IntStream.range(0, form.pairs())
                    .filter(at -> isKept(form, at))
                    .count();
            total += kept[i];
        }
        this.starts = new int[Integer.highestOneBit(Math.max(16, total)) * 2 + 1];
        this.pairs = new int[total];
        this.owners = new int[total];
        fill();
    }

    private void fill() {
        for (Form form : forms) {
            for (int at = 0; at < form.pairs(); at++) {
                if (isKept(form, at)) {
                    starts[slot(form.pair(at)) + 1]++;
                }
            }
        }
        for (int slot = 1; slot < starts.length; slot++) {
            starts[slot] += starts[slot - 1];
        }
        int[] next = starts.clone();
        for (int i = 0; i < forms.size(); i++) {
            Form form = forms.get(i);
            for (int at = 0; at < form.pairs(); at++) {
                if (isKept(form, at)) {
                    int place = next[slot(form.pair(at))]++;
                    pairs[place] = form.pair(at);
                    owners[place] = i;
                }
            }
        }
    }

    private static boolean isKept(Form form, int at) {
        int size = form.size();
        int rate = size < SHORT ? 1 : size < LONG ? FEW : EIGHTH;
        return size < 2 * Runs.PAIR || (Runs.mixed(form.pair(at)) >>> 8) % rate == 0;
    }

    private int slot(int pair) {
        return Runs.mixed(pair) & (starts.length - 2);
    }

    /**
     * The forms most like the words between two indices, and those that most of themselves is found of, at most so many of
     * each kind.
     */
    List<Form> propose(Sample text, int from, int to, int most) {
        int[] hits = new int[forms.size()];
        BitSet seen = new BitSet(pairs.length);
        int last = Math.min(text.pairs(), to - Runs.PAIR + 1);
        for (int at = from; at < last; at++) {
            int pair = text.pair(at);
            int slot = slot(pair);
            for (int i = starts[slot]; i < starts[slot + 1]; i++) {
                if (pairs[i] == pair && !seen.get(i)) {
                    seen.set(i);
                    hits[owners[i]]++;
                }
            }
        }
        double[] like = new double[forms.size()];
        double[] contained = new double[forms.size()];
        for (int i = 0; i < hits.length; i++) {
            if (hits[i] > 0) {
                int size = forms.get(i).size();
                double share = hits[i] / (double) kept[i];
                like[i] = 2 * share * size / (size + to - from);
                contained[i] = share >= 0.5 ? share * share * share * size : 0;
            }
        }
        Set<Integer> best = new LinkedHashSet<>(top(like, most));
        best.addAll(top(contained, most));
        return best.stream().map(forms::get).toList();
    }

    /** The best few, best first; of equals the first. */
    private static List<Integer> top(double[] scores, int most) {
        List<Integer> best = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            boolean full = best.size() == most;
            if (scores[i] > 0 && !(full && scores[i] <= scores[best.getLast()])) {
                if (full) {
                    best.removeLast();
                }
                int at = best.size();
                while (at > 0 && scores[best.get(at - 1)] < scores[i]) {
                    at--;
                }
                best.add(at, i);
            }
        }
        return best;
    }
}
