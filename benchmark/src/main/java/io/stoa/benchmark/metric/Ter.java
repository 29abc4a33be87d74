package io.stoa.benchmark.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Translation edit rate (Snover et al., AMTA 2006): how many words must be inserted, deleted, replaced or, as a run,
 * moved, per word of the reference. Lower is better. The greedy search for moves has Tercom's limits, and its ties are
 * broken as Tercom and sacrebleu do, on which the numbers depend. Case is ignored, punctuation stays on its word.
 */
public final class Ter {
    private static final int LONGEST_MOVE = 10;
    private static final int FARTHEST_MOVE = 50;
    private static final int BEAM = 25;
    private static final int MOST_CANDIDATES = 1000;

    /** Far beyond any number of edits, and far from overflow when one is added. */
    private static final int UNREACHED = Integer.MAX_VALUE / 2;

    private enum Edit {
        KEEP,
        REPLACE,
        DELETE,
        INSERT
    }

    private record Alignment(int edits, List<Edit> path) {}

    private record Move(int gain, int length, int start, int target, List<String> words) {
        /** The greater gain, the longer run, the earlier start, the earlier target. */
        boolean betterThan(Move other) {
            if (gain != other.gain) {
                return gain > other.gain;
            }
            if (length != other.length) {
                return length > other.length;
            }
            return start != other.start ? start < other.start : target < other.target;
        }
    }

    private final List<String> reference;
    private int candidates;

    private Ter(List<String> reference) {
        this.reference = reference;
    }

    /**
     * The rate of a whole corpus in percent: edits to the nearest reference over the mean length of the references.
     *
     * @param hypotheses one text a segment
     * @param references at least one text a segment, in the order of the hypotheses
     */
    public static double corpus(List<String> hypotheses, List<List<String>> references) {
        Segments.check(hypotheses, references);
        double edits = 0;
        double words = 0;
        for (int i = 0; i < hypotheses.size(); i++) {
            List<String> hypothesis = tokens(hypotheses.get(i));
            int fewest = Integer.MAX_VALUE;
            int length = 0;
            for (String text : references.get(i)) {
                List<String> reference = tokens(text);
                fewest = Math.min(fewest, new Ter(reference).edits(hypothesis));
                length += reference.size();
            }
            edits += fewest;
            words += (double) length / references.get(i).size();
        }
        if (words == 0) {
            return edits > 0 ? 100 : 0;
        }
        return 100 * edits / words;
    }

    private static List<String> tokens(String text) {
        return Words.of(text.toLowerCase(Locale.ROOT));
    }

    private int edits(List<String> hypothesis) {
        if (reference.isEmpty()) {
            return hypothesis.size();
        }
        List<String> words = hypothesis;
        int moves = 0;
        while (true) {
            Move move = bestMove(words);
            if (candidates >= MOST_CANDIDATES || move.gain <= 0) {
                return moves + align(words).edits;
            }
            moves++;
            words = move.words;
        }
    }

