package io.stoa.benchmark.math;

import io.stoa.benchmark.math.Expression.Call;
import io.stoa.benchmark.math.Expression.Constant;
import io.stoa.benchmark.math.Expression.Literal;
import io.stoa.benchmark.math.Expression.Power;
import io.stoa.benchmark.math.Expression.Product;
import io.stoa.benchmark.math.Expression.Sum;
import io.stoa.benchmark.math.Expression.Variable;
import io.stoa.benchmark.math.Quantity.Approximate;
import io.stoa.benchmark.math.Quantity.Exact;
import io.stoa.benchmark.math.Quantity.Undefined;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/**
 * Evaluates expressions: in fractions as long as these stay small, in doubles with an error bound from there on. One
 * evaluation serves one comparison and counts its work, so that no expression takes long.
 */
final class Evaluation {
    /** Fractions with more bits go on as doubles. */
    private static final int MAX_BITS = 16_384;

    private static final int MAX_EXACT_FACTORIAL = 1000;

    /** Products of fraction lengths in words, summed; some ten milliseconds. */
    private static final long MAX_EXACT_WORK = 500_000;

    private static final long MAX_STEPS = 40_000;

    /** Up to here, what a sum loses counts as nothing: sympy drops as much from a difference. */
    private static final double NOTHING = 1e-15;

    private long exactWork;
    private long steps;
    private boolean lostTerm;

    /** Whether the work that a comparison may take is done. */
    boolean exhausted() {
        return steps > MAX_STEPS;
    }

    /** Forgets the terms that were lost so far. */
    void clearLostTerms() {
        lostTerm = false;
    }

    /** Whether a term was smaller than the error of its sum, whose value says nothing about that term. */
    boolean lostTerm() {
        return lostTerm;
    }

    /** The value where each variable has the value that stands in {@code point}. */
    Quantity at(Expression expression, Map<String, Exact> point) {
        if (++steps > MAX_STEPS) {
            return new Undefined("the comparison takes too much work");
        }
        return switch (expression) {
            case Literal number -> Exact.of(number.numerator(), number.denominator());
            case Constant constant -> constant(constant);
            case Variable variable -> point.getOrDefault(variable.name(), Exact.ZERO);
            case Sum sum -> fold(sum.terms(), point, Exact.ZERO, this::plusTerm);
            case Product product -> fold(product.factors(), point, Exact.ONE, this::times);
            case Power power -> power(at(power.base(), point), at(power.exponent(), point));
            case Call call -> call(call.function(), at(call.argument(), point));
        };
    }

    private static Quantity constant(Constant constant) {
        return switch (constant) {
            case PI -> Quantity.real(Math.PI, 0);
            case E -> Quantity.real(Math.E, 0);
            case I -> Quantity.complex(0, 1, 0);
            case INFINITY -> new Undefined("an infinite value in an expression");
        };
    }

    private Quantity fold(
            List<Expression> parts, Map<String, Exact> point, Quantity start, BinaryOperator<Quantity> operator) {
        Quantity result = start;
        for (Expression part : parts) {
            result = operator.apply(result, at(part, point));
            if (result instanceof Undefined) {
                return result;
            }
        }
        return result;
    }

    private Quantity plusTerm(Quantity a, Quantity b) {
        Quantity sum = plus(a, b);
        if (sum instanceof Approximate whole) {
            lostTerm |= isLost(a, whole) || isLost(b, whole);
        }
        return sum;
    }

    private static boolean isLost(Quantity term, Approximate sum) {
        return Quantity.approximate(term)
                .filter(value -> value.modulus() > Math.max(value.error(), NOTHING) && value.modulus() <= sum.error())
                .isPresent();
    }

    Quantity plus(Quantity a, Quantity b) {
        if (a instanceof Exact x && b instanceof Exact y && affords(x.bits() + y.bits())) {
            return Exact.of(
                    x.numerator().multiply(y.denominator()).add(y.numerator().multiply(x.denominator())),
                    x.denominator().multiply(y.denominator()));
        }
        return numeric(a, b, Quantity::plus);
    }

    Quantity minus(Quantity a, Quantity b) {
        return b instanceof Exact y
                ? plus(a, new Exact(y.numerator().negate(), y.denominator()))
                : numeric(a, b, Quantity::minus);
    }

