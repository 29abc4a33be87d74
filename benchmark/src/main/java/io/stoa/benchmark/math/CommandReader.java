package io.stoa.benchmark.math;

import io.stoa.benchmark.math.Answer.Group;
import io.stoa.benchmark.math.Answer.Interval;
import io.stoa.benchmark.math.Answer.Kind;
import io.stoa.benchmark.math.Answer.Matrix;
import io.stoa.benchmark.math.Answer.Value;
import io.stoa.benchmark.math.Answer.Words;
import io.stoa.benchmark.math.Expression.Call;
import io.stoa.benchmark.math.Expression.Constant;
import io.stoa.benchmark.math.Expression.Function;
import io.stoa.benchmark.math.Expression.Literal;
import io.stoa.benchmark.math.Expression.Power;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads LaTeX's commands: fractions, roots, functions, letters, matrices. Log without a base has base ten. */
final class CommandReader {
    private static final Map<String, Function> FUNCTIONS = Map.ofEntries(
            Map.entry("sin", Function.SIN),
            Map.entry("cos", Function.COS),
            Map.entry("tan", Function.TAN),
            Map.entry("cot", Function.COT),
            Map.entry("sec", Function.SEC),
            Map.entry("csc", Function.CSC),
            Map.entry("arcsin", Function.ARCSIN),
            Map.entry("arccos", Function.ARCCOS),
            Map.entry("arctan", Function.ARCTAN),
            Map.entry("sinh", Function.SINH),
            Map.entry("cosh", Function.COSH),
            Map.entry("tanh", Function.TANH),
            Map.entry("ln", Function.LN));

    private static final Map<Function, Function> INVERSES = Map.of(
            Function.SIN, Function.ARCSIN,
            Function.COS, Function.ARCCOS,
            Function.TAN, Function.ARCTAN);

