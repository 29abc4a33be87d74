package io.stoa.benchmark.math;

import io.stoa.benchmark.math.Answer.Group;
import io.stoa.benchmark.math.Answer.Interval;
import io.stoa.benchmark.math.Answer.Kind;
import io.stoa.benchmark.math.Answer.Matrix;
import io.stoa.benchmark.math.Answer.Relation;
import io.stoa.benchmark.math.Answer.Sign;
import io.stoa.benchmark.math.Answer.Union;
import io.stoa.benchmark.math.Answer.Value;
import io.stoa.benchmark.math.Answer.Without;
import io.stoa.benchmark.math.Answer.Words;
import io.stoa.benchmark.math.Expression.Constant;
import io.stoa.benchmark.math.Expression.Literal;
import io.stoa.benchmark.math.Expression.Product;
import io.stoa.benchmark.math.Expression.Variable;
import io.stoa.benchmark.math.MathEquality.Result;
import io.stoa.benchmark.math.Quantity.Approximate;
import io.stoa.benchmark.math.Quantity.Exact;
import io.stoa.benchmark.math.Quantity.Undefined;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;

/** Compares two answers that were read. One instance serves one comparison. */
final class AnswerComparison {
    private static final Result EQUAL = new Result.Equal();
    private static final Result DIFFERENT = new Result.Different();

    /** Points at which expressions must agree, and at which they are tried. */
    private static final int AGREEING_POINTS = 5;

    private static final int POINTS = 24;

    /** A value known less exactly than this, relative to its size, decides nothing. */
    private static final double TOO_VAGUE = 1e-9;

    /** Up to which decimal place a decimal fraction must agree with a fraction. */
    private static final int DECIMAL_PLACES = 6;

    /** Up to which relative difference a decimal fraction agrees with an irrational number. */
    private static final double DECIMAL_PRECISION = 1e-15;

    private static final long SEED = 20_241_107;

    private static final int MAX_COMPARISONS = 20_000;

    private final Evaluation evaluation = new Evaluation();
    private int comparisons;

    Result compare(Answer gold, Answer answer) {
        if (++comparisons > MAX_COMPARISONS) {
            return new Result.Undecided("the comparison takes too much work");
        }
        Answer left = unwrapped(gold, answer);
        Answer right = unwrapped(answer, gold);
        if (left.equals(right)) {
            return EQUAL;
        }
        return switch (left) {
            case Value a when right instanceof Value b -> values(a, b);
            case Value a when right instanceof Words b -> sameWords(a, b);
            case Words a when right instanceof Value b -> sameWords(b, a);
            case Matrix a when right instanceof Matrix b -> matrices(a, b);
            case Words _ when right instanceof Words -> DIFFERENT;
            case Relation a when right instanceof Relation b -> relations(a, b);
            case Value _, Words _, Matrix _, Relation _, Group _, Interval _, Union _, Without _ ->
                structures(left, right);
        };
    }

    /**
     * {@code x = 5} beside a value is its right side, {@code 9 = 5 + 4} too; of a chain that starts with a name only name
     * and end count.
     */
    private static Answer unwrapped(Answer answer, Answer other) {
        if (!(answer instanceof Relation relation) || relation.signs().stream().anyMatch(sign -> sign != Sign.EQUAL)) {
            return answer;
        }
        Expression first = relation.sides().getFirst();
        Expression last = relation.sides().getLast();
        if (!isName(first) && !isConstant(first)) {
            return answer;
        }
        return other instanceof Relation
                ? new Relation(List.of(first, last), List.of(Sign.EQUAL))
                : new Value(last, false);
    }

    /** {@code y}, {@code f(x)} or {@code AB}: nothing but letters. */
    private static boolean isName(Expression expression) {
        return letters(expression).isPresent();
    }

    private static boolean isConstant(Expression expression) {
        TreeSet<String> variables = new TreeSet<>();
        expression.collectVariables(variables);
        return variables.isEmpty();
    }

    /** The letters of a product of variables, side by side. */
    private static Optional<String> letters(Expression expression) {
        return switch (expression) {
            case Variable variable -> Optional.of(variable.name());
            case Constant constant ->
                switch (constant) {
                    case E -> Optional.of("e");
                    case I -> Optional.of("i");
                    case PI, INFINITY -> Optional.empty();
                };
            case Product product -> {
                StringBuilder letters = new StringBuilder();
                for (Expression factor : product.factors()) {
                    Optional<String> part = letters(factor);
                    if (part.isEmpty()) {
                        yield Optional.empty();
                    }
                    letters.append(part.get());
                }
                yield Optional.of(letters.toString());
            }
            case Literal _, Expression.Sum _, Expression.Power _, Expression.Call _ -> Optional.empty();
        };
    }

