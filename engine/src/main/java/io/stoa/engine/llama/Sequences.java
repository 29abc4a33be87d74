package io.stoa.engine.llama;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

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
    private int keptNow;
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
        this.keptNow = keptLimit;
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
     * A sequence for some tokens, with as many of their first ones as some other sequence holds.
     *
     * <p>One that runs is copied, and so is a kept one of which this is the smaller part. Otherwise the kept one is taken
     * over, so that the context does not fill with what differs only in its end: every token that is computed passes
     * over all cells in use.
     *
     * @param limit the most tokens to begin with
     * @param running those that are under way
     */
    Claim claim(int[] tokens, int limit, Collection<Answering> running) {
        Optional<Kept> best = Optional.empty();
        int longest = 0;
        for (Kept candidate : kept) {
            int common = common(candidate.tokens, candidate.tokens.length, tokens, limit);
            if (common > longest) {
                best = Optional.of(candidate);
                longest = common;
            }
        }
        if (best.isPresent() && 2 * longest >= best.get().tokens.length) {
            Kept taken = best.get();
            kept.remove(taken);
            keptCells -= taken.tokens.length;
            context.remove(taken.sequence, longest);
            return new Claim(taken.sequence, longest);
        }
        int source = best.map(candidate -> candidate.sequence).orElse(-1);
        for (Answering other : keptLimit == 0 ? List.<Answering>of() : running) {
            int common = common(other.tokens(), other.read(), tokens, limit);
            if (common > longest) {
                source = other.sequence();
                longest = common;
            }
        }
        best.filter(candidate -> ids.isEmpty()).ifPresent(this::useAgain);
        int sequence = take();
        if (longest > 0) {
            context.copy(source, sequence, longest);
        }
        return new Claim(sequence, longest);
    }

    /** Puts a kept sequence behind the others, so that they go first. */
    private void useAgain(Kept used) {
        kept.remove(used);
        kept.addLast(used);
    }

    /** A sequence, and how many tokens it holds already. */
    record Claim(int sequence, int length) {}

    private static int common(int[] one, int oneLength, int[] other, int limit) {
        int end = Math.min(limit, Math.min(oneLength, other.length));
        int mismatch = Arrays.mismatch(one, 0, end, other, 0, end);
        return mismatch < 0 ? end : mismatch;
    }

    /** From now on keeps no more than so many; of those that are too many the longest unused go. */
    void keepAtMost(int count) {
        keptNow = Math.min(count, keptLimit);
        while (kept.size() > keptNow) {
            forget(kept.removeFirst());
        }
    }

    /** Takes back a sequence, with what it holds if there is room: exactly these tokens. */
    void keep(int sequence, int[] tokens) {
        boolean known = kept.stream().anyMatch(other -> begins(tokens, other.tokens));
        if (keptNow == 0 || tokens.length == 0 || known || tokens.length > cells - reserved) {
            give(sequence);
            return;
        }
        for (Iterator<Kept> others = kept.iterator(); others.hasNext(); ) {
            Kept other = others.next();
            if (begins(other.tokens, tokens)) {
                others.remove();
                forget(other);
            }
        }
        forgetUntil(cells - reserved - tokens.length);
        if (kept.size() == keptNow) {
            forget(kept.removeFirst());
        }
        kept.addLast(new Kept(sequence, tokens));
        keptCells += tokens.length;
    }

    private static boolean begins(int[] beginning, int[] whole) {
        return common(whole, whole.length, beginning, beginning.length) == beginning.length;
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