    Quantity times(Quantity a, Quantity b) {
        if (a instanceof Exact x && b instanceof Exact y && affords(x.bits() + y.bits())) {
            // Reduced crosswise: a long fraction times a short one needs no long greatest common divisor.
            Exact first = Exact.of(x.numerator(), y.denominator());
            Exact second = Exact.of(y.numerator(), x.denominator());
            return new Exact(
                    first.numerator().multiply(second.numerator()),
                    first.denominator().multiply(second.denominator()));
        }
        return numeric(a, b, Quantity::times);
    }

    Quantity inverse(Quantity a) {
        return switch (a) {
            case Exact x ->
                x.numerator().signum() == 0
                        ? new Undefined("a division by zero")
                        : Exact.of(x.denominator(), x.numerator());
            case Approximate x -> Quantity.inverse(x);
            case Undefined undefined -> undefined;
        };
    }

    private Quantity power(Quantity base, Quantity exponent) {
        if (base instanceof Exact b && exponent instanceof Exact e) {
            Optional<Quantity> exact = exactPower(b, e);
            if (exact.isPresent()) {
                return exact.get();
            }
        }
        if (exponent instanceof Exact e && e.isInteger() && e.bits() <= 11) {
            return repeated(base, e.numerator().intValueExact());
        }
        if (base instanceof Exact b && b.numerator().signum() == 0) {
            Optional<Approximate> real = Quantity.approximate(exponent);
            return real.isPresent() && real.get().re() > real.get().error()
                    ? Exact.ZERO
                    : new Undefined("a power of zero");
        }
        return numeric(base, exponent, Evaluation::generalPower);
    }

    /** The power where it is a fraction of bounded size. */
    private Optional<Quantity> exactPower(Exact base, Exact exponent) {
        if (exponent.isInteger()) {
            if (exponent.numerator().signum() == 0) {
                return Optional.of(Exact.ONE);
            }
            if (base.numerator().signum() == 0) {
                return Optional.of(exponent.numerator().signum() > 0 ? base : new Undefined("a division by zero"));
            }
            if (base.isInteger() && base.numerator().abs().equals(BigInteger.ONE)) {
                return Optional.of(exponent.numerator().testBit(0) ? base : Exact.ONE);
            }
            if (exponent.numerator().bitLength() > 14) {
                return Optional.empty();
            }
            int n = Math.abs(exponent.numerator().intValueExact());
            if (!affords((long) base.bits() * n)) {
                return Optional.empty();
            }
            Exact power = new Exact(base.numerator().pow(n), base.denominator().pow(n));
            return Optional.of(exponent.numerator().signum() > 0 ? power : inverse(power));
        }
        boolean root = base.numerator().signum() > 0 && exponent.denominator().bitLength() <= 5;
        if (!root || !affords(base.bits())) {
            return Optional.empty();
        }
        int degree = exponent.denominator().intValueExact();
        return root(base.numerator(), degree)
                .flatMap(above -> root(base.denominator(), degree).map(below -> new Exact(above, below)))
                .flatMap(whole -> exactPower(whole, new Exact(exponent.numerator(), BigInteger.ONE)));
    }

    /** The whole root of a positive number, where it has one. */
    private static Optional<BigInteger> root(BigInteger number, int degree) {
        if (degree == 2) {
            BigInteger root = number.sqrt();
            return root.multiply(root).equals(number) ? Optional.of(root) : Optional.empty();
        }
        double guess = Math.rint(Math.pow(number.doubleValue(), 1.0 / degree));
        if (!(guess < 1e15)) {
            return Optional.empty();
        }
        BigInteger root = BigInteger.valueOf((long) guess);
        return root.pow(degree).equals(number) ? Optional.of(root) : Optional.empty();
    }

    private Quantity repeated(Quantity base, int exponent) {
        Quantity square = base;
        Quantity result = Exact.ONE;
        for (int n = Math.abs(exponent); n > 0; n >>= 1) {
            if ((n & 1) == 1) {
                result = times(result, square);
            }
            square = n > 1 ? times(square, square) : square;
        }
        return exponent < 0 ? inverse(result) : result;
    }

    private static Quantity generalPower(Approximate base, Approximate exponent) {
        if (base.isReal() && exponent.isReal() && base.re() > 4 * base.error()) {
            double value = Math.pow(base.re(), exponent.re());
            double relative = Math.abs(exponent.re()) * base.error() / (base.re() - base.error())
                    + Math.abs(Math.log(base.re())) * exponent.error();
            return Quantity.real(value, Math.abs(value) * (2 * relative + 2 * Quantity.UNIT));
        }
        Quantity logarithm = Quantity.ln(base);
        return numeric(numeric(logarithm, exponent, Quantity::times), Quantity::exp);
    }