    private static Result sameWords(Value value, Words words) {
        return letters(value.expression())
                .filter(letters -> letters.toLowerCase(Locale.ROOT).equals(words.text()))
                .map(_ -> EQUAL)
                .orElse(DIFFERENT);
    }

    private Result values(Value a, Value b) {
        if (a.percent() == b.percent()) {
            return scalars(a.expression(), b.expression());
        }
        Result asWritten = scalars(a.expression(), b.expression());
        if (asWritten instanceof Result.Equal) {
            return EQUAL;
        }
        Result inHundredths = scalars(hundredths(a), hundredths(b));
        return inHundredths instanceof Result.Equal || asWritten instanceof Result.Different ? inHundredths : asWritten;
    }

    private static Expression hundredths(Value value) {
        if (!value.percent()) {
            return value.expression();
        }
        BigInteger hundred = BigInteger.valueOf(100);
        return value.expression() instanceof Literal number
                ? new Literal(number.numerator(), number.denominator().multiply(hundred), number.decimal())
                : Expression.product(List.of(value.expression(), new Literal(BigInteger.ONE, hundred, false)));
    }

    Result scalars(Expression a, Expression b) {
        int infinite = RealSet.infinity(a);
        if (infinite != 0 || RealSet.infinity(b) != 0) {
            return infinite == RealSet.infinity(b) ? EQUAL : DIFFERENT;
        }
        if (a.equals(b)) {
            return EQUAL;
        }
        if (a instanceof Variable x && b instanceof Variable y) {
            return x.equals(y) ? EQUAL : DIFFERENT;
        }
        boolean decimal = isDecimal(a) || isDecimal(b);
        return atPoints(List.of(a, b), (left, right) -> same(left, right, decimal));
    }

    private static boolean isDecimal(Expression expression) {
        return expression instanceof Literal number && number.decimal();
    }

    private static Result same(Quantity a, Quantity b, boolean decimal) {
        if (a instanceof Undefined undefined) {
            return new Result.Undecided(undefined.reason());
        }
        if (b instanceof Undefined undefined) {
            return new Result.Undecided(undefined.reason());
        }
        if (a instanceof Exact x && b instanceof Exact y) {
            boolean equal = x.equals(y) || (decimal && rounded(x).compareTo(rounded(y)) == 0);
            return equal ? EQUAL : DIFFERENT;
        }
        Optional<Approximate> x = Quantity.approximate(a);
        Optional<Approximate> y = Quantity.approximate(b);
        if (x.isEmpty() || y.isEmpty()) {
            return new Result.Undecided("a value is too large");
        }
        double size = Math.max(x.get().modulus(), y.get().modulus());
        double error = 2 * (x.get().error() + y.get().error()) + (decimal ? DECIMAL_PRECISION * size : 0);
        double distance =
                Math.hypot(x.get().re() - y.get().re(), x.get().im() - y.get().im());
        if (distance > error) {
            return DIFFERENT;
        }
        return error <= TOO_VAGUE * Math.max(size, TOO_VAGUE)
                ? EQUAL
                : new Result.Undecided("rounding errors are too large");
    }

    private static BigDecimal rounded(Exact value) {
        int digits =
                Math.max(0, value.numerator().bitLength() - value.denominator().bitLength()) / 3;
        BigDecimal near = value.decimal(new MathContext(digits + 40));
        return near.setScale(DECIMAL_PLACES, RoundingMode.HALF_EVEN);
    }

    /** Evaluates two expressions at seeded points and decides by all of them; one difference is enough. */
    private Result atPoints(List<Expression> expressions, BiFunction<Quantity, Quantity, Result> decide) {
        TreeSet<String> variables = new TreeSet<>();
        expressions.forEach(expression -> expression.collectVariables(variables));
        SplittableRandom random = new SplittableRandom(SEED);
        int wanted = variables.isEmpty() ? 1 : AGREEING_POINTS;
        int agreeing = 0;
        Result undecided = new Result.Undecided("no value can be computed");
        for (int i = 0; i < (variables.isEmpty() ? 1 : POINTS) && agreeing < wanted; i++) {
            Map<String, Exact> point = point(variables, random);
            evaluation.clearLostTerms();
            Result result =
                    decide.apply(evaluation.at(expressions.get(0), point), evaluation.at(expressions.get(1), point));
            switch (result) {
                case Result.Different _ -> {
                    return result;
                }
                case Result.Equal _
                when evaluation.lostTerm() ->
                    undecided = new Result.Undecided("a term is lost in the rounding of a large sum");
                case Result.Equal _ -> agreeing++;
                case Result.Undecided _, Result.Unreadable _ -> undecided = result;
            }
            if (evaluation.exhausted()) {
                return undecided;
            }
        }
        return agreeing >= wanted ? EQUAL : undecided;
    }

