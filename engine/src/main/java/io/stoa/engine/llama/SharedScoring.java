package io.stoa.engine.llama;

import io.stoa.engine.LogLikelihood;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Scores many continuations of many prompts, reading what they have in common once.
 *
 * <p>Sorted by their tokens, paths that begin alike stand together: they are the leaves of a radix tree, whose nodes are
 * ranges of the sorted list. A node's tokens are read once, into one sequence; its children then hold them, too, by
 * copies that cost nothing. The nodes whose parents have been read wait in a queue, and each batch takes as many of
 * their tokens as it holds, so that many short nodes are computed together.
 *
 * <p>As many paths are under way as sequences and cells allow, a group of neighbours at a time. The last path of a group
 * is kept, and the next group, or the next call, begins with what it has in common with it.
 */
final class SharedScoring extends Work<List<LogLikelihood>> {
    /** The most tokens of a batch: llama.cpp computes no more at once, and others want their turn. */
    private static final int BATCH = 512;

    /** The most memory for rows of logits in a batch. */
    private static final long LOGITS_BYTES = 64L << 20;

    private final List<ScoredPath> paths;
    private final ScoredPath[] sorted;
    /** {@code common[i]}: with how many equal tokens paths i - 1 and i of the sorted ones begin. */
    private final int[] common;

    private final int wantedRows;
    private final Deque<Cursor> frontier = new ArrayDeque<>();
    private int groupEnd;
    /** Cells that the group leaves free. */
    private int room;

    /** A node that is being read: the sorted paths from low to high share the tokens up to {@code to}. */
    private static final class Cursor {
        private final int low;
        private final int high;
        private final int to;
        private final int sequence;
        /** How many tokens the sequence holds. */
        private int at;

        Cursor(int low, int high, int to, int sequence, int at) {
            this.low = low;
            this.high = high;
            this.to = to;
            this.sequence = sequence;
            this.at = at;
        }
    }

    /** A row of the batch whose logits some of a cursor's paths want. */
    private record Wanted(int row, int position, int low, int high) {}

    /** At least one path. */
    SharedScoring(List<ScoredPath> paths, int vocabularySize) {
        this.paths = paths;
        this.sorted = paths.toArray(ScoredPath[]::new);
        Arrays.sort(sorted, (one, other) -> Arrays.compare(one.read(), other.read()));
        this.common = new int[sorted.length];
        for (int i = 1; i < sorted.length; i++) {
            int mismatch = Arrays.mismatch(sorted[i - 1].read(), sorted[i].read());
            common[i] = mismatch < 0 ? sorted[i].read().length : mismatch;
        }
        this.wantedRows = (int) Math.max(16, LOGITS_BYTES / ((long) vocabularySize * Float.BYTES));
    }

    /** The distinct tokens of all paths, if they fit beside one kept path; at least the longest path. */
    @Override
    int cells(int most) {
        int longest =
                Arrays.stream(sorted).mapToInt(path -> path.read().length).max().orElseThrow();
        long all = LlamaContext.PADDING
                + IntStream.range(0, sorted.length).mapToLong(this::ownTokens).sum();
        return (int) Math.min(Math.max(longest, all), Math.max(longest, most - longest));
    }

    /** The tokens that a path does not share with the one before it. */
    private int ownTokens(int path) {
        return sorted[path].read().length - common[path];
    }

    @Override
    boolean turn(LlamaContext context, Sequences sequences, int cells, BooleanSupplier cancelled) {
        if (frontier.isEmpty()) {
            beginGroup(sequences, cells);
        }
        List<Wanted> wanted = fill(context);
        // Everything may have been there already: a path that another one goes on from, with nothing to score.
        if (context.rows() > 0) {
            Cursor padded = frontier.getFirst();
            context.pad(padded.sequence, padded.at, room);
            decode(context, cancelled);
            context.remove(padded.sequence, padded.at);
            wanted.forEach(row -> take(row, context.logits(row.row)));
        }
        int reading = frontier.size();
        for (int i = 0; i < reading; i++) {
            Cursor cursor = frontier.removeFirst();
            if (cursor.at >= cursor.to) {
                expand(cursor, context, sequences);
            } else {
                frontier.addLast(cursor);
            }
        }
        return frontier.isEmpty() && groupEnd == sorted.length;
    }