    private Quantity call(Expression.Function function, Quantity argument) {
        return switch (function) {
            case SIN -> atZero(argument, Exact.ZERO, Quantity::sin);
            case COS -> atZero(argument, Exact.ONE, Quantity::cos);
            case TAN -> times(numeric(argument, Quantity::sin), inverse(numeric(argument, Quantity::cos)));
            case COT -> times(numeric(argument, Quantity::cos), inverse(numeric(argument, Quantity::sin)));
            case SEC -> inverse(numeric(argument, Quantity::cos));
            case CSC -> inverse(numeric(argument, Quantity::sin));
            case ARCSIN -> atZero(argument, Exact.ZERO, Quantity::arcsin);
            case ARCCOS -> minus(Quantity.real(Math.PI / 2, 0), numeric(argument, Quantity::arcsin));
            case ARCTAN -> atZero(argument, Exact.ZERO, Quantity::arctan);
            case SINH -> halfOf(minus(exp(argument), exp(minus(Exact.ZERO, argument))));
            case COSH -> halfOf(plus(exp(argument), exp(minus(Exact.ZERO, argument))));
            case TANH -> {
                Quantity up = exp(argument);
                Quantity down = exp(minus(Exact.ZERO, argument));
                yield times(minus(up, down), inverse(plus(up, down)));
            }
            case LN -> argument.equals(Exact.ONE) ? Exact.ZERO : numeric(argument, Quantity::ln);
            case ABSOLUTE ->
                argument instanceof Exact x
                        ? new Exact(x.numerator().abs(), x.denominator())
                        : numeric(argument, Quantity::absolute);
            case FLOOR -> floor(argument);
            case CEILING -> minus(Exact.ZERO, floor(minus(Exact.ZERO, argument)));
            case FACTORIAL -> factorial(argument);
        };
    }

    private Quantity halfOf(Quantity a) {
        return times(a, Exact.of(BigInteger.ONE, BigInteger.TWO));
    }

    private static Quantity exp(Quantity a) {
        return atZero(a, Exact.ONE, Quantity::exp);
    }

    private static Quantity atZero(Quantity argument, Quantity value, Function<Approximate, Quantity> function) {
        return argument.equals(Exact.ZERO) ? value : numeric(argument, function);
    }

    private static Quantity floor(Quantity argument) {
        if (argument instanceof Exact x) {
            BigInteger[] parts = x.numerator().divideAndRemainder(x.denominator());
            BigInteger floor = parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
            return new Exact(floor, BigInteger.ONE);
        }
        return numeric(argument, Quantity::floor);
    }

    private Quantity factorial(Quantity argument) {
        if (argument instanceof Exact x && x.isInteger()) {
            if (x.numerator().signum() < 0) {
                return new Undefined("a factorial of a negative whole number");
            }
            if (x.numerator().compareTo(BigInteger.valueOf(MAX_EXACT_FACTORIAL)) > 0) {
                return new Undefined("a factorial that is too large");
            }
            int n = x.numerator().intValueExact();
            if (affords(10L * n)) {
                BigInteger product = BigInteger.ONE;
                for (int i = 2; i <= n; i++) {
                    product = product.multiply(BigInteger.valueOf(i));
                }
                return new Exact(product, BigInteger.ONE);
            }
        }
        return numeric(plus(argument, Exact.ONE), Quantity::gamma);
    }

    /** Whether a result of so many bits may be exact; counts it where it may. */
    private boolean affords(long bits) {
        long words = bits / 32 + 1;
        if (bits > MAX_BITS || exactWork > MAX_EXACT_WORK) {
            return false;
        }
        exactWork += words * words + 1;
        return true;
    }

    private static Quantity numeric(Quantity a, Function<Approximate, Quantity> function) {
        return Quantity.approximate(a).map(function).orElseGet(() -> undefined(a));
    }

    private static Quantity numeric(Quantity a, Quantity b, BiFunction<Approximate, Approximate, Quantity> function) {
        Optional<Approximate> x = Quantity.approximate(a);
        Optional<Approximate> y = Quantity.approximate(b);
        if (x.isEmpty() || y.isEmpty()) {
            return undefined(x.isEmpty() ? a : b);
        }
        return function.apply(x.get(), y.get());
    }

    private static Undefined undefined(Quantity quantity) {
        return quantity instanceof Undefined undefined ? undefined : new Undefined("a value is too large");
    }
}