    /** The move that saves most edits; one that saves nothing when there is none. */
    private Move bestMove(List<String> words) {
        Alignment before = align(words);
        int[] partner = new int[reference.size()];
        boolean[] wrongThere = new boolean[reference.size()];
        boolean[] wrongHere = new boolean[words.size()];
        int here = -1;
        int there = -1;
        for (Edit edit : before.path) {
            here += edit == Edit.INSERT ? 0 : 1;
            there += edit == Edit.DELETE ? 0 : 1;
            if (edit != Edit.DELETE) {
                partner[there] = here;
                wrongThere[there] = edit != Edit.KEEP;
            }
            if (edit != Edit.INSERT) {
                wrongHere[here] = edit != Edit.KEEP;
            }
        }
        Move best = new Move(0, 0, 0, 0, words);
        boolean found = false;
        for (int start = 0; start < words.size(); start++) {
            for (int other = 0; other < reference.size(); other++) {
                if (Math.abs(other - start) > FARTHEST_MOVE) {
                    continue;
                }
                int longest = common(words, start, other);
                for (int length = 1; length <= longest; length++) {
                    boolean misplaced = any(wrongHere, start, length)
                            && any(wrongThere, other, length)
                            && !(start <= partner[other] && partner[other] < start + length);
                    if (!misplaced) {
                        continue;
                    }
                    int last = -1;
                    for (int offset = -1; offset < length; offset++) {
                        int target = other + offset < 0 ? 0 : partner[other + offset] + 1;
                        if (target == last) {
                            continue;
                        }
                        last = target;
                        List<String> moved = move(words, start, length, target);
                        Move move = new Move(before.edits - align(moved).edits, length, start, target, moved);
                        candidates++;
                        if (!found || move.betterThan(best)) {
                            best = move;
                            found = true;
                        }
                    }
                    if (candidates >= MOST_CANDIDATES) {
                        return best;
                    }
                }
            }
        }
        return best;
    }

    private static boolean any(boolean[] flags, int start, int length) {
        for (int i = start; i < start + length; i++) {
            if (flags[i]) {
                return true;
            }
        }
        return false;
    }

    private int common(List<String> words, int start, int other) {
        int length = 0;
        while (length < LONGEST_MOVE
                && start + length < words.size()
                && other + length < reference.size()
                && words.get(start + length).equals(reference.get(other + length))) {
            length++;
        }
        return length;
    }

    /** A target inside the run moves it by as many words as the target lies behind the start. */
    private static List<String> move(List<String> words, int start, int length, int target) {
        List<String> rest = new ArrayList<>(words);
        List<String> run = List.copyOf(words.subList(start, start + length));
        rest.subList(start, start + length).clear();
        rest.addAll(target > start + length ? target - length : Math.min(target, rest.size()), run);
        return rest;
    }

    /** The fewest edits within a beam around the diagonal, and which. */
    private Alignment align(List<String> words) {
        int rows = words.size();
        int columns = reference.size();
        int[][] cost = new int[rows + 1][columns + 1];
        Edit[][] how = new Edit[rows + 1][columns + 1];
        for (int j = 0; j <= columns; j++) {
            cost[0][j] = j;
            how[0][j] = Edit.INSERT;
        }
        double ratio = rows > 0 ? (double) columns / rows : 1;
        int beam = BEAM < ratio / 2 ? (int) Math.ceil(ratio / 2 + BEAM) : BEAM;
        for (int i = 1; i <= rows; i++) {
            Arrays.fill(cost[i], UNREACHED);
            int diagonal = (int) Math.floor(i * ratio);
            int end = i == rows ? columns + 1 : Math.min(columns + 1, diagonal + beam);
            for (int j = Math.max(0, diagonal - beam); j < end; j++) {
                if (j == 0) {
                    cost[i][j] = cost[i - 1][j] + 1;
                    how[i][j] = Edit.DELETE;
                    continue;
                }
                boolean same = words.get(i - 1).equals(reference.get(j - 1));
                int replace = cost[i - 1][j - 1] + (same ? 0 : 1);
                int delete = cost[i - 1][j] + 1;
                int insert = cost[i][j - 1] + 1;
                cost[i][j] = Math.min(replace, Math.min(delete, insert));
                if (cost[i][j] == replace) {
                    how[i][j] = same ? Edit.KEEP : Edit.REPLACE;
                } else {
                    how[i][j] = cost[i][j] == delete ? Edit.DELETE : Edit.INSERT;
                }
            }
        }
        List<Edit> path = new ArrayList<>();
        int i = rows;
        int j = columns;
        while (i > 0 || j > 0) {
            Edit edit = how[i][j];
            path.add(edit);
            i -= edit == Edit.INSERT ? 0 : 1;
            j -= edit == Edit.DELETE ? 0 : 1;
        }
        return new Alignment(cost[rows][columns], path.reversed());
    }
}