    private void beginGroup(Sequences sequences, int cells) {
        int low = groupEnd;
        int high = low + 1;
        long tokens = sorted[low].read().length;
        while (high < sorted.length
                && high - low < sequences.takeableBesideAnswers()
                && tokens + ownTokens(high) <= cells - LlamaContext.PADDING) {
            tokens += ownTokens(high);
            high++;
        }
        groupEnd = high;
        room = (int) (cells - tokens);
        Sequences.Claim claim = sequences.claim(sorted[low].read(), unscored(low, high), cells, List.of());
        frontier.add(new Cursor(low, high, shared(low, high), claim.sequence(), claim.length()));
    }

    /** How many tokens all the paths share. */
    private int shared(int low, int high) {
        int shared = sorted[low].read().length;
        for (int i = low + 1; i < high; i++) {
            shared = Math.min(shared, common[i]);
        }
        return shared;
    }

    /** Up to where the first path can be taken as read: until a position that somebody wants the logits of. */
    private int unscored(int low, int high) {
        int limit = sorted[low].firstScored();
        int shared = sorted[low].read().length;
        for (int i = low + 1; i < high; i++) {
            shared = Math.min(shared, common[i]);
            if (sorted[i].firstScored() < shared) {
                limit = Math.min(limit, sorted[i].firstScored());
            }
        }
        return limit;
    }

    private List<Wanted> fill(LlamaContext context) {
        context.begin();
        List<Wanted> wanted = new ArrayList<>();
        int most = Math.min(BATCH, context.batchTokens());
        for (Cursor cursor : frontier) {
            int[] tokens = sorted[cursor.low].read();
            while (cursor.at < cursor.to && context.rows() < most && wanted.size() < wantedRows) {
                boolean scored = scored(cursor);
                int row = context.add(tokens[cursor.at], cursor.at, cursor.sequence, scored);
                if (scored) {
                    wanted.add(new Wanted(row, cursor.at, cursor.low, cursor.high));
                }
                cursor.at++;
            }
        }
        return wanted;
    }

    private boolean scored(Cursor cursor) {
        for (int i = cursor.low; i < cursor.high; i++) {
            if (sorted[i].scores(cursor.at)) {
                return true;
            }
        }
        return false;
    }

    private void take(Wanted row, Logits logits) {
        double logNormalizer = logits.logNormalizer();
        for (int i = row.low; i < row.high; i++) {
            if (sorted[i].scores(row.position)) {
                sorted[i].add(row.position, logits, logNormalizer);
            }
        }
    }

    /** Puts a node's children in its place: the first goes on in its sequence, the others in copies. */
    private void expand(Cursor cursor, LlamaContext context, Sequences sequences) {
        int low = cursor.low;
        while (low < cursor.high && sorted[low].read().length == cursor.to) {
            low++;
        }
        if (low == cursor.high) {
            if (cursor.high == groupEnd) {
                sequences.keep(cursor.sequence, sorted[cursor.low].read());
            } else {
                sequences.give(cursor.sequence);
            }
            return;
        }
        List<Cursor> children = new ArrayList<>();
        while (low < cursor.high) {
            int high = low + 1;
            while (high < cursor.high && common[high] > cursor.to) {
                high++;
            }
            boolean first = children.isEmpty();
            int sequence = first ? cursor.sequence : sequences.take();
            if (!first && cursor.to > 0) {
                context.copy(cursor.sequence, sequence, cursor.to);
            }
            children.add(new Cursor(low, high, shared(low, high), sequence, first ? cursor.at : cursor.to));
            low = high;
        }
        frontier.addAll(children);
    }

    @Override
    List<LogLikelihood> result() {
        return paths.stream().map(ScoredPath::result).toList();
    }

    @Override
    void abandon(Sequences sequences) {
        frontier.forEach(cursor -> sequences.give(cursor.sequence));
        frontier.clear();
    }
}
