package io.stoa.benchmark.math;

import io.stoa.benchmark.math.Answer.Value;
import io.stoa.benchmark.math.Expression.Constant;
import io.stoa.benchmark.math.Expression.Literal;
import io.stoa.benchmark.math.Expression.Variable;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * Reads numbers and names. A whole number before a proper fraction is a mixed number; a number with a subscript is a numeral
 * in that base and equals only itself; e and i are the numbers.
 */
final class NumberReader {
    private final TokenReader tokens;
    private final ExpressionReader expressions;

    NumberReader(TokenReader tokens, ExpressionReader expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    Answer number() throws UnreadableException {
        Token token = tokens.peek();
        tokens.skip(1);
        String repeating = "";
        if (tokens.peek().kind() == Token.Kind.REPEATING) {
            repeating = tokens.peek().text();
            tokens.skip(1);
        }
        if (tokens.peek().is("_")) {
            tokens.skip(1);
            return new Value(new Variable(token.text() + "_" + subscript()), false);
        }
        Expression whole = number(token.text(), repeating);
        if (token.text().contains(".") || !repeating.isEmpty()) {
            return new Value(whole, false);
        }
        Optional<Expression> fraction = properFraction();
        return new Value(fraction.isPresent() ? Expression.sum(List.of(whole, fraction.get())) : whole, false);
    }

    static Expression number(String digits, String repeating) {
        int point = digits.indexOf('.');
        String all = digits.replace(".", "");
        int decimals = point < 0 ? 0 : digits.length() - point - 1;
        BigInteger numerator = new BigInteger(all.isEmpty() ? "0" : all);
        BigInteger denominator = BigInteger.TEN.pow(decimals);
        if (repeating.isEmpty()) {
            return new Literal(numerator, denominator, decimals > 0);
        }
        BigInteger nines = BigInteger.TEN.pow(repeating.length()).subtract(BigInteger.ONE);
        return new Literal(
                numerator.multiply(nines).add(new BigInteger(repeating)), denominator.multiply(nines), false);
    }

    /** The fraction of a mixed number, where one follows a whole number. */
    private Optional<Expression> properFraction() throws UnreadableException {
        Token token = tokens.peek();
        boolean spacedOut = token.kind() == Token.Kind.NUMBER
                && token.spaced()
                && tokens.peek(1).is("/");
        if (spacedOut && tokens.peek(2).kind() == Token.Kind.NUMBER) {
            Optional<Expression> fraction =
                    fraction(number(token.text(), ""), number(tokens.peek(2).text(), ""));
            tokens.skip(fraction.isPresent() ? 3 : 0);
            return fraction;
        }
        // Looked at before it is read: nested fractions that turn out not to be numbers would be read over and over.
        int above = token.kind() == Token.Kind.COMMAND && CommandReader.FRACTIONS.contains(token.text())
                ? digitsLength(1)
                : 0;
        int below = above > 0 ? digitsLength(1 + above) : 0;
        if (above == 0 || (below == 0 && tokens.peek(1).is("{"))) {
            return Optional.empty();
        }
        TokenReader.Place place = tokens.place(7);
        tokens.skip(1);
        Expression numerator = expressions.commandArgument();
        boolean complete = digitsLength(0) > 0;
        Optional<Expression> fraction =
                complete ? fraction(numerator, expressions.commandArgument()) : Optional.empty();
        if (fraction.isEmpty()) {
            tokens.back(place);
        }
        return fraction;
    }

    /** How many tokens a number, in braces or without, takes; none where something else stands there. */
    private int digitsLength(int ahead) {
        if (tokens.peek(ahead).kind() == Token.Kind.NUMBER) {
            return 1;
        }
        boolean braced = tokens.peek(ahead).is("{")
                && tokens.peek(ahead + 1).kind() == Token.Kind.NUMBER
                && tokens.peek(ahead + 2).is("}");
        return braced ? 3 : 0;
    }

    private static Optional<Expression> fraction(Expression above, Expression below) {
        if (above instanceof Literal n
                && below instanceof Literal d
                && n.denominator().equals(BigInteger.ONE)
                && d.denominator().equals(BigInteger.ONE)
                && n.numerator().signum() > 0
                && n.numerator().compareTo(d.numerator()) < 0) {
            return Optional.of(new Literal(n.numerator(), d.numerator(), false));
        }
        return Optional.empty();
    }

    Expression letter() throws UnreadableException {
        String name = tokens.peek().text();
        tokens.skip(1);
        Expression variable = variable(name);
        return switch (name) {
            case "e" -> variable.equals(new Variable(name)) ? Constant.E : variable;
            case "i" -> variable.equals(new Variable(name)) ? Constant.I : variable;
            default -> variable;
        };
    }

    /** A variable with the subscript and the primes that follow. */
    Variable variable(String letter) throws UnreadableException {
        StringBuilder name = new StringBuilder(letter);
        if (tokens.accept("_")) {
            name.append('_').append(subscript());
        }
        while (tokens.accept("'") || (tokens.peek().is("^") && tokens.peek(1).isCommand("prime"))) {
            tokens.skip(tokens.peek().is("^") ? 2 : 0);
            name.append('\'');
        }
        return new Variable(name.toString());
    }

    private String subscript() throws UnreadableException {
        if (!tokens.accept("{")) {
            if (tokens.peek().kind() == Token.Kind.END) {
                throw tokens.unexpected();
            }
            String text = tokens.peek().text();
            tokens.skip(1);
            return text;
        }
        StringBuilder name = new StringBuilder();
        while (!tokens.accept("}")) {
            if (tokens.peek().kind() == Token.Kind.END) {
                throw tokens.unexpected();
            }
            name.append(tokens.peek().text());
            tokens.skip(1);
        }
        return name.toString();
    }
}
