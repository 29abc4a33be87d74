package io.stoa.engine.llama;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;

/**
 * Who holds what of a context: sequence ids, and the cells that all sequences share.
 *
 * <p>Work that runs reserves the most cells it will need, so that llama.cpp never finds the context full in the middle.
 * What it has read may be kept when it ends, for others that begin alike: they copy the sequence, which costs no cells
 * until it goes its own way. Kept sequences go, the longest unused first, when cells, ids or the limit run short. A
 * copied prefix counts for both, so the cells in use are never more than reserved plus kept, and these never more than
 * there are.
 *
 * <p>Not for several threads.
 */
final class Sequences {
    private final LlamaContext context;
    private final int cells;
    private final int keptLimit;
    private final Deque<Integer> ids = new ArrayDeque<>();
    /** The longest unused first. */
    private final Deque<Kept> kept = new ArrayDeque<>();

    private int reserved;
    private int keptCells;

    private static final class Kept {
        private final int sequence;
        private final int[] tokens;

        Kept(int sequence, int[] tokens) {
            this.sequence = sequence;
            this.tokens = tokens;
        }
    }

    /**
     * All of a context's sequences, empty.
     *
     * @param count how many sequences the context has
     * @param cells how many tokens it holds in all
     * @param keptLimit the most sequences to keep
     */
    Sequences(LlamaContext context, int count, int cells, int keptLimit) {
        this.context = context;
        this.cells = cells;
        this.keptLimit = keptLimit;
        for (int id = 0; id < count; id++) {
            ids.add(id);
        }
    }

    /** Cells that could be reserved if everything kept went. */
    int reservable() {
        return cells - reserved;
    }

    /** Ids that {@link #take} could give if everything kept went. */
    int takeable() {
        return ids.size() + kept.size();
    }

    /** How many sequences hold something for later. */
    int kept() {
        return kept.size();
    }

    /** Reserves cells, or says that there are too few now. */
    boolean reserve(int count) {
        if (count > reservable()) {
            return false;
        }
        reserved += count;
        forgetUntil(cells - reserved);
        return true;
    }

    /** Gives cells back. */
    void release(int count) {
        reserved -= count;
    }

    /** An empty sequence. */
    int take() {
        if (ids.isEmpty()) {
            forget(kept.removeFirst());
        }
        return ids.removeFirst();
    }

    /** Empties a sequence and takes it back. */
    void give(int sequence) {
        context.remove(sequence, 0);
        ids.addLast(sequence);
    }

    /**
     * Fills an empty sequence with the longest beginning of some tokens that is kept.
     *
     * @param limit the most tokens to fill in
     * @return how many it holds now
     */
    int fill(int sequence, int[] tokens, int limit) {
        Kept best = new Kept(-1, new int[0]);
        int longest = 0;
        for (Kept candidate : kept) {
            int common = common(candidate.tokens, tokens, limit);
            if (common > longest) {
                best = candidate;
                longest = common;
            }
        }
        if (longest > 0) {
            context.copy(best.sequence, sequence, longest);
            kept.remove(best);
            kept.addLast(best);
        }
        return longest;
    }

    private static int common(int[] one, int[] other, int limit) {
        int end = Math.min(limit, Math.min(one.length, other.length));
        int mismatch = Arrays.mismatch(one, 0, end, other, 0, end);
        return mismatch < 0 ? end : mismatch;
    }

    /** Takes back a sequence, with what it holds if there is room: exactly these tokens. */
    void keep(int sequence, int[] tokens) {
        boolean known = kept.stream().anyMatch(other -> common(other.tokens, tokens, tokens.length) == tokens.length);
        if (keptLimit == 0 || tokens.length == 0 || known || tokens.length > cells - reserved) {
            give(sequence);
            return;
        }
        for (Iterator<Kept> others = kept.iterator(); others.hasNext(); ) {
            Kept other = others.next();
            if (common(other.tokens, tokens, other.tokens.length) == other.tokens.length) {
                others.remove();
                forget(other);
            }
        }
        forgetUntil(cells - reserved - tokens.length);
        if (kept.size() == keptLimit) {
            forget(kept.removeFirst());
        }
        kept.addLast(new Kept(sequence, tokens));
        keptCells += tokens.length;
    }

    private void forgetUntil(int room) {
        while (keptCells > room) {
            forget(kept.removeFirst());
        }
    }

    private void forget(Kept old) {
        keptCells -= old.tokens.length;
        give(old.sequence);
    }
}