    /** Fractions of both signs between 0.2 and 2.6, so that powers stay small and no root or logarithm is easy. */
    private static Map<String, Exact> point(Set<String> variables, SplittableRandom random) {
        Map<String, Exact> point = new TreeMap<>();
        for (String variable : variables) {
            long numerator = random.nextLong(20, 260);
            boolean negative = random.nextInt(3) == 0;
            point.put(
                    variable, Exact.of(BigInteger.valueOf(negative ? -numerator : numerator), BigInteger.valueOf(101)));
        }
        return point;
    }

    private Result matrices(Matrix a, Matrix b) {
        if (a.rows().size() != b.rows().size()
                || a.rows().getFirst().size() != b.rows().getFirst().size()) {
            return DIFFERENT;
        }
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < a.rows().size(); i++) {
            for (int j = 0; j < a.rows().get(i).size(); j++) {
                results.add(scalars(a.rows().get(i).get(j), b.rows().get(i).get(j)));
            }
        }
        return all(results);
    }

    /** Different where one is, equal where all are. */
    private static Result all(List<Result> results) {
        Result all = EQUAL;
        for (Result result : results) {
            switch (result) {
                case Result.Different _ -> {
                    return result;
                }
                case Result.Undecided _, Result.Unreadable _ -> all = result;
                case Result.Equal _ -> {}
            }
        }
        return all;
    }

    /** Equal where one is. */
    private static Result any(List<Result> results) {
        Result any = DIFFERENT;
        for (Result result : results) {
            switch (result) {
                case Result.Equal _ -> {
                    return result;
                }
                case Result.Undecided _, Result.Unreadable _ -> any = result;
                case Result.Different _ -> {}
            }
        }
        return any;
    }

    private Result relations(Relation a, Relation b) {
        Result links = any(List.of(links(a, b), links(a, reversed(b))));
        if (links instanceof Result.Equal) {
            return links;
        }
        Optional<RealSet> left = RealSet.of(a, evaluation);
        Optional<RealSet> right = RealSet.of(b, evaluation);
        return left.isPresent() && right.isPresent() ? sets(left.get(), right.get()) : links;
    }

    private static Relation reversed(Relation relation) {
        return new Relation(
                relation.sides().reversed(),
                relation.signs().reversed().stream().map(Sign::flipped).toList());
    }

    private Result links(Relation a, Relation b) {
        if (a.signs().size() != b.signs().size()) {
            return DIFFERENT;
        }
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < a.signs().size(); i++) {
            results.add(link(
                    a.sides().get(i),
                    a.signs().get(i),
                    a.sides().get(i + 1),
                    b.sides().get(i),
                    b.signs().get(i),
                    b.sides().get(i + 1)));
        }
        return all(results);
    }

    /** Whether one difference of the sides is the other times a number, of the right sign where the order counts. */
    private Result link(Expression a, Sign sign, Expression b, Expression c, Sign other, Expression d) {
        if (sign == other) {
            Result sides = all(List.of(scalars(a, c), scalars(b, d)));
            if (sides instanceof Result.Equal) {
                return sides;
            }
        }
        if (sign != other && sign != other.flipped()) {
            return DIFFERENT;
        }
        Expression left = Expression.difference(a, b);
        Expression right = Expression.difference(c, d);
        if (isConstant(left) || isConstant(right)) {
            return DIFFERENT;
        }
        boolean ordered = sign.flipped() != sign;
        List<Quantity> ratios = new ArrayList<>();
        return atPoints(List.of(left, right), (x, y) -> {
            Quantity ratio = evaluation.times(x, evaluation.inverse(y));
            if (ratio instanceof Undefined undefined) {
                return new Result.Undecided(undefined.reason());
            }
            ratios.add(ratio);
            boolean negative =
                    Quantity.approximate(ratio).map(value -> value.re() < 0).orElse(false);
            return ordered && negative == (sign == other) ? DIFFERENT : same(ratios.getFirst(), ratio, false);
        });
    }

    private Result structures(Answer a, Answer b) {
        if (a instanceof Group left && b instanceof Group right) {
            Result groups = groups(left, right);
            if (!(groups instanceof Result.Different)) {
                return groups;
            }
        }
        Optional<Result> ordered = ordered(a, b).or(() -> ordered(b, a));
        if (ordered.isPresent()) {
            return ordered.get();
        }
        Optional<Result> single = single(a, b).or(() -> single(b, a));
        if (single.isPresent()) {
            return single.get();
        }
        if (a instanceof Interval left && b instanceof Interval right) {
            return left.lowClosed() == right.lowClosed() && left.highClosed() == right.highClosed()
                    ? all(List.of(scalars(left.low(), right.low()), scalars(left.high(), right.high())))
                    : realSets(a, b).orElse(DIFFERENT);
        }
        if (a instanceof Union left && b instanceof Union right) {
            Result parts = unordered(left.parts(), right.parts());
            if (parts instanceof Result.Equal) {
                return parts;
            }
        }
        return isSet(a) && isSet(b) ? realSets(a, b).orElse(DIFFERENT) : DIFFERENT;
    }

    /** What can stand for a set of numbers; a bare value and a tuple cannot stand against a set in braces. */
    private static boolean isSet(Answer answer) {
        return switch (answer) {
            case Interval _, Union _, Without _, Relation _ -> true;
            case Group group -> group.kind() != Kind.LIST;
            case Value _, Words _, Matrix _ -> false;
        };
    }

    private Optional<Result> realSets(Answer a, Answer b) {
        boolean tupleAgainstSet = (a instanceof Group left && left.kind() == Kind.TUPLE && b instanceof Group)
                || (b instanceof Group right && right.kind() == Kind.TUPLE && a instanceof Group);
        if (tupleAgainstSet) {
            return Optional.empty();
        }
        Optional<RealSet> left = RealSet.of(a, evaluation);
        Optional<RealSet> right = RealSet.of(b, evaluation);
        return left.isPresent() && right.isPresent() ? Optional.of(sets(left.get(), right.get())) : Optional.empty();
    }

    private Result sets(RealSet a, RealSet b) {
        if (a.pieces().size() != b.pieces().size()) {
            return DIFFERENT;
        }
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < a.pieces().size(); i++) {
            results.add(ends(a.pieces().get(i).low(), b.pieces().get(i).low()));
            results.add(ends(a.pieces().get(i).high(), b.pieces().get(i).high()));
        }
        return all(results);
    }

    private Result ends(RealSet.End a, RealSet.End b) {
        return a.closed() == b.closed() ? scalars(a.expression(), b.expression()) : DIFFERENT;
    }

    private Result groups(Group a, Group b) {
        boolean tuple = a.kind() == Kind.TUPLE || b.kind() == Kind.TUPLE;
        boolean set = a.kind() == Kind.SET || b.kind() == Kind.SET;
        if (tuple && set) {
            return DIFFERENT;
        }
        return tuple ? inOrder(a.elements(), b.elements()) : unordered(a.elements(), b.elements());
    }

    /** An open interval beside a list: the two ends in order. */
    private Optional<Result> ordered(Answer a, Answer b) {
        if (a instanceof Interval interval
                && !interval.lowClosed()
                && !interval.highClosed()
                && b instanceof Group group
                && group.kind() == Kind.LIST) {
            List<Answer> ends = List.of(new Value(interval.low(), false), new Value(interval.high(), false));
            return Optional.of(inOrder(ends, group.elements()));
        }
        return Optional.empty();
    }

    /** A set of one element beside that element. */
    private Optional<Result> single(Answer a, Answer b) {
        boolean one = a instanceof Group group
                && group.kind() == Kind.SET
                && group.elements().size() == 1;
        boolean element = b instanceof Value || b instanceof Words || b instanceof Matrix || b instanceof Relation;
        return one && element && a instanceof Group group
                ? Optional.of(compare(group.elements().getFirst(), b))
                : Optional.empty();
    }

    private Result inOrder(List<Answer> a, List<Answer> b) {
        if (a.size() != b.size()) {
            return DIFFERENT;
        }
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            results.add(compare(a.get(i), b.get(i)));
        }
        return all(results);
    }

    /** Each element of either is in the other. */
    private Result unordered(List<Answer> a, List<Answer> b) {
        return all(List.of(contained(a, b), contained(b, a)));
    }

    private Result contained(List<Answer> a, List<Answer> b) {
        List<Result> results = new ArrayList<>();
        for (Answer element : a) {
            results.add(any(b.stream().map(other -> compare(element, other)).toList()));
        }
        return all(results);
    }
}
