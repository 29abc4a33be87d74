package io.stoa.engine.grammar;

import io.stoa.model.StoaException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a text stands in its grammar: every way in which it may go on, as stacks of what is still to come. Immutable.
 *
 * <p>Text comes as UTF-8 bytes, because tokens may end inside a character.
 */
public final class GrammarState {
    /** Ways in which one text may be read; a grammar of more is ambiguous beyond reason. */
    private static final int MOST_STACKS = 10_000;

    private static final int MOST_DEPTH = 20_000;

    private final Grammar grammar;
    /** Each has characters on its top. */
    private final List<Frame> stacks;

    private final boolean mayEnd;
    /** The bits so far of a character that is not whole, how many bytes it has, and how many are there. */
    private final int bits;

    private final int length;
    private final int got;

    /** What comes next, and what after it. */
    private static final class Frame {
        private final Node node;
        /** Of a sequence its next part, of a repetition how many there were. */
        private final int progress;

        private final Optional<Frame> next;
        /** The fewest bytes from here to the end. */
        private final int shortest;

        private final int depth;
        private final int hash;

        Frame(Grammar grammar, Node node, int progress, Optional<Frame> next) {
            this.node = node;
            this.progress = progress;
            this.next = next;
            this.depth = next.map(frame -> frame.depth).orElse(0) + 1;
            long own = switch (node) {
                case Node.Sequence(List<Node> parts) -> {
                    long sum = 0;
                    for (Node part : parts.subList(progress, parts.size())) {
                        sum += grammar.shortest(part);
                    }
                    yield sum;
                }
                case Node.Repeat(Node part, int least, int _) ->
                    (long) Math.max(0, least - progress) * grammar.shortest(part);
                case Node.Characters _, Node.Choice _, Node.Rule _ -> grammar.shortest(node);
            };
            this.shortest = (int) Math.min(
                    Grammar.NEVER, own + next.map(frame -> frame.shortest).orElse(0));
            this.hash = 31 * (31 * System.identityHashCode(node) + progress)
                    + next.map(frame -> frame.hash).orElse(0);
            if (depth > MOST_DEPTH) {
                throw StoaException.engine("the answer nests more than " + MOST_DEPTH + " parts of its grammar");
            }
        }

        @Override
        public int hashCode() {
            return hash;
        }

        // Parts of one grammar are the same or different objects; comparing what is in them would take long.
        @SuppressWarnings("ReferenceEquality")
        @Override
        public boolean equals(@Nullable Object other) {
            // Node by node, without recursion: stacks may be deep, and share their ends.
            Frame mine = this;
            if (!(other instanceof Frame theirs)) {
                return false;
            }
            while (mine != theirs) {
                if (mine.hash != theirs.hash || mine.node != theirs.node || mine.progress != theirs.progress) {
                    return false;
                }
                if (mine.next.isEmpty() || theirs.next.isEmpty()) {
                    return mine.next.isEmpty() && theirs.next.isEmpty();
                }
                mine = mine.next.get();
                theirs = theirs.next.get();
            }
            return true;
        }
    }

    private GrammarState(Grammar grammar, List<Frame> stacks, boolean mayEnd, int bits, int length, int got) {
        this.grammar = grammar;
        this.stacks = stacks;
        this.mayEnd = mayEnd;
        this.bits = bits;
        this.length = length;
        this.got = got;
    }

    static GrammarState start(Grammar grammar) {
        return new Expansion(grammar).of(new Frame(grammar, grammar.root(), 0, Optional.empty()));
    }

    /** Whether the text may end here. */
    public boolean mayEnd() {
        return mayEnd && length == 0;
    }

    /** Whether the text must end here. */
    public boolean onlyEnds() {
        return mayEnd() && stacks.isEmpty();
    }

    /** The fewest bytes with which the text can be ended. */
    public int shortestEnding() {
        if (mayEnd()) {
            return 0;
        }
        return length
                - got
                + stacks.stream()
                        .mapToInt(frame -> length == 0
                                ? frame.shortest
                                : frame.next.map(next -> next.shortest).orElse(0))
                        .min()
                        .orElse(Grammar.NEVER);
    }