    static final Set<String> FRACTIONS = Set.of("frac", "dfrac", "tfrac", "cfrac");
    private static final Set<String> BINOMIALS = Set.of("binom", "dbinom", "tbinom");
    private static final Set<String> MATRICES =
            Set.of("matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "array");

    private static final Set<String> LETTERS = Set.of(
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "varepsilon",
            "zeta",
            "eta",
            "theta",
            "vartheta",
            "iota",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "rho",
            "sigma",
            "tau",
            "upsilon",
            "phi",
            "varphi",
            "chi",
            "psi",
            "omega",
            "Gamma",
            "Delta",
            "Theta",
            "Lambda",
            "Xi",
            "Sigma",
            "Phi",
            "Psi",
            "Omega",
            "ell");

    private static final Set<String> OTHER_FACTORS =
            Set.of("sqrt", "log", "lg", "exp", "pi", "infty", "lfloor", "lceil", "lvert");

    private static final Interval REALS =
            new Interval(Expression.negated(Constant.INFINITY), false, Constant.INFINITY, false);

    private final TokenReader tokens;
    private final AnswerReader answers;
    private final ExpressionReader expressions;
    private final NumberReader numbers;

    CommandReader(TokenReader tokens, AnswerReader answers, ExpressionReader expressions, NumberReader numbers) {
        this.tokens = tokens;
        this.answers = answers;
        this.expressions = expressions;
        this.numbers = numbers;
    }

    /** Whether a command begins a factor that may stand beside another. */
    static boolean beginsFactor(String command) {
        return FUNCTIONS.containsKey(command)
                || FRACTIONS.contains(command)
                || BINOMIALS.contains(command)
                || LETTERS.contains(command)
                || OTHER_FACTORS.contains(command)
                || command.startsWith("begin ");
    }

    Answer command() throws UnreadableException {
        String name = tokens.peek().text();
        tokens.skip(1);
        if (FRACTIONS.contains(name)) {
            Expression above = expressions.commandArgument();
            Expression below = expressions.commandArgument();
            return new Value(Expression.product(List.of(above, Expression.inverse(below))), false);
        }
        if (BINOMIALS.contains(name)) {
            return new Value(binomial(expressions.commandArgument(), expressions.commandArgument()), false);
        }
        if (FUNCTIONS.containsKey(name)) {
            return new Value(function(FUNCTIONS.getOrDefault(name, Function.SIN)), false);
        }
        if (LETTERS.contains(name)) {
            return new Value(numbers.variable("\\" + name), false);
        }
        return switch (name) {
            case "pi" -> new Value(Constant.PI, false);
            case "infty", "infinity" -> new Value(Constant.INFINITY, false);
            case "emptyset", "varnothing" -> new Group(Kind.SET, List.of());
            case "imath" -> new Value(Constant.I, false);
            case "sqrt" -> new Value(root(), false);
            case "log", "lg" -> new Value(logarithm(), false);
            case "exp" -> new Value(new Power(Constant.E, functionArgument()), false);
            case "lfloor" -> delimited(Function.FLOOR, "rfloor");
            case "lceil" -> delimited(Function.CEILING, "rceil");
            case "lvert" -> delimited(Function.ABSOLUTE, "rvert");
            case "langle" -> {
                List<Answer> elements = BracketReader.elementsInside(answers.list(false));
                tokens.closeWith("rangle");
                yield new Group(Kind.TUPLE, elements);
            }
            case "mathbb R" -> REALS;
            case "mathbb Z", "mathbb Q", "mathbb N", "mathbb C" -> new Words(name.toLowerCase(Locale.ROOT));
            default -> {
                if (name.startsWith("begin ") && MATRICES.contains(name.substring("begin ".length()))) {
                    yield matrix(name.substring("begin ".length()));
                }
                tokens.skip(-1);
                throw tokens.unexpected();
            }
        };
    }

    private Answer delimited(Function function, String close) throws UnreadableException {
        Expression inside = ExpressionReader.scalar(expressions.sum());
        tokens.closeWith(close);
        return new Value(new Call(function, inside), false);
    }

    private Expression root() throws UnreadableException {
        Expression index = Literal.of(2);
        if (tokens.accept("[")) {
            index = ExpressionReader.scalar(expressions.sum());
            tokens.expect("]");
        }
        Expression radicand =
                tokens.peek().is("(") ? ExpressionReader.scalar(expressions.primary()) : expressions.commandArgument();
        return new Power(radicand, index.equals(Literal.of(2)) ? half() : Expression.inverse(index));
    }

    private static Expression half() {
        return new Literal(BigInteger.ONE, BigInteger.TWO, false);
    }

    private static Expression binomial(Expression n, Expression k) {
        return Expression.product(List.of(
                new Call(Function.FACTORIAL, n),
                Expression.inverse(new Call(Function.FACTORIAL, k)),
                Expression.inverse(new Call(Function.FACTORIAL, Expression.difference(n, k)))));
    }

    private Expression logarithm() throws UnreadableException {
        Expression base = tokens.accept("_") ? expressions.commandArgument() : Literal.of(10);
        Optional<Expression> exponent = tokens.accept("^") ? Optional.of(expressions.argument()) : Optional.empty();
        Expression quotient = Expression.product(
                List.of(new Call(Function.LN, functionArgument()), Expression.inverse(new Call(Function.LN, base))));
        return exponent.isPresent() ? new Power(quotient, exponent.get()) : quotient;
    }

    private Expression function(Function function) throws UnreadableException {
        if (!tokens.accept("^")) {
            return new Call(function, functionArgument());
        }
        Expression exponent = expressions.argument();
        Function inverse = INVERSES.getOrDefault(function, function);
        if (inverse != function && exponent.equals(Literal.MINUS_ONE)) {
            return new Call(inverse, functionArgument());
        }
        return new Power(new Call(function, functionArgument()), exponent);
    }

    /** What a function is of: what stands in the parentheses, or the factors up to the next sign or function. */
    private Expression functionArgument() throws UnreadableException {
        if (tokens.peek().is("(") || tokens.peek().is("[") || tokens.peek().is("{")) {
            return ExpressionReader.scalar(expressions.primary());
        }
        boolean minus = expressions.signs();
        List<Expression> factors = new ArrayList<>(List.of(ExpressionReader.scalar(expressions.power())));
        while (expressions.beginsFactor() && !tokens.peek().is("(") && !beginsFunction()) {
            factors.add(ExpressionReader.scalar(expressions.power()));
        }
        Expression argument = Expression.product(factors);
        return minus ? Expression.negated(argument) : argument;
    }

    private boolean beginsFunction() {
        Token token = tokens.peek();
        return token.kind() == Token.Kind.COMMAND
                && (FUNCTIONS.containsKey(token.text())
                        || Set.of("log", "lg", "exp").contains(token.text()));
    }

    private Answer matrix(String environment) throws UnreadableException {
        if (environment.equals("array") && tokens.accept("{")) {
            while (!tokens.accept("}")) {
                if (tokens.peek().kind() == Token.Kind.END) {
                    throw tokens.unexpected();
                }
                tokens.skip(1);
            }
        }
        List<List<Expression>> rows = new ArrayList<>();
        List<Expression> row = new ArrayList<>();
        int entries = 0;
        while (!tokens.peek().isCommand("end " + environment)) {
            row.add(ExpressionReader.scalar(expressions.sum()));
            if (++entries > AnswerReader.MAX_ELEMENTS) {
                throw new UnreadableException("a matrix has more than " + AnswerReader.MAX_ELEMENTS + " entries");
            }
            if (!tokens.accept("&")) {
                rows.add(row);
                row = new ArrayList<>();
                if (!tokens.peek().isCommand("newline")) {
                    break;
                }
                tokens.skip(1);
            }
        }
        tokens.closeWith("end " + environment);
        int width = rows.isEmpty() ? 0 : rows.getFirst().size();
        if (width == 0 || !row.isEmpty() || rows.stream().anyMatch(other -> other.size() != width)) {
            throw new UnreadableException("the rows of a matrix differ in length");
        }
        return new Matrix(rows);
    }
}
