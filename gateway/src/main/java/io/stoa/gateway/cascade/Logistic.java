package io.stoa.gateway.cascade;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Logistic regression with an L2 penalty: p = 1 / (1 + exp(−(b + w·x))).
 */
final class Logistic {
    private final double intercept;
    private final double[] weights;
    private final double penalty;

    Logistic(double intercept, double[] weights, double penalty) {
        this.intercept = intercept;
        this.weights = weights;
        this.penalty = penalty;
    }

    double intercept() {
        return intercept;
    }

    double[] weights() {
        return weights;
    }

    double penalty() {
        return penalty;
    }

    private static final int MEMORY = 8;
    private static final int STEPS = 100;
    private static final double FLAT = 3e-4;
    private static final int FOLDS = 5;

    /** The penalties among which cross-validation chooses. */
    private static final double[] PENALTIES = {1, 0.3, 0.1, 0.03, 0.01, 0.003};

    /** The same with six decimals, so that what is written to a file is what decides. */
    Logistic rounded() {
        return new Logistic(
                sixDecimals(intercept),
                Arrays.stream(weights).map(Logistic::sixDecimals).toArray(),
                penalty);
    }

    private static double sixDecimals(double value) {
        return Math.rint(value * 1e6) / 1e6;
    }

    double logit(Features x) {
        return intercept + x.times(weights);
    }

    double probability(Features x) {
        return sigmoid(logit(x));
    }

    static double sigmoid(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }

    /** ln(1 + exp(z)) without overflow. */
    private static double softplus(double z) {
        return z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
    }

