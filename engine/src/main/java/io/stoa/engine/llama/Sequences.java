package io.stoa.engine.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Who holds what of a context: sequence ids, and the cells that all sequences share.
 *
 * <p>Work that runs reserves the most cells it will need, so that llama.cpp never finds the context full in the middle.
 * What it has read may be kept when it ends, for others that begin alike. At first it stays where it is, and whoever goes
 * on from it takes it over. When something else runs it is {@linkplain #stow stowed} in ordinary memory, because every
 * token that is computed passes over all cells in use: seven idle conversations of 150 tokens slow a small model down by
 * a sixth. Bringing a token back costs a hundredth of reading it anew. The longest unused go when there are more than so
 * many tokens in all.
 *
 * <p>The cells in use are never more than reserved plus kept in the context, and these never more than there are.
 *
 * <p>For one thread, which {@linkplain #forgetAll forgets all} in the end.
 */
final class Sequences {
    /** What is stowed is brought back where this many times what is used of it would be enough. */
    private static final int WORTH = 32;

    private final LlamaContext context;
    private final int cells;
    private final int keptLimit;
    private final int answers;
    private final Deque<Integer> ids = new ArrayDeque<>();
    /** The longest unused first. */
    private final Deque<Kept> kept = new ArrayDeque<>();

    private int reserved;
    /** Tokens that are kept in the context, and in all. */
    private int inContext;

    private int keptTokens;

    /** Tokens that somebody may go on from: in a sequence of the context, or stowed. */
    private static final class Kept {
        private final int[] tokens;
        private int sequence;
        private Optional<Stowed> stowed = Optional.empty();

        Kept(int sequence, int[] tokens) {
            this.sequence = sequence;
            this.tokens = tokens;
        }

        private record Stowed(Arena arena, MemorySegment data) {}
    }

    /**
     * All of a context's sequences, empty.
     *
     * @param count how many sequences the context has
     * @param cells how many tokens it holds in all
     * @param keptLimit the most tokens to keep
     * @param answers how many answers there may be at once, for which other work leaves room
     */
    Sequences(LlamaContext context, int count, int cells, int keptLimit, int answers) {
        this.context = context;
        this.cells = cells;
        this.keptLimit = keptLimit;
        this.answers = answers;
        for (int id = 0; id < count; id++) {
            ids.add(id);
        }
    }

    /** Cells that could be reserved if nothing were kept in the context. */
    int reservable() {
        return cells - reserved;
    }

    /**
     * Cells that other work may reserve: an answer's share stays free, so that answers come and go however long the work
     * takes.
     */
    int reservableBesideAnswers() {
        int share = cells / answers;
        return Math.max(reservable() - share, Math.min(reservable(), share));
    }

    /**
     * Ids that other work may {@link #take} if nothing is kept in the context: as many as there may be answers are left,
     * because answers may begin between two turns of the work. There are at least twice as many ids as answers.
     */
    int takeableBesideAnswers() {
        return Math.max(1, takeable() - answers);
    }

    private int takeable() {
        return ids.size()
                + (int) kept.stream().filter(one -> one.stowed.isEmpty()).count();
    }

    /** Reserves cells, or says that there are too few now. */
    boolean reserve(int count) {
        if (count > reservable()) {
            return false;
        }
        reserved += count;
        stowUntil(cells - reserved);
        return true;
    }

    /** Gives cells back. */
    void release(int count) {
        reserved -= count;
    }

    /** An empty sequence. */
    int take() {
        if (ids.isEmpty()) {
            stowUntil(inContext - 1);
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
     * <p>One that runs is copied, which costs no cells until the two go their own ways. So is a kept one of which this is
     * the smaller part; otherwise it is taken over. A stowed one is brought back.
     *
     * @param limit the most tokens to begin with
     * @param mine the cells that have been reserved for it
     * @param running those that are under way
     */
    Claim claim(int[] tokens, int limit, int mine, Collection<Answering> running) {
        Optional<Kept> best = Optional.empty();
        int longest = 0;
        for (Kept candidate : kept) {
            int common = common(candidate.tokens, candidate.tokens.length, tokens, limit);
            boolean worth = candidate.stowed.isEmpty() || (long) common * WORTH >= candidate.tokens.length;
            // Of equals the one used last, so that who asks the same again goes on from the same.
            if (common > 0 && common >= longest && worth) {
                best = Optional.of(candidate);
                longest = common;
            }
        }
        Optional<Answering> runner = Optional.empty();
        for (Answering other : keptLimit == 0 ? List.<Answering>of() : running) {
            int common = common(other.tokens(), other.read(), tokens, limit);
            // A copy is for nothing, so that it goes before what would have to be brought back.
            if (common > longest
                    || (common == longest
                            && best.filter(one -> one.stowed.isPresent()).isPresent())) {
                runner = Optional.of(other);
                best = Optional.empty();
                longest = common;
            }
        }
        if (runner.isPresent()) {
            return copied(runner.get().sequence(), longest);
        }
        if (best.isEmpty()) {
            return new Claim(take(), 0);
        }
        Kept source = best.get();
        touch(source);
        if (source.stowed.isPresent()) {
            return restored(source, longest, mine);
        }
        boolean only = ids.isEmpty() && takeable() == 1;
        if (only || 2 * longest >= source.tokens.length) {
            kept.remove(source);
            keptTokens -= source.tokens.length;
            inContext -= source.tokens.length;
            context.remove(source.sequence, longest);
            return new Claim(source.sequence, longest);
        }
        return copied(source.sequence, longest);
    }

    private Claim copied(int source, int length) {
        int sequence = take();
        if (length > 0) {
            context.copy(source, sequence, length);
        }
        return new Claim(sequence, length);
    }

    private Claim restored(Kept source, int length, int mine) {
        // Of what is reserved for it nothing is in use yet.
        int free = cells - (reserved - mine);
        stowUntil(free - source.tokens.length);
        int sequence = take();
        boolean done = source.tokens.length <= free
                && source.stowed.isPresent()
                && context.restore(source.stowed.get().data, sequence);
        if (!done) {
            return new Claim(sequence, 0);
        }
        context.remove(sequence, length);
        return new Claim(sequence, length);
    }

    /** Puts a kept one behind the others, so that they go first. */
    private void touch(Kept used) {
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

    /** Takes back a sequence with what it holds, exactly these tokens, for others to go on from. */
    void keep(int sequence, int[] tokens) {
        Optional<Kept> known =
                kept.stream().filter(other -> begins(tokens, other.tokens)).findFirst();
        known.ifPresent(this::touch);
        if (known.isPresent() || tokens.length == 0 || tokens.length > keptLimit) {
            give(sequence);
            return;
        }
        List<Kept> beginnings =
                kept.stream().filter(other -> begins(other.tokens, tokens)).toList();
        beginnings.forEach(this::forget);
        while (keptTokens + tokens.length > keptLimit) {
            forget(kept.getFirst());
        }
        kept.addLast(new Kept(sequence, tokens));
        keptTokens += tokens.length;
        inContext += tokens.length;
        stowUntil(cells - reserved);
    }

    private static boolean begins(int[] beginning, int[] whole) {
        return common(whole, whole.length, beginning, beginning.length) == beginning.length;
    }

    /** Takes all that is kept out of the context: something runs that goes on from none of it. */
    void stow() {
        stowUntil(0);
    }

    private void stowUntil(int room) {
        List<Kept> here = new ArrayList<>(
                kept.stream().filter(one -> one.stowed.isEmpty()).toList());
        while (inContext > Math.max(room, 0)) {
            stow(here.removeFirst());
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // forgetting closes it
    private void stow(Kept one) {
        Arena arena = Arena.ofConfined();
        MemorySegment data = context.save(one.sequence, arena);
        give(one.sequence);
        inContext -= one.tokens.length;
        one.stowed = Optional.of(new Kept.Stowed(arena, data));
        if (data.byteSize() == 0) {
            forget(one);
        }
    }

    private void forget(Kept old) {
        kept.remove(old);
        keptTokens -= old.tokens.length;
        old.stowed.ifPresentOrElse(stowed -> stowed.arena.close(), () -> {
            inContext -= old.tokens.length;
            give(old.sequence);
        });
    }

    /** Keeps nothing any more. */
    void forgetAll() {
        List.copyOf(kept).forEach(this::forget);
    }
}
