package io.stoa.benchmark.math;

import io.stoa.benchmark.math.Answer.Group;
import io.stoa.benchmark.math.Answer.Interval;
import io.stoa.benchmark.math.Answer.Matrix;
import io.stoa.benchmark.math.Answer.Relation;
import io.stoa.benchmark.math.Answer.Sign;
import io.stoa.benchmark.math.Answer.Union;
import io.stoa.benchmark.math.Answer.Value;
import io.stoa.benchmark.math.Answer.Without;
import io.stoa.benchmark.math.Answer.Words;
import io.stoa.benchmark.math.Expression.Constant;
import io.stoa.benchmark.math.Expression.Literal;
import io.stoa.benchmark.math.Expression.Variable;
import io.stoa.benchmark.math.Quantity.Approximate;
import io.stoa.benchmark.math.Quantity.Exact;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;

/** A set of real numbers as ascending pieces that do not touch. */
record RealSet(List<RealSet.Piece> pieces) {
    RealSet {
        pieces = List.copyOf(pieces);
    }

    /** From one end to the other; a point where both ends are the same. Positions order the pieces, ends are compared. */
    record Piece(End low, End high) {
        boolean isEmpty() {
            return low.position > high.position || (low.position == high.position && !(low.closed && high.closed));
        }
    }

    /** An end of a piece. */
    record End(Expression expression, double position, boolean closed) {}

    /** The set that an answer describes; nothing where its ends are no numbers or it is no set. */
    static Optional<RealSet> of(Answer answer, Evaluation evaluation) {
        return switch (answer) {
            case Interval interval ->
                interval(interval.low(), interval.lowClosed(), interval.high(), interval.highClosed(), evaluation)
                        .map(piece -> merged(List.of(piece)));
            case Union union -> union(union.parts(), evaluation);
            case Group group ->
                switch (group.kind()) {
                    case SET -> union(group.elements(), evaluation);
                    case ALTERNATIVES -> union(group.elements(), evaluation);
                    case TUPLE ->
                        group.elements().size() == 2
                                        && group.elements().get(0) instanceof Value low
                                        && group.elements().get(1) instanceof Value high
                                ? of(new Interval(low.expression(), false, high.expression(), false), evaluation)
                                : Optional.empty();
                    case LIST -> Optional.empty();
                };
            case Value value ->
                value.percent()
                        ? Optional.empty()
                        : interval(value.expression(), true, value.expression(), true, evaluation)
                                .filter(piece -> Double.isFinite(piece.low.position))
                                .map(piece -> new RealSet(List.of(piece)));
            case Without without ->
                of(without.whole(), evaluation)
                        .flatMap(whole -> points(without.removed(), evaluation).map(whole::without));
            case Relation relation -> solved(relation, evaluation);
            case Matrix _, Words _ -> Optional.empty();
        };
    }

    private static Optional<RealSet> union(List<Answer> parts, Evaluation evaluation) {
        List<Piece> pieces = new ArrayList<>();
        for (Answer part : parts) {
            Optional<RealSet> set = of(part, evaluation);
            if (set.isEmpty()) {
                return Optional.empty();
            }
            pieces.addAll(set.get().pieces);
        }
        return Optional.of(merged(pieces));
    }

    private static Optional<Piece> interval(
            Expression low, boolean lowClosed, Expression high, boolean highClosed, Evaluation evaluation) {
        OptionalDouble from = position(low, evaluation);
        OptionalDouble to = position(high, evaluation);
        if (from.isEmpty() || to.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Piece(
                new End(low, from.getAsDouble(), lowClosed && Double.isFinite(from.getAsDouble())),
                new End(high, to.getAsDouble(), highClosed && Double.isFinite(to.getAsDouble()))));
    }

    private static OptionalDouble position(Expression expression, Evaluation evaluation) {
        int infinite = infinity(expression);
        if (infinite != 0) {
            return OptionalDouble.of(infinite * Double.POSITIVE_INFINITY);
        }
        TreeSet<String> variables = new TreeSet<>();
        expression.collectVariables(variables);
        if (!variables.isEmpty()) {
            return OptionalDouble.empty();
        }
        return Quantity.approximate(evaluation.at(expression, Map.of()))
                .filter(Approximate::isReal)
                .map(value -> OptionalDouble.of(value.re()))
                .orElse(OptionalDouble.empty());
    }

    /** The sign of an infinite value; zero for all others. */
    static int infinity(Expression expression) {
        if (expression == Constant.INFINITY) {
            return 1;
        }
        return expression.equals(Expression.negated(Constant.INFINITY)) ? -1 : 0;
    }

    private static RealSet merged(List<Piece> pieces) {
        List<Piece> sorted = pieces.stream()
                .filter(piece -> !piece.isEmpty())
                .sorted(Comparator.comparingDouble((Piece piece) -> piece.low.position)
                        .thenComparing(piece -> !piece.low.closed))
                .toList();
        List<Piece> merged = new ArrayList<>();
        for (Piece piece : sorted) {
            Optional<Piece> last = merged.isEmpty() ? Optional.empty() : Optional.of(merged.getLast());
            if (last.isPresent() && touches(last.get().high, piece.low)) {
                merged.set(merged.size() - 1, new Piece(last.get().low, later(last.get().high, piece.high)));
            } else {
                merged.add(piece);
            }
        }
        return new RealSet(merged);
    }

