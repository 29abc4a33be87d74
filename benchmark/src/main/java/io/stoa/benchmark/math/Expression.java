package io.stoa.benchmark.math;

import java.math.BigInteger;
import java.util.List;
import java.util.Set;

/** A scalar as it was written; nothing is evaluated or reordered. Products hold divisors as powers of -1. */
sealed interface Expression {
    /**
     * A fraction of integers, not reduced.
     *
     * @param decimal whether it was written with a decimal point, so that it stands for a rounded value
     */
    record Literal(BigInteger numerator, BigInteger denominator, boolean decimal) implements Expression {
        static final Literal MINUS_ONE = of(-1);

        public Literal {
            if (denominator.signum() <= 0) {
                throw new IllegalArgumentException("denominator must be positive: " + denominator);
            }
        }

        static Literal of(long value) {
            return new Literal(BigInteger.valueOf(value), BigInteger.ONE, false);
        }
    }

    /** A named number. */
    enum Constant implements Expression {
        PI,
        E,
        I,
        INFINITY
    }

    /** A letter, with its subscript and primes. */
    record Variable(String name) implements Expression {}

    record Sum(List<Expression> terms) implements Expression {
        public Sum {
            terms = List.copyOf(terms);
        }
    }

    record Product(List<Expression> factors) implements Expression {
        public Product {
            factors = List.copyOf(factors);
        }
    }

    record Power(Expression base, Expression exponent) implements Expression {}

    record Call(Function function, Expression argument) implements Expression {}

    /** Functions of one argument. */
    enum Function {
        SIN,
        COS,
        TAN,
        COT,
        SEC,
        CSC,
        ARCSIN,
        ARCCOS,
        ARCTAN,
        SINH,
        COSH,
        TANH,
        LN,
        ABSOLUTE,
        FLOOR,
        CEILING,
        FACTORIAL
    }

    static Expression sum(List<Expression> terms) {
        return terms.size() == 1 ? terms.getFirst() : new Sum(terms);
    }

    static Expression product(List<Expression> factors) {
        return factors.size() == 1 ? factors.getFirst() : new Product(factors);
    }

    /** The value with its sign turned; a number stays a number. */
    static Expression negated(Expression value) {
        return value instanceof Literal number
                ? new Literal(number.numerator().negate(), number.denominator(), number.decimal())
                : new Product(List.of(Literal.MINUS_ONE, value));
    }

    static Expression inverse(Expression value) {
        return new Power(value, Literal.MINUS_ONE);
    }

    static Expression difference(Expression left, Expression right) {
        return new Sum(List.of(left, negated(right)));
    }

    /** Adds the names of all variables. */
    default void collectVariables(Set<String> names) {
        switch (this) {
            case Literal _, Constant _ -> {}
            case Variable variable -> names.add(variable.name());
            case Sum sum -> sum.terms().forEach(term -> term.collectVariables(names));
            case Product product -> product.factors().forEach(factor -> factor.collectVariables(names));
            case Power power -> {
                power.base().collectVariables(names);
                power.exponent().collectVariables(names);
            }
            case Call call -> call.argument().collectVariables(names);
        }
    }
}
