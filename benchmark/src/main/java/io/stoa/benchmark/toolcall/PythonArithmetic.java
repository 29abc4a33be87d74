package io.stoa.benchmark.toolcall;

import io.stoa.benchmark.toolcall.ArgumentValue.Bool;
import io.stoa.benchmark.toolcall.ArgumentValue.Int;
import io.stoa.benchmark.toolcall.ArgumentValue.Items;
import io.stoa.benchmark.toolcall.ArgumentValue.Real;
import io.stoa.benchmark.toolcall.ArgumentValue.Text;
import io.stoa.benchmark.toolcall.PythonExpression.Binary;
import io.stoa.benchmark.toolcall.PythonExpression.Constant;
import io.stoa.benchmark.toolcall.PythonExpression.Unary;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.List;
import java.util.stream.Stream;

/** Arithmetic of literals, as Python computes it: {@code 60 * 60}, {@code 'a' + 'b'}. Results are bounded. */
final class PythonArithmetic {
    /** Bits of a whole number: as many as {@link Bounds#MOST_DIGITS} digits need. */
    private static final int MOST_BITS = 14_284;

    private PythonArithmetic() {}

    static ArgumentValue value(PythonExpression expression) throws AnswerSyntaxException {
        return switch (expression) {
            case Constant(ArgumentValue value) -> value;
            case Unary(String operator, PythonExpression operand, int _) -> signed(operator, value(operand));
            case Binary(String operator, PythonExpression left, PythonExpression right, int _) ->
                bounded(result(operator, value(left), value(right)));
            case PythonExpression.Sequence _ -> PythonArguments.value(expression);
            case PythonExpression.Name _,
                    PythonExpression.Attribute _,
                    PythonExpression.Call _,
                    PythonExpression.Subscript _,
                    PythonExpression.Dictionary _ ->
                throw new AnswerSyntaxException("cannot be computed with: " + PythonArguments.source(expression));
        };
    }

    private static ArgumentValue signed(String operator, ArgumentValue operand) throws AnswerSyntaxException {
        if (operand instanceof Real(double value) && !operator.equals("~")) {
            return operator.equals("-") ? new Real(-value) : operand;
        }
        BigInteger value = whole(operand, operator);
        return new Int(
                switch (operator) {
                    case "-" -> value.negate();
                    case "~" -> value.not();
                    default -> value;
                });
    }

    private static ArgumentValue result(String operator, ArgumentValue left, ArgumentValue right)
            throws AnswerSyntaxException {
        if (operator.equals("+") && left instanceof Text(String a) && right instanceof Text(String b)) {
            return new Text(a + b);
        }
        if (operator.equals("+") && left instanceof Items a && right instanceof Items b && a.tuple() == b.tuple()) {
            return new Items(
                    a.tuple(),
                    Stream.of(a.values(), b.values()).flatMap(List::stream).toList());
        }
        if (left instanceof Real || right instanceof Real) {
            return real(operator, number(left, operator), number(right, operator));
        }
        return whole(operator, whole(left, operator), whole(right, operator));
    }

    private static ArgumentValue whole(String operator, BigInteger a, BigInteger b) throws AnswerSyntaxException {
        return switch (operator) {
            case "+" -> new Int(a.add(b));
            case "-" -> new Int(a.subtract(b));
            case "*" -> new Int(a.multiply(b));
            case "/" ->
                new Real(new BigDecimal(a)
                        .divide(new BigDecimal(divisor(b)), MathContext.DECIMAL128)
                        .doubleValue());
            case "//" -> new Int(floorDivided(a, divisor(b)));
            case "%" -> new Int(a.subtract(floorDivided(a, divisor(b)).multiply(b)));
            case "**" -> b.signum() < 0 ? real(operator, a.doubleValue(), b.doubleValue()) : new Int(power(a, b));
            case "<<" -> new Int(a.shiftLeft(shift(b)));
            case ">>" -> new Int(a.shiftRight(shift(b)));
            case "&" -> new Int(a.and(b));
            case "|" -> new Int(a.or(b));
            case "^" -> new Int(a.xor(b));
            default -> throw unsupported(operator);
        };
    }

    private static ArgumentValue real(String operator, double a, double b) throws AnswerSyntaxException {
        double result = switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / divisor(b);
            case "//" -> Math.floor(a / divisor(b));
            case "%" -> a - Math.floor(a / divisor(b)) * b;
            case "**" -> a == 0 && b < 0 ? a / divisor(0) : Math.pow(a, b);
            default -> throw unsupported(operator);
        };
        if (Double.isNaN(result) || (operator.equals("**") && Double.isInfinite(result))) {
            throw new AnswerSyntaxException("no real number: " + a + " " + operator + " " + b);
        }
        return new Real(result);
    }

    private static BigInteger floorDivided(BigInteger a, BigInteger b) {
        BigInteger[] parts = a.divideAndRemainder(b);
        boolean below = parts[1].signum() != 0 && parts[1].signum() != b.signum();
        return below ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static BigInteger power(BigInteger base, BigInteger exponent) throws AnswerSyntaxException {
        if (base.abs().compareTo(BigInteger.ONE) <= 0) {
            boolean one = exponent.signum() == 0 || (base.signum() < 0 && !exponent.testBit(0));
            return one ? BigInteger.ONE : base;
        }
        if (exponent.bitLength() > 16 || exponent.intValue() * (base.bitLength() - 1L) > MOST_BITS) {
            throw tooLarge();
        }
        return base.pow(exponent.intValue());
    }

    private static int shift(BigInteger by) throws AnswerSyntaxException {
        if (by.signum() < 0 || by.bitLength() > 16 || by.intValue() > MOST_BITS) {
            throw tooLarge();
        }
        return by.intValue();
    }

    private static BigInteger divisor(BigInteger value) throws AnswerSyntaxException {
        if (value.signum() == 0) {
            throw new AnswerSyntaxException("division by zero");
        }
        return value;
    }

    private static double divisor(double value) throws AnswerSyntaxException {
        if (value == 0) {
            throw new AnswerSyntaxException("division by zero");
        }
        return value;
    }

    private static BigInteger whole(ArgumentValue value, String operator) throws AnswerSyntaxException {
        if (value instanceof Int(BigInteger number)) {
            return number;
        }
        if (value instanceof Bool(boolean truth)) {
            return truth ? BigInteger.ONE : BigInteger.ZERO;
        }
        throw new AnswerSyntaxException("no number for " + operator + ": " + value.shown());
    }

    private static double number(ArgumentValue value, String operator) throws AnswerSyntaxException {
        return value instanceof Real(double number)
                ? number
                : whole(value, operator).doubleValue();
    }

    private static ArgumentValue bounded(ArgumentValue value) throws AnswerSyntaxException {
        if (value instanceof Int(BigInteger number) && number.bitLength() > MOST_BITS) {
            throw tooLarge();
        }
        return value;
    }

    private static AnswerSyntaxException tooLarge() {
        return new AnswerSyntaxException("a result of more than " + Bounds.MOST_DIGITS + " digits");
    }

    private static AnswerSyntaxException unsupported(String operator) {
        return new AnswerSyntaxException("cannot be computed: " + operator);
    }
}