    /** Mean log loss on examples, in nats. */
    double loss(List<Features> x, double[] y) {
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            double z = logit(x.get(i));
            sum += softplus(z) - y[i] * z;
        }
        return sum / Math.max(1, y.length);
    }

    /** The penalty with the least log loss in five-fold cross-validation, and the fit to everything under it. */
    static Logistic chosen(List<Features> x, double[] y, int size, long seed) {
        Compact compact = Compact.of(x, size);
        double penalty = bestPenalty(compact.x, y, compact.size(), seed);
        return compact.expanded(fitted(compact.x, y, compact.size(), penalty));
    }

    /** The fit under a given penalty. */
    static Logistic fit(List<Features> x, double[] y, int size, double penalty) {
        Compact compact = Compact.of(x, size);
        return compact.expanded(fitted(compact.x, y, compact.size(), penalty));
    }

    /**
     * The places that at least two examples have, renumbered: what only one example has teaches nothing about others, and
     * most places of hashed words are empty.
     */
    private static final class Compact {
        private final List<Features> x;
        private final int[] places;
        private final int whole;

        private Compact(List<Features> x, int[] places, int whole) {
            this.x = x;
            this.places = places;
            this.whole = whole;
        }

        static Compact of(List<Features> x, int size) {
            int[] counts = new int[size];
            x.forEach(one -> one.count(counts));
            int[] places = IntStream.range(0, size).filter(i -> counts[i] > 1).toArray();
            int[] renumbered = new int[size];
            Arrays.fill(renumbered, -1);
            for (int i = 0; i < places.length; i++) {
                renumbered[places[i]] = i;
            }
            return new Compact(x.stream().map(one -> one.renumbered(renumbered)).toList(), places, size);
        }

        int size() {
            return places.length;
        }

        Logistic expanded(Logistic fit) {
            double[] weights = new double[whole];
            for (int i = 0; i < places.length; i++) {
                weights[places[i]] = fit.weights[i];
            }
            return new Logistic(fit.intercept, weights, fit.penalty);
        }
    }

    private static double bestPenalty(List<Features> x, double[] y, int size, long seed) {
        int[] fold = folds(y.length, seed);
        double[] losses = new double[PENALTIES.length];
        for (int f = 0; f < FOLDS; f++) {
            Part in = Part.of(x, y, fold, f, false);
            Part out = Part.of(x, y, fold, f, true);
            Logistic warm = new Logistic(0, new double[size], 1);
            for (int p = 0; p < PENALTIES.length; p++) {
                warm = fit(in.x(), in.y(), PENALTIES[p], warm);
                losses[p] += warm.loss(out.x(), out.y()) * out.y().length;
            }
        }
        int best = 0;
        for (int p = 1; p < losses.length; p++) {
            best = losses[p] < losses[best] ? p : best;
        }
        return PENALTIES[best];
    }

    /** The probability of each example from a fit that has not seen it. */
    static double[] outOfFold(List<Features> all, double[] y, int size, double penalty, long seed) {
        Compact compact = Compact.of(all, size);
        List<Features> x = compact.x;
        int[] fold = folds(y.length, seed);
        double[] scores = new double[y.length];
        for (int f = 0; f < FOLDS; f++) {
            Part in = Part.of(x, y, fold, f, false);
            Logistic fit = fitted(in.x(), in.y(), compact.size(), penalty);
            for (int i = 0; i < y.length; i++) {
                if (fold[i] == f) {
                    scores[i] = fit.probability(x.get(i));
                }
            }
        }
        return scores;
    }

    private static final class Part {
        private final List<Features> x;
        private final double[] y;

        Part(List<Features> x, double[] y) {
            this.x = x;
            this.y = y;
        }

        List<Features> x() {
            return x;
        }

        double[] y() {
            return y;
        }

        static Part of(List<Features> x, double[] y, int[] fold, int f, boolean inside) {
            int[] kept = IntStream.range(0, y.length)
                    .filter(i -> (fold[i] == f) == inside)
                    .toArray();
            return new Part(
                    Arrays.stream(kept).mapToObj(x::get).toList(),
                    Arrays.stream(kept).mapToDouble(i -> y[i]).toArray());
        }
    }

    private static int[] folds(int n, long seed) {
        int[] fold = new int[n];
        Arrays.setAll(fold, i -> i % FOLDS);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = n - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = fold[i];
            fold[i] = fold[j];
            fold[j] = kept;
        }
        return fold;
    }

    private static Logistic fitted(List<Features> x, double[] y, int size, double penalty) {
        return fit(x, y, penalty, new Logistic(0, new double[size], penalty));
    }

    /**
     * Minimizes by L-BFGS (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithm 7.5) with backtracking, from a
     * start. Deterministic.
     */
    private static Logistic fit(List<Features> x, double[] y, double penalty, Logistic start) {
        int size = start.weights.length;
        double[] at = Arrays.copyOf(start.weights, size + 1);
        at[size] = start.intercept;
        double[] gradient = new double[size + 1];
        double value = objective(x, y, penalty, at, gradient);
        Deque<Move> memory = new ArrayDeque<>();
        for (int step = 0; step < STEPS && norm(gradient) > FLAT; step++) {
            double[] direction = direction(gradient, memory);
            double slope = dot(direction, gradient);
            double[] next = new double[size + 1];
            double[] nextGradient = new double[size + 1];
            double length = memory.isEmpty() ? Math.min(1, 1 / norm(gradient)) : 1;
            double reached = Double.POSITIVE_INFINITY;
            for (int halving = 0; halving < 40; halving++) {
                for (int i = 0; i <= size; i++) {
                    next[i] = at[i] + length * direction[i];
                }
                reached = objective(x, y, penalty, next, nextGradient);
                if (reached <= value + 1e-4 * length * slope) {
                    break;
                }
                length /= 2;
            }
            if (!(reached < value)) {
                break;
            }
            remember(memory, Move.between(at, next, gradient, nextGradient));
            at = next;
            gradient = nextGradient;
            value = reached;
        }
        return new Logistic(at[size], Arrays.copyOf(at, size), penalty);
    }

    private static void remember(Deque<Move> memory, Move move) {
        if (move.curvature() > 1e-12) {
            memory.addLast(move);
            if (memory.size() > MEMORY) {
                memory.removeFirst();
            }
        }
    }

    private static final class Move {
        private final double[] step;
        private final double[] turn;
        private final double curvature;

        Move(double[] step, double[] turn, double curvature) {
            this.step = step;
            this.turn = turn;
            this.curvature = curvature;
        }

        double curvature() {
            return curvature;
        }

        static Move between(double[] from, double[] to, double[] before, double[] after) {
            double[] step = new double[from.length];
            double[] turn = new double[from.length];
            for (int i = 0; i < from.length; i++) {
                step[i] = to[i] - from[i];
                turn[i] = after[i] - before[i];
            }
            return new Move(step, turn, dot(step, turn));
        }
    }

    private static double[] direction(double[] gradient, Deque<Move> memory) {
        double[] q = gradient.clone();
        double[] shares = new double[memory.size()];
        int i = memory.size();
        for (Iterator<Move> newest = memory.descendingIterator(); newest.hasNext(); ) {
            Move move = newest.next();
            shares[--i] = dot(move.step, q) / move.curvature;
            add(q, move.turn, -shares[i]);
        }
        if (!memory.isEmpty()) {
            Move last = memory.getLast();
            scale(q, last.curvature / dot(last.turn, last.turn));
        }
        for (Move move : memory) {
            add(q, move.step, shares[i++] - dot(move.turn, q) / move.curvature);
        }
        scale(q, -1);
        return q;
    }

    private static double objective(List<Features> x, double[] y, double penalty, double[] at, double[] gradient) {
        int size = at.length - 1;
        Arrays.fill(gradient, 0);
        double sum = 0;
        double share = 1.0 / Math.max(1, y.length);
        for (int i = 0; i < y.length; i++) {
            double z = at[size] + x.get(i).times(at);
            double off = (sigmoid(z) - y[i]) * share;
            sum += softplus(z) - y[i] * z;
            x.get(i).addTo(gradient, off);
            gradient[size] += off;
        }
        double squares = 0;
        for (int j = 0; j < size; j++) {
            squares += at[j] * at[j];
            gradient[j] += penalty * at[j];
        }
        return sum * share + penalty / 2 * squares;
    }

    private static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double[] to, double[] what, double factor) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * what[i];
        }
    }

    private static void scale(double[] what, double factor) {
        for (int i = 0; i < what.length; i++) {
            what[i] *= factor;
        }
    }
}
