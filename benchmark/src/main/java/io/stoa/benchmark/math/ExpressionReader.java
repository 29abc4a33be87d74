package io.stoa.benchmark.math;

import io.stoa.benchmark.math.Answer.Group;
import io.stoa.benchmark.math.Answer.Interval;
import io.stoa.benchmark.math.Answer.Matrix;
import io.stoa.benchmark.math.Answer.Relation;
import io.stoa.benchmark.math.Answer.Union;
import io.stoa.benchmark.math.Answer.Value;
import io.stoa.benchmark.math.Answer.Without;
import io.stoa.benchmark.math.Answer.Words;
import io.stoa.benchmark.math.Expression.Call;
import io.stoa.benchmark.math.Expression.Function;
import io.stoa.benchmark.math.Expression.Literal;
import io.stoa.benchmark.math.Expression.Power;
import io.stoa.benchmark.math.Expression.Variable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads sums, products and powers. As with sympy's reader, writing factors side by side binds tighter than a slash (1/2x is
 * 1/(2x)). Units and degree signs are dropped.
 */
final class ExpressionReader {
    private final TokenReader tokens;
    private final AnswerReader answers;
    private final NumberReader numbers;
    private final BracketReader brackets;
    private final CommandReader commands;
    private boolean upperSign = true;
    private boolean sawPlusMinus;

    ExpressionReader(TokenReader tokens, AnswerReader answers) {
        this.tokens = tokens;
        this.answers = answers;
        this.numbers = new NumberReader(tokens, this);
        this.brackets = new BracketReader(tokens, answers, this);
        this.commands = new CommandReader(tokens, answers, this, numbers);
    }

    /** A part of an answer. */
    interface Part {
        Answer read() throws UnreadableException;
    }

    /** A part once or, where it has a plus-minus sign, twice: first with the upper signs, then with the lower. */
    List<Answer> withEachSign(Part part) throws UnreadableException {
        TokenReader.Place start = tokens.place();
        boolean outerSaw = sawPlusMinus;
        sawPlusMinus = false;
        Answer upper = part.read();
        boolean two = sawPlusMinus;
        sawPlusMinus = outerSaw;
        if (!two || !upperSign) {
            return List.of(upper);
        }
        tokens.back(start);
        upperSign = false;
        Answer lower = part.read();
        upperSign = true;
        sawPlusMinus = outerSaw;
        return List.of(upper, lower);
    }

    Answer sum() throws UnreadableException {
        List<Expression> terms = new ArrayList<>();
        boolean negative = signs();
        Answer first = product();
        if (!atSum()) {
            return negative ? negated(first) : first;
        }
        terms.add(negative ? Expression.negated(scalar(first)) : scalar(first));
        while (atSum()) {
            boolean minus = signs();
            Expression term = scalar(product());
            terms.add(minus ? Expression.negated(term) : term);
        }
        return new Value(Expression.sum(terms), false);
    }

    private boolean atSum() {
        return tokens.peek().is("+")
                || tokens.peek().is("-")
                || tokens.peek().isCommand("pm")
                || tokens.peek().isCommand("mp");
    }

    /** Reads signs, and says whether together they are a minus. */
    boolean signs() {
        boolean minus = false;
        while (atSum()) {
            boolean plusMinus = tokens.peek().isCommand("pm") || tokens.peek().isCommand("mp");
            sawPlusMinus |= plusMinus;
            minus ^= tokens.peek().is("-") || (plusMinus && tokens.peek().isCommand("pm") != upperSign);
            tokens.skip(1);
        }
        return minus;
    }

    /** Factors with signs between them. */
    private Answer product() throws UnreadableException {
        Answer first = adjacent();
        List<Expression> factors = new ArrayList<>();
        while (true) {
            boolean times = tokens.peek().is("*")
                    || tokens.peek().isCommand("cdot")
                    || tokens.peek().isCommand("times")
                    || tokens.peek().isCommand("ast");
            boolean divided = tokens.peek().is("/") || tokens.peek().isCommand("div");
            if (!times && !divided) {
                break;
            }
            tokens.skip(1);
            boolean negative = signs();
            Answer next = adjacent();
            if (times && factors.isEmpty() && next instanceof Matrix matrix) {
                return scaled(scalar(negative ? negated(first) : first), matrix);
            }
            if (factors.isEmpty()) {
                factors.add(scalar(first));
            }
            Expression factor = negative ? Expression.negated(scalar(next)) : scalar(next);
            factors.add(divided ? Expression.inverse(factor) : factor);
        }
        dropUnits();
        return factors.isEmpty() ? first : new Value(Expression.product(factors), false);
    }

    /** Words after a value are its unit. */
    private void dropUnits() throws UnreadableException {
        while (tokens.peek().kind() == Token.Kind.TEXT && !AnswerReader.isConnective(tokens.peek())) {
            tokens.skip(1);
            if (tokens.accept("^")) {
                argument();
            }
        }
    }