    private static boolean touches(End high, End low) {
        return low.position < high.position || (low.position == high.position && (low.closed || high.closed));
    }

    private static End later(End a, End b) {
        if (a.position == b.position) {
            return a.closed ? a : b;
        }
        return a.position > b.position ? a : b;
    }

    private static Optional<List<End>> points(Answer answer, Evaluation evaluation) {
        List<Answer> elements = answer instanceof Group group ? group.elements() : List.of(answer);
        List<End> points = new ArrayList<>();
        for (Answer element : elements) {
            if (!(element instanceof Value value)) {
                return Optional.empty();
            }
            OptionalDouble position = position(value.expression(), evaluation);
            if (position.isEmpty()) {
                return Optional.empty();
            }
            points.add(new End(value.expression(), position.getAsDouble(), false));
        }
        return Optional.of(points);
    }

    private RealSet without(List<End> points) {
        List<Piece> rest = pieces;
        for (End point : points) {
            rest = rest.stream()
                    .flatMap(piece -> point.position < piece.low.position || point.position > piece.high.position
                            ? List.of(piece).stream()
                            : List.of(new Piece(piece.low, point), new Piece(point, piece.high)).stream())
                    .filter(piece -> !piece.isEmpty())
                    .toList();
        }
        return new RealSet(rest);
    }

    /** The solutions of a chain of inequalities in one variable, each linear in it. */
    private static Optional<RealSet> solved(Relation relation, Evaluation evaluation) {
        TreeSet<String> variables = new TreeSet<>();
        relation.sides().forEach(side -> side.collectVariables(variables));
        if (variables.size() != 1) {
            return Optional.empty();
        }
        String variable = variables.first();
        End from = new End(Expression.negated(Constant.INFINITY), Double.NEGATIVE_INFINITY, false);
        End to = new End(Constant.INFINITY, Double.POSITIVE_INFINITY, false);
        for (int i = 0; i < relation.signs().size(); i++) {
            Sign sign = relation.signs().get(i);
            Expression left = relation.sides().get(i);
            Expression right = relation.sides().get(i + 1);
            if (sign == Sign.NOT_EQUAL && relation.signs().size() == 1) {
                RealSet all = new RealSet(List.of(new Piece(from, to)));
                return bound(left, right, sign, variable, evaluation)
                        .map(bound -> all.without(List.of(new End(bound.root(), bound.position(), false))));
            }
            Optional<Bound> bound = sign == Sign.EQUAL || sign == Sign.NOT_EQUAL
                    ? Optional.empty()
                    : bound(left, right, sign, variable, evaluation);
            if (bound.isEmpty()) {
                return Optional.empty();
            }
            Bound found = bound.get();
            boolean closed = found.sign() == Sign.AT_MOST || found.sign() == Sign.AT_LEAST;
            End end = new End(found.root(), found.position(), closed);
            boolean above = found.sign() == Sign.GREATER || found.sign() == Sign.AT_LEAST;
            from = above && (end.position > from.position || (end.position == from.position && !closed)) ? end : from;
            to = !above && (end.position < to.position || (end.position == to.position && !closed)) ? end : to;
        }
        return Optional.of(merged(List.of(new Piece(from, to))));
    }

    /** The variable is {@code sign} the root. */
    private record Bound(Expression root, double position, Sign sign) {}

    private static Optional<Bound> bound(
            Expression left, Expression right, Sign sign, String variable, Evaluation evaluation) {
        if (left.equals(new Variable(variable))) {
            OptionalDouble position = position(right, evaluation);
            return position.isPresent()
                    ? Optional.of(new Bound(right, position.getAsDouble(), sign))
                    : Optional.empty();
        }
        if (right.equals(new Variable(variable))) {
            return bound(right, left, sign.flipped(), variable, evaluation);
        }
        Expression difference = Expression.difference(left, right);
        Quantity[] values = new Quantity[4];
        for (int i = 0; i < values.length; i++) {
            values[i] = evaluation.at(difference, Map.of(variable, new Exact(BigInteger.valueOf(i), BigInteger.ONE)));
        }
        Quantity slope = evaluation.minus(values[1], values[0]);
        boolean linear = slope instanceof Exact rise
                && rise.numerator().signum() != 0
                && slope.equals(evaluation.minus(values[2], values[1]))
                && slope.equals(evaluation.minus(values[3], values[2]));
        if (!linear || !(slope instanceof Exact rise) || !(values[0] instanceof Exact start)) {
            return Optional.empty();
        }
        Exact root = Exact.of(
                start.numerator().negate().multiply(rise.denominator()),
                start.denominator().multiply(rise.numerator()));
        Expression number = new Literal(root.numerator(), root.denominator(), false);
        Sign direction = rise.numerator().signum() > 0 ? sign : sign.flipped();
        OptionalDouble position = position(number, evaluation);
        return position.isPresent()
                ? Optional.of(new Bound(number, position.getAsDouble(), direction))
                : Optional.empty();
    }
}