    /** The state after some bytes, if the grammar allows them. */
    public Optional<GrammarState> accept(byte[] bytes) {
        GrammarState state = this;
        for (byte each : bytes) {
            Optional<GrammarState> next = state.accept(each);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            state = next.get();
        }
        return Optional.of(state);
    }

    private Optional<GrammarState> accept(byte next) {
        int whole = length;
        int value;
        if (whole == 0) {
            whole = Utf8.length(next);
            if (whole == 0) {
                return Optional.empty();
            }
            value = Utf8.head(next, whole);
        } else if (Utf8.continues(next)) {
            value = bits << 6 | (next & 0x3F);
        } else {
            return Optional.empty();
        }
        int have = got + 1;
        if (have == whole) {
            return Utf8.valid(value, whole) ? after(value) : Optional.empty();
        }
        int missing = 6 * (whole - have);
        int first = Math.max(value << missing, Utf8.least(whole));
        int last = value << missing | ((1 << missing) - 1);
        if (first > last || (Utf8.isSurrogate(first) && Utf8.isSurrogate(last))) {
            return Optional.empty();
        }
        List<Frame> left = stacks.stream()
                .filter(frame -> ((Node.Characters) frame.node).meets(first, last))
                .toList();
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of(new GrammarState(grammar, left, false, value, whole, have));
    }

    private Optional<GrammarState> after(int codePoint) {
        Expansion expansion = new Expansion(grammar);
        boolean any = false;
        for (Frame frame : stacks) {
            if (((Node.Characters) frame.node).has(codePoint)) {
                any = true;
                expansion.resume(frame.next);
            }
        }
        return any ? Optional.of(expansion.state()) : Optional.empty();
    }

    /** Takes parts apart until characters are on top. */
    private static final class Expansion {
        private final Grammar grammar;
        private final Set<Frame> tops = new LinkedHashSet<>();
        private final Set<Frame> seen = new HashSet<>();
        private final Deque<Frame> open = new ArrayDeque<>();
        private boolean mayEnd;

        Expansion(Grammar grammar) {
            this.grammar = grammar;
        }

        GrammarState of(Frame frame) {
            push(frame);
            return state();
        }

        void resume(Optional<Frame> frame) {
            frame.ifPresentOrElse(this::push, () -> mayEnd = true);
        }

        private void push(Frame frame) {
            if (seen.add(frame)) {
                if (seen.size() > MOST_STACKS) {
                    throw StoaException.user("the grammar can be read in more than " + MOST_STACKS
                            + " ways at once; make it less ambiguous");
                }
                open.add(frame);
            }
        }

        GrammarState state() {
            while (!open.isEmpty()) {
                expand(open.remove());
            }
            return new GrammarState(grammar, List.copyOf(tops), mayEnd, 0, 0, 0);
        }

        private void expand(Frame frame) {
            switch (frame.node) {
                case Node.Characters _ -> tops.add(frame);
                case Node.Rule(int index) -> push(new Frame(grammar, grammar.rule(index), 0, frame.next));
                case Node.Choice(List<Node> branches) ->
                    branches.forEach(branch -> push(new Frame(grammar, branch, 0, frame.next)));
                case Node.Sequence(List<Node> parts) -> {
                    int at = frame.progress;
                    if (at == parts.size()) {
                        resume(frame.next);
                    } else {
                        // The last part needs nothing to come back to: rules that recur at their end stay flat.
                        Optional<Frame> then = at + 1 == parts.size()
                                ? frame.next
                                : Optional.of(new Frame(grammar, frame.node, at + 1, frame.next));
                        push(new Frame(grammar, parts.get(at), 0, then));
                    }
                }
                case Node.Repeat(Node part, int least, int most) -> {
                    if (frame.progress >= least) {
                        resume(frame.next);
                    }
                    if (frame.progress < most) {
                        // Beyond the least of an unlimited one the count does not matter.
                        int count =
                                most == Integer.MAX_VALUE ? Math.min(least, frame.progress + 1) : frame.progress + 1;
                        push(new Frame(
                                grammar, part, 0, Optional.of(new Frame(grammar, frame.node, count, frame.next))));
                    }
                }
            }
        }
    }
}