    /** Factors side by side. */
    private Answer adjacent() throws UnreadableException {
        Answer first = power();
        List<Expression> factors = new ArrayList<>();
        while (beginsFactor()) {
            if (tokens.peek().kind() == Token.Kind.NUMBER && tokens.previous().kind() == Token.Kind.NUMBER) {
                throw new UnreadableException("two numbers stand side by side");
            }
            Answer next = power();
            if (next instanceof Matrix matrix && factors.isEmpty()) {
                return scaled(scalar(first), matrix);
            }
            if (factors.isEmpty()) {
                factors.add(scalar(first));
            }
            factors.add(scalar(next));
        }
        return factors.isEmpty() ? first : new Value(Expression.product(factors), false);
    }

    boolean beginsFactor() {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case NUMBER, LETTER -> true;
            case REPEATING, TEXT, END -> false;
            case COMMAND -> CommandReader.beginsFactor(token.text());
            case SYMBOL ->
                token.is("(") || token.is("[") || token.is("{") || (token.is("|") && brackets.areOutsideBars());
        };
    }

    Answer power() throws UnreadableException {
        Answer base = primary();
        int signs = 0;
        while (true) {
            if (++signs > 8) {
                throw new UnreadableException("too many signs follow a value");
            }
            if (tokens.peek().is("^")) {
                tokens.skip(1);
                if (acceptDegrees()) {
                    continue;
                }
                tokens.deeper();
                Expression exponent = argument();
                tokens.shallower();
                base = new Value(new Power(scalar(base), exponent), false);
            } else if (tokens.peek().is("**")) {
                tokens.skip(1);
                tokens.deeper();
                boolean minus = signs();
                Expression exponent = scalar(power());
                tokens.shallower();
                base = new Value(new Power(scalar(base), minus ? Expression.negated(exponent) : exponent), false);
            } else if (tokens.peek().is("!")) {
                tokens.skip(1);
                base = new Value(new Call(Function.FACTORIAL, scalar(base)), false);
            } else if (tokens.peek().is("%")) {
                tokens.skip(1);
                base = new Value(scalar(base), true);
            } else if (tokens.peek().isCommand("degree") || tokens.peek().isCommand("circ")) {
                tokens.skip(1);
            } else {
                return base;
            }
        }
    }

    private boolean acceptDegrees() {
        int braces = tokens.peek().is("{") ? 1 : 0;
        if (tokens.peek(braces).isCommand("circ")
                && (braces == 0 || tokens.peek(2).is("}"))) {
            tokens.skip(1 + 2 * braces);
            return true;
        }
        return false;
    }

    /** What a command or a caret takes: a group in braces, or one thing; of several digits the first. */
    Expression argument() throws UnreadableException {
        tokens.deeper();
        Expression argument;
        if (tokens.accept("{")) {
            argument = scalar(answers.list(false));
            tokens.expect("}");
        } else if (tokens.peek().is("-") || tokens.peek().is("+")) {
            boolean minus = signs();
            Expression value = scalar(primary());
            argument = minus ? Expression.negated(value) : value;
        } else {
            argument = scalar(primary());
        }
        tokens.shallower();
        return argument;
    }

    /** The argument of a command, which in LaTeX is one digit where no brace opens. */
    Expression commandArgument() throws UnreadableException {
        Token token = tokens.peek();
        if (token.kind() == Token.Kind.NUMBER && token.text().length() > 1) {
            tokens.replace(new Token(Token.Kind.NUMBER, token.text().substring(1), false));
            return NumberReader.number(token.text().substring(0, 1), "");
        }
        return argument();
    }

    Answer primary() throws UnreadableException {
        tokens.deeper();
        Token token = tokens.peek();
        Answer answer = switch (token.kind()) {
            case NUMBER -> numbers.number();
            case LETTER -> new Value(numbers.letter(), false);
            case COMMAND -> commands.command();
            case TEXT -> answers.text();
            case SYMBOL -> brackets.bracketed();
            case REPEATING, END -> throw tokens.unexpected();
        };
        tokens.shallower();
        return answer;
    }

    private static Answer negated(Answer answer) throws UnreadableException {
        return switch (answer) {
            case Value value -> new Value(Expression.negated(value.expression()), value.percent());
            case Matrix matrix -> scaled(Literal.MINUS_ONE, matrix);
            case Group _, Interval _, Union _, Without _, Relation _, Words _ ->
                throw new UnreadableException("a minus stands before something that is no value");
        };
    }

    private static Matrix scaled(Expression factor, Matrix matrix) {
        return new Matrix(matrix.rows().stream()
                .map(row -> row.stream()
                        .map(entry -> Expression.product(List.of(factor, entry)))
                        .toList())
                .toList());
    }

    /** The value of an answer that stands in an expression. */
    static Expression scalar(Answer answer) throws UnreadableException {
        return switch (answer) {
            case Value value ->
                value.percent() ? Expression.product(List.of(value.expression(), percent())) : value.expression();
            case Words words -> new Variable(words.text());
            case Group _, Interval _, Union _, Without _, Matrix _, Relation _ ->
                throw new UnreadableException("a set, a tuple or a matrix stands inside of an expression");
        };
    }

    private static Expression percent() {
        return new Literal(BigInteger.ONE, BigInteger.valueOf(100), false);
    }
}
